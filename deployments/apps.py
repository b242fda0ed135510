"""The app `deployments`."""

from __future__ import annotations

from portal.plugins import PluginConfig


class DeploymentsConfig(PluginConfig):
    """Deployments of all sources, and rollouts that are judged by evidence."""

    name = "deployments"
    verbose_name = "Deployments"
    url_prefix = "deployments"
    requires = "services"
    extra_routes = {"api/v1/events/": "deployments.intake.events_in", "api/v1/hooks/": "deployments.intake.hooks_in"}
