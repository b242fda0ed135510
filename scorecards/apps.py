"""Scorecards as a plugin."""

from __future__ import annotations

from portal.plugins import PluginConfig


class ScorecardsConfig(PluginConfig):
    """Checks, five pillar scores and their history."""

    name = "scorecards"
    verbose_name = "Scorecards"
    url_prefix = "scorecards"
    requires = "services"
