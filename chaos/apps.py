"""Chaos as a plugin."""

from __future__ import annotations

from portal.plugins import PluginConfig


class ChaosConfig(PluginConfig):
    """Experiments, their faults, runs and verdicts."""

    name = "chaos"
    verbose_name = "Chaos"
    url_prefix = "chaos"
    requires = "services"
