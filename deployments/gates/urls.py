"""Pages of gates, freezes and pipelines."""

from __future__ import annotations

from django.urls import path

from deployments.gates import views
from deployments.gates.freezes import edit_views
from deployments.gates.freezes import views as freezes
from deployments.gates.pipelines import views as pipelines
from deployments.models import DeploymentWindow, Freeze, FreezeCalendar

ROLLOUT = "rollouts/<int:pk>/"
CALENDAR = "freezes/calendars/<slug:slug>/"

urlpatterns = [
    path(f"{ROLLOUT}gates/<slug:code>/override/", views.override, name="gate-override"),
    path("overrides/<int:pk>/revoke/", views.revoke, name="gate-override-revoke"),
    path(f"{ROLLOUT}segments/<int:order>/decide/", views.decide, name="segment-decide"),
    path("pipelines/", pipelines.overview, name="pipelines"),
    path("pipelines/<int:pk>/", pipelines.pipeline, name="pipeline"),
    path("pipelines/<int:pk>/policy/", pipelines.choose, name="pipeline-policy"),
    path("pipelines/<int:pk>/decide/", pipelines.decide, name="pipeline-decide"),
    path("freezes/", freezes.overview, name="freezes"),
    path("freezes/new/", edit_views.freeze, name="freeze-new"),
    path("freezes/<int:pk>/edit/", edit_views.freeze, name="freeze-edit"),
    path("freezes/<int:pk>/delete/", edit_views.delete, {"model": Freeze}, name="freeze-delete"),
    path("freezes/new-calendar/", edit_views.calendar, name="freeze-calendar-new"),
    path(CALENDAR, freezes.calendar, name="freeze-calendar"),
    path(f"{CALENDAR}edit/", edit_views.calendar, name="freeze-calendar-edit"),
    path(f"{CALENDAR}import/", freezes.take, name="freeze-calendar-import"),
    path(f"{CALENDAR}export/", freezes.export, name="freeze-calendar-export"),
    path(
        "freezes/calendar/<int:pk>/delete/", edit_views.delete, {"model": FreezeCalendar}, name="freeze-calendar-delete"
    ),
    path("windows/new/", edit_views.window, name="window-new"),
    path("windows/<int:pk>/edit/", edit_views.window, name="window-edit"),
    path("windows/<int:pk>/delete/", edit_views.delete, {"model": DeploymentWindow}, name="window-delete"),
]
