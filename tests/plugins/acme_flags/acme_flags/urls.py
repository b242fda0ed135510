"""Pages under /flags/."""

from __future__ import annotations

from django.urls import path

from acme_flags import views

app_name = "acme_flags"
urlpatterns = [path("", views.flag_list, name="list")]
