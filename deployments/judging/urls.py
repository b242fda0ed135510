"""Pages of the judgement, within those of deployments."""

from __future__ import annotations

from django.urls import path

from deployments.judging import views

urlpatterns = [
    path("plans/kayenta/", views.import_kayenta, name="import-kayenta"),
    path("forecast/<str:name>/", views.forecast, name="forecast"),
    path("rollouts/<int:pk>/replay/", views.replay, name="replay"),
]
