"""Pages of deployments."""

from __future__ import annotations

from django.urls import include, path

from deployments import views
from deployments.rollouts import views as rollouts

app_name = "deployments"
urlpatterns = [
    path("", views.overview, name="list"),
    path("", include("deployments.judging.urls")),
    path("dora/", include("deployments.dora.urls")),
    path("rollouts/new/", views.new, name="new"),
    path("rollouts/<int:pk>/", rollouts.rollout, name="rollout"),
    path("rollouts/<int:pk>/<slug:action>/", rollouts.act, name="act"),
    path("", include("deployments.gates.urls")),
    path("", include("deployments.intake.urls")),
]
