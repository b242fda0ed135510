"""Claims about pushed results and confirmations: once by key, in the order of what was seen, and never for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from scorecards import cards
from scorecards.evaluate import evaluate_due
from scorecards.models import CheckAnswer, CheckResult, ScorePoint
from scorecards.recompute import card_at
from services.models import Entity
from tests.scorecards.conftest import CHECKS, START, databases, later

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Api = Callable[..., APIClient]
RESULTS, CONFIRM = "/api/v1/scorecards/results/", "/api/v1/scorecards/confirmations/"
DAY = 86_400
ANSWERED = f"""\
{CHECKS}
  - id: demo.load-test
    kind: pushed
    pillar: performance
    title: The load test holds
    why: Load comes.
    fix: Mend what broke.
    effort: 60
    weight: 5
    level: bronze
    max_age: {7 * DAY}
  - id: demo.game-day
    kind: manual
    pillar: operationalExcellence
    title: A game day was held
    why: People need practice.
    fix: Hold one.
    effort: 240
    weight: 5
    level: bronze
    max_age: {90 * DAY}
"""


@pytest.fixture
def checkout(clock: Clock, checks: Callable[[str], None], component: Callable[..., Entity]) -> Entity:
    """A service with a check that programs answer and one that people answer."""
    checks(ANSWERED)
    entity = component("checkout")
    databases(entity, 7)
    run()
    return entity


def run() -> None:
    evaluate_due(settle=timedelta(0))


def state(check: str = "demo.load-test") -> str:
    return str(CheckResult.objects.standing().get(check_key=check).state)


def push(client: APIClient, entity: Entity, state: str = "pass", **more: Any) -> Any:
    body = {"service": entity.ref, "check": "demo.load-test", "state": state, **more}
    return client.post(RESULTS, body, format="json")


def test_a_pushed_result_decides_its_check_until_it_is_too_old(
    api: Api, mira: Any, checkout: Entity, clock: Clock
) -> None:
    assert state() == "unknown"
    later(clock, minutes=1)
    answer = push(api(mira), checkout, "warn", note="p99 close to the limit", url="https://ci.example/7")
    assert (answer.status_code, answer.json()["outcome"]) == (201, "recorded")
    run()
    assert state() == "warn"
    point = ScorePoint.objects.standing().get(entity=checkout, pillar="performance")
    assert (point.score, point.confidence, point.cause) == (100.0, 0.5, "fact")
    later(clock, days=8)
    run()
    assert state() == "unknown"
    assert AuditEvent.objects.get(action="result.push").detail["check"] == "demo.load-test"


def test_the_same_key_is_taken_once_and_not_for_another_result(api: Api, mira: Any, checkout: Entity) -> None:
    client = api(mira)
    assert push(client, checkout, key="run-7").status_code == 201
    again = push(client, checkout, key="run-7")
    assert (again.status_code, again.json()["outcome"]) == (200, "repeated")
    other = push(client, checkout, "fail", key="run-7")
    assert (other.status_code, set(other.json()["error"]["fields"])) == (400, {"key"})
    assert CheckAnswer.objects.count() == 1


def test_a_late_push_is_kept_in_order_and_rewrites_nothing(api: Api, mira: Any, checkout: Entity, clock: Clock) -> None:
    client = api(mira)
    later(clock, days=2)
    push(client, checkout, "pass", observed_at="2026-11-21T10:00:00Z")
    run()
    shown = card_at(checkout, datetime.now(UTC)).scores["performance"]
    later(clock, hours=1)
    late = push(client, checkout, "fail", observed_at="2026-11-20T10:00:00Z").json()
    assert (late["outcome"], late["answer"]["late"]) == ("late", True)
    run()
    assert state() == "pass"
    assert card_at(checkout, START + timedelta(days=2)).scores["performance"] == shown
    rows = client.get(RESULTS, {"service": "checkout", "check": "demo.load-test"}).json()["results"]
    assert [(row["state"], row["late"]) for row in rows] == [("pass", False), ("fail", True)]


@pytest.mark.parametrize(
    ("change", "status", "field", "said"),
    [
        ({"service": "component:default/nobody"}, 404, "", ""),
        ({"check": "demo.nothing"}, 400, "check", "There is no check demo.nothing in force"),
        ({"check": "demo.proof"}, 400, "check", "facts decide it"),
        ({"check": "demo.game-day"}, 400, "check", "confirm it on its page"),
        ({"state": "great"}, 400, "state", ""),
        ({"observed_at": "2027-01-01T00:00:00Z"}, 400, "observed_at", "lies in the future"),
        ({"observed_at": "yesterday"}, 400, "observed_at", ""),
        ({"url": "javascript:alert(1)"}, 400, "url", ""),
    ],
)
def test_a_push_that_cannot_be_taken_says_why(
    change: dict[str, str], status: int, field: str, said: str, api: Api, mira: Any, checkout: Entity
) -> None:
    answer = push(api(mira), checkout, **change)
    assert answer.status_code == status
    if field:
        assert set(answer.json()["error"]["fields"]) == {field}
        assert said in answer.json()["error"]["message"]
    assert not CheckAnswer.objects.exists()


def test_many_results_are_judged_one_by_one(
    api: Api, mira: Any, checkout: Entity, component: Callable[..., Entity]
) -> None:
    strange = component("indexer", team="search")
    good = {"service": checkout.ref, "check": "demo.load-test", "state": "pass", "key": "a"}
    body = {"results": [
        good, good, {**good, "service": "component:default/nobody"}, {**good, "service": strange.ref},
        {**good, "state": "great"}, "nonsense", {**good, "key": "b", "observed_at": "2026-11-01T00:00:00Z"},
    ]}  # fmt: skip
    answer = api(mira).post(RESULTS, body, format="json").json()
    outcomes = [item["outcome"] for item in answer["items"]]
    assert outcomes == ["recorded", "repeated", "refused", "refused", "refused", "refused", "late"]
    assert "There is no service component:default/nobody" in answer["items"][2]["error"]
    assert "You need the role editor of search" in answer["items"][3]["error"]
    assert answer["items"][4]["field"] == "state"
    assert (answer["recorded"], answer["repeated"], answer["late"], answer["refused"]) == (1, 1, 1, 4)


@pytest.mark.parametrize("results", [[], "x", None, [{}] * 501])
def test_a_wrong_list_is_400(results: Any, api: Api, mira: Any, checkout: Entity) -> None:
    assert api(mira).post(RESULTS, {"results": results}, format="json").status_code == 400


def test_only_the_owning_team_pushes_and_confirms(api: Api, ana: Any, vera: Any, checkout: Entity) -> None:
    for person in (ana, vera):
        assert push(api(person), checkout).status_code == 403
        body = {"service": checkout.ref, "check": "demo.game-day", "passed": True, "note": "Held."}
        assert api(person).post(CONFIRM, body, format="json").status_code == 403
    assert push(api(), checkout).status_code == 401


def test_a_confirmation_counts_as_declared_and_expires_to_unknown(
    api: Api, mira: Any, checkout: Entity, clock: Clock
) -> None:
    body = {"service": checkout.ref, "check": "demo.game-day", "passed": True, "note": "Held on Monday."}
    later(clock, minutes=1)
    assert api(mira).post(CONFIRM, body, format="json").status_code == 201
    run()
    assert state("demo.game-day") == "pass"
    shares = cards.evidence(card_at(checkout, datetime.now(UTC)))
    assert (round(shares.measured, 2), round(shares.declared, 2)) == (0.2, 0.25)
    later(clock, days=91)
    run()
    assert state("demo.game-day") == "unknown"
    wrong = api(mira).post(CONFIRM, {**body, "until": "2028-01-01"}, format="json")
    assert set(wrong.json()["error"]["fields"]) == {"until"}


def test_the_page_of_a_manual_check_takes_a_confirmation(
    browse: Callable[..., Client], mira: Any, vera: Any, checkout: Entity, clock: Clock
) -> None:
    later(clock, minutes=1)
    url = "/scorecards/answers/component/default/checkout/demo.game-day/"
    assert url in browse(vera).get(f"{checkout.get_absolute_url()}scorecard/").content.decode()
    assert "Note it" not in browse(vera).get(url).content.decode()
    assert browse(vera).post(url, {"passed": "yes", "note": "Held."}).status_code == 403
    client = browse(mira)
    assert client.post(url, {"passed": "yes", "note": ""}).status_code == 422
    assert client.post(url, {"passed": "no", "note": "It was put off."}).status_code == 302
    run()
    assert state("demo.game-day") == "fail"
    assert "It was put off." in client.get(url).content.decode()
    assert client.get("/scorecards/answers/component/default/checkout/demo.proof/").status_code == 404
