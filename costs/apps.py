"""Costs as a plugin."""

from __future__ import annotations

from portal.plugins import PluginConfig


class CostsConfig(PluginConfig):
    """Cost reviews, findings with their derivation, and estimates from list prices."""

    name = "costs"
    verbose_name = "Costs"
    url_prefix = "costs"
    requires = "services"
