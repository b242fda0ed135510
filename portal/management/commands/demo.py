"""`manage.py demo`: fill an empty portal with the demo organisation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import PASSWORD, SIGN_INS, people_and_accounts
from portal.jobs import queue
from portal.jobs.models import Run


class Command(BaseCommand):
    """Make people and accounts at once, and ask for the rest as a job."""

    help = "Fill an empty portal with the demo organisation (only with the embedded AWS)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses without AWS_ENDPOINT_URL: the demo's accounts and passwords must not reach a real portal."""
        if not settings.AWS_ENDPOINT_URL:
            raise CommandError("The demo needs the embedded AWS: start it by `make run`, which sets AWS_ENDPOINT_URL.")
        people_and_accounts()
        if Run.objects.filter(job="portal.demo", state="succeeded").exists():
            self.stdout.write("The demo organisation is already here.")
        else:
            run = queue.enqueue("portal.demo", by="demo", unique="demo")
            self.stdout.write(f"Setting up the demo organisation: /jobs/runs/{run.pk}/")
        for name, full_name, role, team in SIGN_INS:
            self.stdout.write(f"  {name:6} {PASSWORD}   {full_name}, {role}{f' of {team}' if team else ''}")
