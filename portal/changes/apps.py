"""The app `portal.changes`."""

from __future__ import annotations

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """Registers the models of `portal.changes`."""

    name = "portal.changes"
    label = "changes"
