"""System checks: broken plugins, and settings that must not go to production."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from portal.plugins import active_plugins, failures


@register("portal")
def plugins_load(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """One warning for each plugin that could not be loaded, and an error for two plugins under one URL."""
    found: list[CheckMessage] = [
        Warning(text, id="portal.W001") for text in (*settings.PLUGIN_FAILURES.values(), *failures.values())
    ]
    seen: dict[str, str] = {}
    for plugin in active_plugins():
        prefix = plugin.url_prefix
        if prefix and prefix in seen:
            text = f"Plugins {seen[prefix]} and {plugin.name} both want /{prefix}/: change one url_prefix."
            found.append(Error(text, id="portal.E001"))
        seen.setdefault(prefix, plugin.name)
    return found


@register(Tags.security, deploy=True)
def production_is_real(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Production needs a broker that keeps messages, and hosts that are named."""
    found: list[CheckMessage] = []
    if not settings.REDIS_URL:
        found.append(
            Warning("REDIS_URL is not set: set it, the filesystem broker is for one machine.", id="portal.W010")
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS must name the portal's hosts.", id="portal.E010"))
    return found
