"""The catalog as a plugin."""

from __future__ import annotations

from portal.plugins import PluginConfig


class ServicesConfig(PluginConfig):
    """Entities, relations, facts and guards."""

    name = "services"
    verbose_name = "Services"
    url_prefix = "services"
    extra_routes = {"api/catalog/": "services.catalog_api"}
