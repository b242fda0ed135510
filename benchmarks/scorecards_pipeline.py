"""`python -m benchmarks.scorecards_pipeline DATABASE_PID`: evaluate a fleet, then again with nothing new; prints JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
from datetime import timedelta
from typing import Any

import django

from benchmarks.fleet import fill, use_fifty_checks
from benchmarks.processes import spent


def main(server: int) -> None:
    """What both runs cost: processor seconds of this process and the database's, results written, peak memory in MB."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.utils import timezone

    from services.models import Entity

    use_fifty_checks()
    fill(timezone.now() - timedelta(hours=1))
    first = evaluate(server)
    # Everything is due again, and nothing has changed: each service is read and judged, nothing is written.
    Entity.objects.filter(kind="component").update(facts_changed_at=timezone.now())
    print(json.dumps({"first": first, "again": evaluate(server)}))


def evaluate(server: int) -> dict[str, Any]:
    """One run over all that is due."""
    from scorecards.evaluate import evaluate_due

    before = own() + spent(server)
    tally = evaluate_due(settle=timedelta(0))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": own() + spent(server) - before, "peak_mb": peak} | tally.as_json()


def own() -> float:
    """Processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(int(sys.argv[1]))
