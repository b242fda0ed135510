"""`manage.py plugins`: what is installed, and what each adds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.plugins import active_plugins, all_registries, failures


class Command(BaseCommand):
    """One block a plugin; broken ones with their reason."""

    help = "List the plugins and what each adds to the portal."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        for plugin in active_plugins():
            prefix = f"  /{plugin.url_prefix}/" if plugin.url_prefix else ""
            self.stdout.write(f"{plugin.name}: {plugin.verbose_name}{prefix}")
            for registry in all_registries:
                keys = [item.key for item in registry.items() if registry.owner(item.key) == plugin.name]
                if keys:
                    self.stdout.write(f"  {registry.name}: {', '.join(keys)}")
        for text in (*settings.PLUGIN_FAILURES.values(), *failures.values()):
            self.stdout.write(self.style.WARNING(text))
