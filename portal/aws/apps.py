"""The app `portal.aws`."""

from __future__ import annotations

from django.apps import AppConfig


class AwsConfig(AppConfig):
    """Registers the models of `portal.aws`."""

    name = "portal.aws"
    label = "aws"
