"""Within three minutes of the start, without touching anything, the portal has a story to tell. Runs before the walk."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.running import Portal, until

pytestmark = [pytest.mark.service, pytest.mark.browser]

CHECKOUT = "component/default/checkout"
PILLARS = {"operationalExcellence", "security", "reliability", "performance", "costOptimization"}
MINUTES = 3


@pytest.fixture(scope="module")
def deadline(portal: Portal) -> float:
    """The moment (time.monotonic) when three minutes are over, counted from the first page."""
    return time.monotonic() + MINUTES * 60


def within(portal: Portal, deadline: float, title: str, what: Any) -> Any:
    """The first true answer before the deadline."""
    return until(what, max(1.0, deadline - time.monotonic()), portal, title)


def results(answer: Any) -> list[dict[str, Any]]:
    """The rows of a page of the API."""
    rows: list[dict[str, Any]] = answer["results"] if isinstance(answer, dict) else answer
    return rows


def test_the_services_are_in_the_catalog(portal: Portal, deadline: float) -> None:
    def found() -> bool:
        return len(results(portal.get("/api/v1/services/entities/?kind=component&page_size=200"))) >= 24

    within(portal, deadline, "24 services", found)
