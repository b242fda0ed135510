"""What Django and the portal need to know to load the plugin."""

from __future__ import annotations

from portal.plugins import PluginConfig


class AcmeFlagsConfig(PluginConfig):
    """Feature flags."""

    name = "acme_flags"
    verbose_name = "Feature flags"
    url_prefix = "flags"
    requires = "services"
