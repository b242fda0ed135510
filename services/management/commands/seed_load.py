"""`manage.py seed_load --services N [--days D]`: a large, always equal catalog for benchmarks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from services.models import Entity
from services.seed_load import seed_load


class Command(BaseCommand):
    """Fill an empty catalog. Refuses one that discovery or people have filled."""

    help = "Fill an empty catalog with N services and D days of fact history (deterministic; for benchmarks)."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much."""
        parser.add_argument("--services", type=int, required=True)
        parser.add_argument("--days", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say what is there."""
        if Entity.objects.exclude(source="seed_load").exists():
            raise CommandError("The catalog is not empty: set COLONNADE_DATA to a new folder and migrate it first.")
        start = timezone.now() - timedelta(days=options["days"])
        made, facts = seed_load(options["services"], start=start, days=options["days"])
        self.stdout.write(f"{made} services with {facts} facts.")
