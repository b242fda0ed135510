"""Pages of deployments."""

from __future__ import annotations

from typing import Any

from django.urls import include, path

from deployments import views

app_name = "deployments"
urlpatterns: list[Any] = [
    path("", include("deployments.intake.urls")),
    path("", views.overview, name="list"),
    path("rollouts/new/", views.new, name="new"),
    path("rollouts/<int:pk>/", views.rollout, name="rollout"),
    path("rollouts/<int:pk>/<slug:action>/", views.act, name="act"),
]
