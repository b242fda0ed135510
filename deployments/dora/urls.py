"""Pages of the DORA metrics."""

from __future__ import annotations

from django.urls import path

from deployments.dora import views

urlpatterns = [
    path("", views.overview, name="dora"),
    path("deployments/<slug:name>/", views.deployments, name="dora-deployments"),
    path("deployments/<int:pk>/<slug:action>/", views.act, name="dora-act"),
]
