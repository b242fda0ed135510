"""Claims about REST: full scorecards with their evidence, history, as-of, and who may evaluate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from scorecards.evaluate import evaluate_due
from scorecards.models import CheckResult
from services.models import Entity
from tests.scorecards.conftest import databases, later, prove
from tests.scorecards.test_pages import many

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Api = Callable[..., APIClient]
BASE = "/api/v1/scorecards/"
CARD = f"{BASE}services/component/default/checkout/"


@pytest.fixture
def checkout(clock: Clock, checks: None, component: Callable[..., Entity]) -> Entity:
    """A service whose proof passed on 20 Nov and expired on the 22nd."""
    entity = component("checkout")
    databases(entity, 7, 1)
    evaluate_due(settle=timedelta(0))
    later(clock, hours=1)
    prove(entity, days=2)
    evaluate_due(settle=timedelta(0))
    later(clock, days=3)
    evaluate_due(settle=timedelta(0))
    return entity


def states(body: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["state"] for row in body["checks"]}


def test_a_scorecard_carries_every_check_with_its_evidence(api: Api, vera: Any, checkout: Entity) -> None:
    body = api(vera).get(CARD).json()
    assert states(body) == {"demo.tracing": "not_applicable", "demo.backups": "fail", "demo.proof": "unknown"}
    backups = next(row for row in body["checks"] if row["id"] == "demo.backups")
    assert backups["evidence"][0]["failing"] == [{"name": "db-1", "found": "1"}]
    assert (backups["evidence"][0]["fact"], backups["evidence"][0]["source"]) == ("aws.rds", "aws")
    assert (backups["worth"], backups["effort"]) == (100.0, 20)
    assert (body["level"], body["next_level"], body["to_next_level"]) == ("below", "bronze", ["demo.backups"])


def test_a_scorecard_as_of_a_day_is_that_of_the_day(api: Api, vera: Any, checkout: Entity) -> None:
    client = api(vera)
    assert states(client.get(CARD, {"as_of": "2026-11-20"}).json())["demo.proof"] == "pass"
    assert states(client.get(CARD, {"as_of": "2026-11-01"}).json()) == {}
    for wrong in ("2030-01-01", "yesterday", "2026-13-40"):
        assert client.get(CARD, {"as_of": wrong}).status_code == 400


def test_history_names_the_cause_of_every_change(api: Api, vera: Any, checkout: Entity) -> None:
    rows = api(vera).get(f"{CARD}history/").json()["results"]
    causes = [row["cause"] for row in rows if row["pillar"] == "reliability"]
    assert causes == ["evidence expired", "fact", "scope"]


def test_scores_are_filtered_by_service_team_pillar_and_day(
    api: Api, vera: Any, checkout: Entity, component: Callable[..., Entity]
) -> None:
    databases(component("indexer", team="search"), 7)
    evaluate_due(settle=timedelta(0))
    client = api(vera)

    def refs(**query: str) -> set[tuple[str, float]]:
        rows = client.get(f"{BASE}scores/", {"pillar": "reliability", **query}).json()["results"]
        return {(row["ref"], row["score"]) for row in rows}

    assert refs(service="checkout") == {("component:default/checkout", 0.0)}
    assert refs(team="search") == {("component:default/indexer", 100.0), ("group:default/search", 100.0)}
    assert refs(service="checkout", as_of="2026-11-21") == {("component:default/checkout", 60.0)}
    assert refs(scope="organisation") == {("", 50.0)}
    assert client.get(f"{BASE}scores/", {"as_of": "soon"}).status_code == 400


def test_checks_carry_how_many_services_pass(api: Api, vera: Any, checkout: Entity) -> None:
    rows = api(vera).get(f"{BASE}checks/", {"pillar": "reliability"}).json()["results"]
    assert {row["id"]: row["counts"] for row in rows} == {"demo.backups": {"fail": 1}, "demo.proof": {"unknown": 1}}


def test_a_viewer_cannot_evaluate_and_neither_can_another_teams_editor(
    api: Api, vera: Any, ana: Any, checkout: Entity
) -> None:
    body = {"service": checkout.ref}
    assert api().post(f"{BASE}evaluate/", body, format="json").status_code == 401
    for person in (vera, ana):
        assert api(person).post(f"{BASE}evaluate/", body, format="json").status_code == 403


def test_an_editor_evaluates_and_hears_what_was_written(api: Api, mira: Any, checkout: Entity) -> None:
    databases(checkout, 7)
    answer = api(mira).post(f"{BASE}evaluate/", {"service": checkout.ref}, format="json")
    assert (answer.status_code, answer.json()["results"]) == (200, 1)
    assert CheckResult.objects.standing().get(check_key="demo.backups").state == "pass"


@pytest.mark.parametrize(
    ("body", "status"), [({}, 400), ([], 400), ({"service": 3}, 400), ({"service": "component:default/no"}, 404)]
)
def test_a_wrong_request_is_refused(api: Api, admin: Any, checkout: Entity, body: Any, status: int) -> None:
    assert api(admin).post(f"{BASE}evaluate/", body, format="json").status_code == status


def test_a_service_that_is_not_there_is_404(api: Api, vera: Any) -> None:
    client = api(vera)
    assert client.get(CARD).status_code == 404
    assert client.get(f"{CARD}history/").status_code == 404


@pytest.mark.parametrize("number", [10, 1000])
@pytest.mark.parametrize("url", ["scores/", "checks/"])
def test_lists_ask_a_constant_number_of_questions(
    number: int, url: str, api: Api, vera: Any, clock: Clock, checks: None, component: Callable[..., Entity],
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    many(number, component)
    client = api(vera)
    with django_assert_max_num_queries(6):
        assert client.get(f"{BASE}{url}").status_code == 200


def test_every_operation_stands_in_the_schema() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    ours = {path for path in schema["paths"] if path.startswith(BASE)}
    assert len(ours) == 18
    card = schema["paths"][f"{BASE}services/{{kind}}/{{namespace}}/{{name}}/"]["get"]
    assert any(parameter["name"] == "as_of" for parameter in card["parameters"])
