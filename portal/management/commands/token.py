"""`manage.py token create USER --role ROLE`: a bearer token for a program."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.access import tokens
from portal.access.models import ROLES, Grant


class Command(BaseCommand):
    """Prints only the secret, so that a script can keep it."""

    help = "Create a bearer token and print its secret."

    def add_arguments(self, parser: CommandParser) -> None:
        """create USER --role ROLE [--create-user] [--days N]."""
        parser.add_argument("action", choices=["create"])
        parser.add_argument("user")
        parser.add_argument("--role", required=True, choices=ROLES)
        parser.add_argument("--create-user", action="store_true", help="make the user, with this role everywhere")
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        """Fails with one sentence where the user is missing or does not hold the role."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            if not options["create_user"]:
                raise CommandError(f"There is no user {options['user']!r}: add --create-user to make one.")
            user = User.objects.create_user(options["user"])
            Grant.objects.create(user=user, role=options["role"])
        try:
            secret = tokens.issue(
                user, options["role"], label="made by manage.py", days=options["days"], by="manage.py"
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
