"""POST /api/v1/hooks/<dialect>/."""

from __future__ import annotations

from django.urls import path

from deployments.intake.doors import Hooks

urlpatterns = [path("<slug:dialect>/", Hooks.as_view(), name="api-hooks-in")]
