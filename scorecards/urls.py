"""Addresses of the scorecards' pages."""

from __future__ import annotations

from django.urls import include, path, re_path

from scorecards import badge, views
from scorecards.answers import views as answers
from scorecards.initiatives import views as initiatives
from scorecards.own import views as own
from scorecards.report import views as report
from scorecards.waivers import views as waivers

app_name = "scorecards"
CHECK = r"(?P<check_id>[A-Za-z0-9_.-]{1,100})"
SERVICE = "<str:kind>/<str:namespace>/<str:name>"
urlpatterns = [
    path("", views.maturity_page, name="maturity"),
    path("export.csv", views.maturity_csv, name="export"),
    path("movements/", views.movements, name="movements"),
    path("report/", report.page, name="report"),
    path("report/export.csv", report.csv, name="report-export"),
    path(f"badges/{SERVICE}.svg", badge.badge, name="badge"),
    path("checks/", views.checks, name="checks"),
    path("checks/own/", own.own_checks, name="own-checks"),
    path("checks/own/new/", own.edit, name="own-check-new"),
    re_path(rf"^checks/own/{CHECK}/edit/$", own.edit, name="own-check-edit"),
    re_path(rf"^checks/own/{CHECK}/preview/$", own.preview, name="pending-check"),
    re_path(rf"^checks/own/{CHECK}/withdraw/$", own.withdraw, name="own-check-withdraw"),
    re_path(rf"^checks/{CHECK}/$", views.check, name="check"),
    path(f"evaluate/{SERVICE}/", views.evaluate, name="evaluate"),
    path(f"answers/{SERVICE}/<str:check_id>/", answers.answers, name="answers"),
    path("digest/", initiatives.digest, name="digest"),
    path("initiatives/", initiatives.initiatives, name="initiatives"),
    path("initiatives/new/", initiatives.edit, name="initiative-new"),
    path("initiatives/<int:pk>/", initiatives.initiative, name="initiative"),
    path("initiatives/<int:pk>/edit/", initiatives.edit, name="initiative-edit"),
    re_path(
        r"^initiatives/(?P<pk>[0-9]{1,18})/(?P<verb>launch|end|promote|withdraw)/$",
        initiatives.act,
        name="initiative-act",
    ),
    path("waivers/", waivers.waiver_list, name="waivers"),
    path(f"waivers/new/{SERVICE}/<str:check_id>/", waivers.new, name="waiver-new"),
    path("waivers/<int:pk>/", waivers.waiver, name="waiver"),
    re_path(r"^waivers/(?P<pk>[0-9]{1,18})/(?P<verb>approve|deny|revoke)/$", waivers.act, name="waiver-act"),
    path("", include("scorecards.lenses.urls")),
]
