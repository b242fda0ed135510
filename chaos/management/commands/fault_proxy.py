"""`manage.py fault_proxy`: run the fault proxy with the portal's settings."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chaos.local.proxy import FaultProxy, serve


class Command(BaseCommand):
    """Carries the connections of FAULT_PROXIES until it is stopped."""

    help = "Run the TCP fault proxy for the connections that FAULT_PROXIES lists."

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs until SIGINT or SIGTERM."""
        admin = settings.FAULT_PROXY_URL.removeprefix("http://").rstrip("/")
        try:
            proxy = FaultProxy(settings.FAULT_PROXIES, settings.FAULT_PROXY_TOKEN, admin)
            asyncio.run(serve(proxy, self.stdout.write))
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
