"""`python -m benchmarks.scorecards_history`: two years of a fleet's history, and what it costs to ask it; prints JSON.

A database that holds such a history already is asked as it is, so that one can be kept while a question is made faster.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from functools import partial
from typing import Any

import django

from benchmarks import two_years
from benchmarks.fleet import SERVICES, fill, use_fifty_checks
from benchmarks.questions import took

PAGES = {
    "maturity page": "/scorecards/",
    "maturity page, one tier": "/scorecards/?tier=1",
    "maturity page, one lifecycle": "/scorecards/?lifecycle=production",
    "maturity report": "/scorecards/report/",
    "maturity report, one tier": "/scorecards/report/?tier=1",
}


def main() -> None:
    """Rows written, and milliseconds (the mean of some visits) of each question."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.utils import timezone

    from scorecards.models import CheckResult, ScorePoint

    now = timezone.now()
    use_fifty_checks()
    if not ScorePoint.objects.exists():
        seed(now - timedelta(days=two_years.DAYS))
    client = Client(headers={"host": "127.0.0.1"})
    people = get_user_model().objects
    client.force_login(people.filter(username="reader").first() or people.create_superuser("reader"))
    found = {
        "as of a past day, one service": took(lambda: stood(now - timedelta(days=300))),
        "trend of the fleet over twelve weeks": took(lambda: trend(now)),
        **{words: took(partial(visit, client, path)) for words, path in PAGES.items()},
    }
    counts = {"results": CheckResult.objects.count(), "points": ScorePoint.objects.count()}
    print(json.dumps({**counts, "questions": found, "load": os.getloadavg()[0]}))


def seed(start: Any) -> None:
    """The fleet, its checks and two years of their results and scores."""
    from scorecards import definitions

    fill(start)
    definitions.sync(start)
    two_years.write(start)


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
