"""The app `portal.access`."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registers the models of `portal.access`."""

    name = "portal.access"
    label = "access"
