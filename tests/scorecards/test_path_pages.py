"""Claims about the way upwards on the page and over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from scorecards.evaluate import evaluate_due
from services.models import Entity
from tests.scorecards.conftest import databases, prove

pytestmark = pytest.mark.django_db
PATH = "/api/v1/scorecards/services/component/default/checkout/path/"


@pytest.fixture
def checkout(clock: time_machine.Traveller, checks: None, component: Callable[..., Entity]) -> Entity:
    """Short backups (bronze, 20 minutes) and a failed proof (silver, 3 hours)."""
    entity = component("checkout")
    databases(entity, 1)
    prove(entity, passed=False)
    evaluate_due(settle=timedelta(0))
    return entity


def test_rest_gives_the_cheapest_way_to_a_level(api: Callable[..., APIClient], vera: Any, checkout: Entity) -> None:
    body = api(vera).get(PATH).json()
    assert (body["target"], body["effort"], [fix["check"] for fix in body["fixes"]]) == ("bronze", 20, ["demo.backups"])
    assert api(vera).get(PATH, {"level": "silver"}).json()["effort"] == 200
    assert {row["check"]: row["worth"] for row in body["lost"]} == {"demo.proof": 60.0, "demo.backups": 40.0}


def test_rest_gives_the_cheapest_way_to_a_score(api: Callable[..., APIClient], vera: Any, checkout: Entity) -> None:
    client = api(vera)
    assert client.get(PATH, {"pillar": "reliability", "score": "40"}).json()["effort"] == 20
    assert client.get(PATH, {"pillar": "reliability", "score": "50"}).json()["effort"] == 180


@pytest.mark.parametrize(
    "query",
    [{"level": "platinum"}, {"score": "50"}, {"pillar": "reliability"}, {"pillar": "overall", "score": "50"},
     {"pillar": "reliability", "score": "nan"}, {"pillar": "reliability", "score": "101"}],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_400(
    query: dict[str, str], api: Callable[..., APIClient], vera: Any, checkout: Entity
) -> None:
    assert api(vera).get(PATH, query).status_code == 400


def test_the_scorecard_shows_the_way_and_where_points_are_lost(
    browse: Callable[..., Client], vera: Any, checkout: Entity
) -> None:
    page = " ".join(browse(vera).get(f"{checkout.get_absolute_url()}scorecard/").content.decode().split())
    assert "Cheapest way to Bronze" in page
    assert "1 check, about 20 min" in page
    assert "Where the points are lost" in page
    assert "Cheapest way to 75 points" in page
