"""The demo organisation: people and accounts first, then each plugin's step, in order, as one visible job."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from portal.access.models import Grant
from portal.aws.models import Account
from portal.jobs.context import JobContext
from portal.plugins import demo

PASSWORD = "colonnade"  # noqa: S105 shown on the demo's sign-in page, and made only where AWS is embedded
TEAMS = ("payments", "catalog", "search", "logistics", "identity", "data-platform")
SIGN_INS = (
    ("mira", "Mira Kovač", "operator", "payments"),
    ("jon", "Jon Bell", "operator", "search"),
    ("ana", "Ana Duarte", "editor", "logistics"),
    ("vera", "Vera Lind", "viewer", ""),
    ("admin", "Ada Min", "admin", ""),
)
ACCOUNTS = (("111111111111", "production"), ("222222222222", "platform"))
REGIONS = ["eu-west-1", "us-east-1"]


def _user(name: str, full_name: str, role: str, team: str) -> None:
    user, made = User.objects.get_or_create(username=name)
    if made:
        user.first_name, _, user.last_name = full_name.partition(" ")
        user.set_password(PASSWORD)
        user.save()
    team_ref = f"group:default/{team}" if team else ""
    Grant.objects.update_or_create(user=user, team_ref=team_ref, defaults={"role": role})


@transaction.atomic
def people_and_accounts() -> None:
    """The demo's users with their grants, and its two AWS accounts. May be called again."""
    for sign_in in SIGN_INS:
        _user(*sign_in)
    for account_id, name in ACCOUNTS:
        roles: dict[str, Any] = {
            f"{role}_role_arn": f"arn:aws:iam::{account_id}:role/colonnade-{role}"
            for role in ("read", "rollout", "chaos", "review")
        }
        Account.objects.get_or_create(account_id=account_id, defaults={"name": name, "regions": REGIONS, **roles})


def load_all(context: JobContext) -> dict[str, Any]:
    """The job `portal.demo`: every plugin's step."""
    steps = demo.items()
    for number, step in enumerate(steps):
        context.check()
        context.progress(number, len(steps), step.title)
        context.log(step.title)
        step.load(context)
    context.progress(len(steps), len(steps), "The demo organisation is ready.")
    return {"steps": [step.key for step in steps]}
