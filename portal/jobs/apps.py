"""The app `portal.jobs`."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers the models of `portal.jobs`."""

    name = "portal.jobs"
    label = "jobs"
