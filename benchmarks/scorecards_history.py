"""`python -m benchmarks.scorecards_history`: two years of a fleet's history, and what it costs to ask it; prints JSON."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

from benchmarks import two_years
from benchmarks.fleet import SERVICES, fill, use_fifty_checks

VISITS = 5


def main() -> None:
    """Rows written, and milliseconds (the median of some visits) of each question."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.utils import timezone

    from scorecards import definitions

    now = timezone.now()
    start = now - timedelta(days=two_years.DAYS)
    use_fifty_checks()
    fill(start)
    definitions.sync(start)
    results, points = two_years.write(start)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.create_superuser("reader"))
    found = {
        "as of a past day, one service": took(lambda: stood(now - timedelta(days=300))),
        "trend of the fleet over twelve weeks": took(lambda: trend(now)),
        "maturity page": took(lambda: visit(client, "/scorecards/")),
        "maturity report": took(lambda: visit(client, "/scorecards/report/")),
    }
    print(json.dumps({"results": results, "points": points, "questions": found}))


def took(ask: Callable[[], object]) -> float:
    """Milliseconds; the first visit only warms up."""
    ask()
    times = []
    for _ in range(VISITS):
        began = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def stood(when: Any) -> None:
    """All results and scores of one service as they stood then."""
    from scorecards.models import CheckResult, ScorePoint
    from services.models import Entity

    entity = Entity.objects.services().get(name=f"service-{SERVICES // 2:05}")
    results = list(CheckResult.objects.at(when).filter(entity=entity))
    points = list(ScorePoint.objects.at(when).filter(entity=entity))
    if len(results) != two_years.CHECKS or not points:
        raise SystemExit(f"{len(results)} results and {len(points)} scores stood then")


def trend(now: Any) -> None:
    """How many services had each level, at thirteen dates."""
    from scorecards import maturity
    from scorecards.models import ORGANISATION
    from services.models import Entity

    services, everybody = Entity.objects.services(), (ORGANISATION, "")
    dates = maturity.calendar(services, now, everybody)
    if len(maturity.level_bars(services, dates, everybody)) != maturity.BARS:
        raise SystemExit("the trend has too few dates")


def visit(client: Any, path: str) -> None:
    """One page."""
    status = client.get(path).status_code
    if status != 200:
        raise SystemExit(f"{path} answers {status}")


if __name__ == "__main__":
    main()
