"""List pages cost a constant number of queries, with 10 rows and with 1,000; and how much processor time each takes."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.urls.exceptions import NoReverseMatch
from django.utils import timezone

from benchmarks.empty_portal import empty_portal
from benchmarks.figure import Figure

FEW, MANY = 10, 1000
MOST_QUERIES, MOST_CPU_MS = 40, 150
PAGES = {
    "home": "home",
    "services": "services:list",
    "scorecards": "scorecards:checks",
    "maturity": "scorecards:maturity",
    "deployments": "deployments:list",
    "chaos": "chaos:list",
    "costs": "costs:home",
    "jobs": "jobs",
}


def run() -> Iterator[Figure]:
    """Both sizes, page by page."""
    few, many = measure(FEW), measure(MANY)
    for page, (queries, milliseconds) in many.items():
        grown = queries - few[page][0]
        yield Figure(f"pages: {page}, queries at {MANY} rows", queries, "queries", MOST_QUERIES)
        yield Figure(f"pages: {page}, more queries than at {FEW} rows", grown, "queries", 0)
        yield Figure(f"pages: {page}, processor time at {MANY} rows", round(milliseconds, 1), "ms", MOST_CPU_MS)


def measure(count: int) -> dict[str, tuple[int, float]]:
    """Queries and milliseconds of processor time by page, in a portal with so many services."""
    from services.seed_load import seed_load

    with empty_portal() as client:
        seed_load(count, start=timezone.now() - timedelta(hours=1))
        with suppress(CommandError):  # scorecards may be switched off
            call_command("evaluate", verbosity=0, stdout=io.StringIO())
        return {page: visit(client, path) for page, path in paths().items()}


def paths() -> dict[str, str]:
    """The pages that this portal has."""
    found = {}
    for page, name in PAGES.items():
        with suppress(NoReverseMatch):
            found[page] = reverse(name)
    return found


def visit(client: Client, path: str) -> tuple[int, float]:
    """The second visit counts: the first one fills template and session caches."""
    client.get(path)
    began = time.process_time()
    with CaptureQueriesContext(connection) as queries:
        status = client.get(path).status_code
    if status != 200:
        raise CommandError(f"{path} answers {status}")
    return len(queries), (time.process_time() - began) * 1000
