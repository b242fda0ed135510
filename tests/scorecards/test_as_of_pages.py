"""The pages of a past day: the date stands in the address and on the page, and the figures are those of then."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from scorecards.evaluate import evaluate_due
from services.models import Entity, Relation
from tests.scorecards.conftest import databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Browse = Callable[..., Client]


@pytest.fixture
def moved(clock: Clock, checks: None, component: Callable[..., Entity]) -> Entity:
    """checkout is poor on 20 Nov and good from 25 Nov on, when it goes from payments to search; basket stays poor."""
    checkout, basket = component("checkout"), component("basket")
    for kind, name in (("group", "payments"), ("group", "search"), ("system", "shop"), ("domain", "trade")):
        Entity.objects.create(kind=kind, name=name, title=name)
    system, domain = Entity.objects.get(kind="system"), Entity.objects.get(kind="domain")
    Relation.objects.create(source_ref=system.ref, type="partOf", target_ref=domain.ref)
    for entity in (checkout, basket):
        databases(entity, 1)
        prove(entity, passed=False)
    evaluate_due(settle=timedelta(0))
    later(clock, days=5)
    databases(checkout, 30)
    prove(checkout)
    Entity.objects.filter(pk=checkout.pk).update(owner_ref="group:default/search")
    evaluate_due(settle=timedelta(0))
    later(clock, days=5)
    return checkout


def page(client: Client, address: str, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_maturity_page_of_a_past_day_has_its_date_and_the_way_back(
    browse: Browse, vera: Any, moved: Entity
) -> None:
    text = page(browse(vera), "/scorecards/", as_of="2026-11-21", team="payments")
    assert "As of the end of <strong>21 Nov 2026</strong>" in text
    assert 'href="/scorecards/?team=payments">Back to today</a>' in text
    assert "As of the end of" not in page(browse(vera), "/scorecards/")


def test_teams_of_a_past_day_have_the_services_that_were_theirs_then(browse: Browse, vera: Any, moved: Entity) -> None:
    client = browse(vera)
    then, now = page(client, "/scorecards/", as_of="2026-11-21"), page(client, "/scorecards/")
    assert "payments</a><small>2 services" in then
    assert ">search</a>" not in then.split("Teams by pillar")[1]
    assert "payments</a><small>1 service" in now
    assert "search</a><small>1 service" in now
    assert "2 services evaluated by then, 1 team" in then


def test_a_day_before_the_first_evaluation_is_an_empty_page_that_leads_back(
    browse: Browse, vera: Any, moved: Entity
) -> None:
    for asked in ({}, {"tier": "1"}, {"team": "payments"}):
        text = page(browse(vera), "/scorecards/", as_of="2026-11-01", **asked)
        assert "Nothing had been evaluated by then" in text
        assert "Back to today" in text


def test_a_narrowed_page_says_that_its_services_are_those_of_today(browse: Browse, vera: Any, moved: Entity) -> None:
    text = page(browse(vera), "/scorecards/", as_of="2026-11-21", tier="1")
    assert "have this tier or lifecycle today" in text
    assert "2 services evaluated by then" in text


def test_movements_after_the_day_are_not_shown(browse: Browse, vera: Any, moved: Entity) -> None:
    client = browse(vera)
    assert "checkout" in page(client, "/scorecards/movements/").split("data-autosubmit")[1]
    asked = {"as_of": "2026-11-21", "since": "2026-11-20"}
    assert "Nothing has moved" in page(client, "/scorecards/movements/", **asked)


def test_the_export_of_a_past_day_has_the_scores_of_then(browse: Browse, vera: Any, moved: Entity) -> None:
    client = browse(vera)

    def levels(**asked: str) -> dict[str, str]:
        answer = client.get("/scorecards/export.csv", asked)
        lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        return {line["title"]: line["overall"] for line in csv.DictReader(lines)}

    then, now = levels(as_of="2026-11-21"), levels()
    assert float(then["checkout"]) < float(now["checkout"])
    assert then["basket"] == now["basket"]


@pytest.mark.parametrize("kind", ["group", "system", "domain"])
def test_the_page_of_a_team_system_or_domain_shows_the_pillars_of_a_past_day(
    kind: str, browse: Browse, vera: Any, moved: Entity
) -> None:
    entity = Entity.objects.get(kind=kind, name={"group": "payments", "system": "shop", "domain": "trade"}[kind])
    client = browse(vera)
    then, now = (page(client, entity.get_absolute_url(), **asked) for asked in ({"as_of": "2026-11-21"}, {}))
    assert "Five pillars as of 21 Nov 2026" in then
    assert f'href="{entity.get_absolute_url()}">Back to today</a>' in then
    assert "its 2 services" in then
    assert "Five pillars as of" not in now
    early = page(client, entity.get_absolute_url(), as_of="2026-11-01")
    assert "Nothing had been evaluated by then" in early


@pytest.mark.parametrize("address", ["/scorecards/", "/scorecards/movements/"])
def test_a_day_that_is_no_date_is_named_and_today_is_shown(
    address: str, browse: Browse, vera: Any, moved: Entity
) -> None:
    text = page(browse(vera), address, as_of="last week")
    assert "Write the day like 2026-11-20" in text
    assert "As of the end of" not in text


def test_today_and_days_to_come_are_now(browse: Browse, vera: Any, moved: Entity) -> None:
    assert "As of the end of" not in page(browse(vera), "/scorecards/", as_of="2027-01-01")


@pytest.mark.parametrize("number", [3, 40])
def test_a_past_day_asks_a_constant_number_of_questions(
    number: int, browse: Browse, vera: Any, clock: Clock, checks: None, component: Callable[..., Entity],
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for index in range(number):
        databases(component(f"svc-{index}", team=f"team-{index % 7}"), index % 9)
    evaluate_due(settle=timedelta(0))
    later(clock, days=3)
    client = browse(vera)
    for asked in ({"as_of": "2026-11-21"}, {"as_of": "2026-11-21", "tier": "1"}):
        client.get("/scorecards/", asked)
        with django_assert_max_num_queries(32):
            assert client.get("/scorecards/", asked).status_code == 200
