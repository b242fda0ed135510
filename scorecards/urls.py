"""Addresses of the scorecards' pages."""

from __future__ import annotations

from django.urls import path, re_path

from scorecards import views
from scorecards.report import views as report
from scorecards.waivers import views as waivers

app_name = "scorecards"
SERVICE = "<str:kind>/<str:namespace>/<str:name>"
urlpatterns = [
    path("", views.maturity_page, name="maturity"),
    path("export.csv", views.maturity_csv, name="export"),
    path("movements/", views.movements, name="movements"),
    path("report/", report.page, name="report"),
    path("report/export.csv", report.csv, name="report-export"),
    path("checks/", views.checks, name="checks"),
    re_path(r"^checks/(?P<check_id>[A-Za-z0-9_.-]{1,100})/$", views.check, name="check"),
    path(f"evaluate/{SERVICE}/", views.evaluate, name="evaluate"),
    path("waivers/", waivers.waiver_list, name="waivers"),
    path(f"waivers/new/{SERVICE}/<str:check_id>/", waivers.new, name="waiver-new"),
    path("waivers/<int:pk>/", waivers.waiver, name="waiver"),
    re_path(r"^waivers/(?P<pk>[0-9]{1,18})/(?P<verb>approve|deny|revoke)/$", waivers.act, name="waiver-act"),
]
