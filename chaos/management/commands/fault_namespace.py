"""`manage.py fault_namespace NAME [--delete]`: make a network namespace for packet loss, or end all its faults at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chaos.local import namespace
from portal.aws.errors import AwsError


class Command(BaseCommand):
    """The namespace's loopback is up; how it is joined to a network is the operator's affair."""

    help = "Make a network namespace whose packets experiments may lose; --delete is the dead-man for its faults."

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME and --delete."""
        parser.add_argument("name", help=f"begins with {namespace.PREFIX}")
        parser.add_argument("--delete", action="store_true", help="delete it with all its rules")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or delete."""
        try:
            (namespace.delete if options["delete"] else namespace.create)(options["name"])
        except (AwsError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['name']} {'deleted' if options['delete'] else 'is there'}")
