"""`manage.py discover`: one pass of discovery in this process."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from services.discover import discover


class Command(BaseCommand):
    """Discover the resources of all enabled AWS accounts now."""

    help = "Discover the resources of all enabled AWS accounts now."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print progress to stderr and a summary to stdout."""
        last = ""

        def progress(done: int, total: int, text: str) -> None:
            nonlocal last
            if text != last:
                self.stderr.write(text)
                last = text

        result = discover(progress, lambda: None)
        self.stdout.write(
            f"{result['resources']} resources in {result['services']} services, "
            f"{result['facts_changed']} facts changed, {result['trouble']} reads with trouble."
        )
