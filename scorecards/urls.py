"""Addresses of the scorecards' pages."""

from __future__ import annotations

from django.urls import include, path, re_path

from scorecards import views

app_name = "scorecards"
urlpatterns = [
    path("", views.maturity_page, name="maturity"),
    path("export.csv", views.maturity_csv, name="export"),
    path("movements/", views.movements, name="movements"),
    path("checks/", views.checks, name="checks"),
    re_path(r"^checks/(?P<check_id>[A-Za-z0-9_.-]{1,100})/$", views.check, name="check"),
    path("evaluate/<str:kind>/<str:namespace>/<str:name>/", views.evaluate, name="evaluate"),
    path("", include("scorecards.lenses.urls")),
]
