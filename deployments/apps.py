"""The app `deployments`."""

from __future__ import annotations

from portal.plugins import PluginConfig


class DeploymentsConfig(PluginConfig):
    """Deployments of all sources, and rollouts that are judged by evidence."""

    name = "deployments"
    verbose_name = "Deployments"
    url_prefix = "deployments"
    requires = "services"
