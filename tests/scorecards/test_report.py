"""The manager's report: two dates, what moved between them and why, and what is at risk."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.templatetags.colonnade import trend
from scorecards.evaluate import evaluate_due
from scorecards.models import Waiver
from scorecards.models.waivers import APPROVED
from scorecards.report.period import period_of
from services.models import Entity
from tests.scorecards.conftest import START, databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Browse = Callable[..., Client]
Make = Callable[..., Entity]


@pytest.fixture
def fleet(clock: Clock, checks: None, component: Make) -> tuple[Entity, Entity]:
    """checkout rises after three days because its proof passes; ledger falls because its backups were cut."""
    checkout, ledger = component("checkout"), component("ledger", team="search")
    databases(checkout, 7)
    prove(checkout, passed=False)
    databases(ledger, 30)
    prove(ledger)
    evaluate_due(settle=timedelta(0))
    later(clock, days=3)
    prove(checkout)
    databases(ledger, 1)
    evaluate_due(settle=timedelta(0))
    later(clock, days=3)
    return checkout, ledger


def text_of(client: Client, **asked: str) -> str:
    answer = client.get("/scorecards/report/", asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_report_names_who_rose_and_who_fell_and_why(
    browse: Browse, vera: Any, fleet: tuple[Entity, Entity]
) -> None:
    page = text_of(browse(vera), **{"from": "2026-11-21", "to": "2026-11-26"})
    improved, dropped = page.split("Most improved")[1].split("Worst drops")
    assert "checkout" in improved
    assert "zone us-east-1a experiment passed" in improved
    assert "ledger" not in improved
    assert "ledger" in dropped.split("Checks at risk")[0]


def test_levels_stand_side_by_side_for_both_dates(browse: Browse, vera: Any, fleet: tuple[Entity, Entity]) -> None:
    page = text_of(browse(vera), **{"from": "2026-11-21", "to": "2026-11-26"})
    assert "1 reached a higher level, 1 fell" in page
    assert "21 Nov 2026 to" in page


def test_a_check_at_risk_shows_how_many_failed_it_then_and_now(
    browse: Browse, vera: Any, fleet: tuple[Entity, Entity]
) -> None:
    page = text_of(browse(vera), **{"from": "2026-11-21", "to": "2026-11-26"})
    row = page.split("Checks at risk")[1].split("Every database keeps backups for a week")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split('<td class="num">')[1:]] == ["0", "1", "+1", "4"]


def test_before_the_first_evaluation_the_report_says_that_nothing_was_known(
    browse: Browse, vera: Any, clock: Clock, component: Make
) -> None:
    component("checkout")
    assert "had been evaluated by then" in text_of(browse(vera))


def test_a_history_that_is_younger_than_the_period_compares_nothing(
    browse: Browse, vera: Any, fleet: tuple[Entity, Entity]
) -> None:
    page = text_of(browse(vera), **{"from": "2026-11-01", "to": "2026-11-26"})
    assert "nothing had been evaluated by 1 Nov 2026" in page
    row = page.split("Checks at risk")[1].split("Every database keeps backups for a week")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split('<td class="num">')[1:]] == ["–", "1", "–", "4"]


def test_the_report_is_filtered_by_the_address_and_so_is_its_csv(
    browse: Browse, vera: Any, fleet: tuple[Entity, Entity]
) -> None:
    asked = {"from": "2026-11-21", "to": "2026-11-26", "team": "search"}
    client = browse(vera)
    assert "1 service ·" in text_of(client, **asked)
    answer = client.get("/scorecards/report/export.csv", asked)
    lines = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))  # type: ignore[attr-defined]
    assert [line[0] for line in lines] == ["service", "component:default/ledger"]
    assert float(lines[1][-1]) < 0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"from": "yesterday"}, "Write dates like 2026-11-20"),
        ({"from": "2026-11-19", "to": "2026-11-18"}, "must lie before the last"),
        ({"from": "0001-01-01"}, "ten years at most"),
        ({"to": "\x00"}, "Write dates like 2026-11-20"),
        ({}, ""),
    ],
)
def test_dates_that_cannot_be_used_are_named_and_the_last_thirty_days_are_shown(
    asked: dict[str, str], told: str
) -> None:
    period = period_of(asked, START)
    assert told in period.problem
    assert (period.start, period.end) == (START - timedelta(days=30), START)


def test_a_day_to_come_ends_now(clock: Clock) -> None:
    period = period_of({"from": "2026-11-01", "to": "2027-01-01"}, START)
    assert (period.end, period.current) == (START, True)


def test_waivers_that_end_soon_and_expired_evidence_are_in_the_ledger(
    browse: Browse, vera: Any, clock: Clock, fleet: tuple[Entity, Entity]
) -> None:
    checkout, ledger = fleet
    now = datetime.now(UTC)
    Waiver.objects.create(
        entity=ledger, check_key="demo.backups", state=APPROVED, reason="moving", requested_by="ana",
        decided_by="root", began_at=now, ended_at=now + timedelta(days=3), expires_at=now + timedelta(days=3),
    )  # fmt: skip
    prove(checkout, passed=False, days=1)
    evaluate_due(settle=timedelta(0))
    later(clock, days=2)
    evaluate_due(settle=timedelta(0))
    page = text_of(browse(vera))
    assert "1 check waived in 1 service" in page
    assert "unknown in 1 service" in page


@pytest.mark.parametrize("number", [3, 60])
def test_the_report_asks_a_constant_number_of_questions(
    number: int, browse: Browse, vera: Any, clock: Clock, checks: None, component: Make,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for index in range(number):
        databases(component(f"svc-{index}", team=f"team-{index % 7}"), index % 9)
    evaluate_due(settle=timedelta(0))
    later(clock, days=2)
    client = browse(vera)
    client.get("/scorecards/report/")
    with django_assert_max_num_queries(32):
        assert client.get("/scorecards/report/").status_code == 200


BASE = "/api/v1/scorecards/report/"


def test_programs_read_the_same_report(browse: Browse, vera: Any, fleet: tuple[Entity, Entity]) -> None:
    told = browse(vera).get(BASE, {"from": "2026-11-21", "to": "2026-11-26"}).json()
    assert (told["services"], told["compared"], told["risen"], told["fallen"]) == (2, True, 1, 1)
    assert [line["service"] for line in told["improved"]] == ["component:default/checkout"]
    assert told["dropped"][0]["score_after"] < told["dropped"][0]["score_before"]
    assert {line["check"]: line["failing"] for line in told["risks"]} == {"demo.backups": 1}


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"from": "x"}, "from"), ({"from": "2026-11-25", "to": "2026-11-24"}, "from"), ({"tier": "x"}, "tier")],
)
def test_a_program_that_asks_wrongly_is_told_which_field(
    asked: dict[str, str], field: str, browse: Browse, vera: Any, clock: Clock
) -> None:
    answer = browse(vera).get(BASE, asked)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_the_report_is_not_for_strangers(clock: Clock) -> None:
    assert Client().get(BASE).status_code in (401, 403)


def test_a_step_of_half_a_point_is_written_with_its_decimal_where_the_page_asks_for_it() -> None:
    assert "▲" in trend(0.5, 1)
    assert " 0.5<" in trend(0.5, 1)
    assert "no change" in trend(0.5)
    assert "no change" in trend(0.04, 1)
