"""REST of the shell."""

from __future__ import annotations

from django.urls import path

from portal.api import views

urlpatterns = [
    path("", views.index, name="api-root"),
    path("me/", views.Me.as_view(), name="api-me"),
    path("jobs/runs/", views.Runs.as_view(), name="api-runs"),
    path("jobs/runs/<int:pk>/", views.OneRun.as_view(), name="api-run"),
    path("jobs/runs/<int:pk>/cancel/", views.CancelRun.as_view(), name="api-run-cancel"),
    path("jobs/schedules/", views.Schedules.as_view(), name="api-schedules"),
    path("accounts/", views.Accounts.as_view(), name="api-accounts"),
    path("audit/", views.Audit.as_view(), name="api-audit"),
]
