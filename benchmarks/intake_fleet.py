"""`python -m benchmarks.intake_fleet prepare N | count`: services and senders for the benchmark of intake; prints JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django


def main(arguments: list[str]) -> None:
    """Prepare, or count what has come."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    print(json.dumps(prepare(int(arguments[1])) if arguments[0] == "prepare" else stored()))


def prepare(services: int) -> dict[str, str]:
    """So many services, and the secret of a sender of each kind."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from deployments.intake.senders import manage
    from services.models import Entity

    Entity.objects.bulk_create(
        Entity(
            kind="component", namespace="default", name=f"component-{number:05d}", owner_ref=f"group:default/team-{number % 50}",
            type="service", lifecycle="production", created_at=timezone.now(),
        )
        for number in range(services)
    )  # fmt: skip
    admin = get_user_model().objects.create_superuser("maker")
    found: dict[str, str] = {}
    for dialect in ("github", "eventbridge"):
        fields: dict[str, Any] = {"name": dialect, "dialect": dialect, "everything": True, "rate": 1_000_000}
        found[dialect] = manage.create(fields, admin)[1]
    return found


def stored() -> dict[str, int]:
    """How many events and deployments there are."""
    from deployments.models import Deployment, IntakeEvent

    return {"events": IntakeEvent.objects.count(), "deployments": Deployment.objects.count()}


if __name__ == "__main__":
    main(sys.argv[1:])
