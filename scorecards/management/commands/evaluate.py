"""`manage.py evaluate`: bring the scores up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scorecards.definitions import load_all
from scorecards.evaluate import evaluate_due, evaluate_service
from services.models import Entity


class Command(BaseCommand):
    """Evaluate every service that is due, or one service whether it is due or not."""

    help = "Evaluate the scorecards of all services that are due, or of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--service REF`."""
        parser.add_argument("--service", metavar="REF", help="only this one, such as component:default/checkout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print faults of check files, then what was done."""
        for loaded in load_all():
            for fault in loaded.faults:
                self.stderr.write(self.style.WARNING(str(fault)))
        tally = self._one(options["service"]) if options["service"] else evaluate_due(settle=timedelta(0))
        if tally.given_up:
            raise CommandError(f"{tally.given_up} batches were given up because another worker was first; try again.")
        self.stdout.write(
            f"{tally.services} services evaluated: {tally.results} results and {tally.points} scores changed."
        )

    def _one(self, ref: str) -> Any:
        entity = Entity.objects.by_ref(ref).filter(kind="component").first()
        if entity is None:
            raise CommandError(f"There is no service {ref}: write it as component:default/checkout.")
        return evaluate_service(entity)
