"""POST /api/v1/events/."""

from __future__ import annotations

from django.urls import path

from deployments.intake.doors import Events

urlpatterns = [path("", Events.as_view(), name="api-events-in")]
