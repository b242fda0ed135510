"""Blackouts, rules and the calendar: who may write, what is refused with its field, and what a month shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chaos.calendars import month
from chaos.calendars.models import Blackout, TeamRules
from chaos.models import Experiment, ExperimentRun
from portal.access.models import AuditEvent
from portal.jobs.models import SKIPPED, Run, Schedule

from .conftest import START, World

URL = "/api/v1/chaos"
ICAL = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:one@example.com
SUMMARY:Holidays
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
END:VEVENT
BEGIN:VEVENT
UID:two@example.com
SUMMARY:Weekly close
DTSTART;TZID=Europe/Berlin:20261127T180000
DTEND;TZID=Europe/Berlin:20261127T220000
RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20270101T000000Z
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def body() -> dict[str, Any]:
    """A good blackout of payments."""
    return {
        "title": "Black Friday", "reason": "Sales", "scope": "group:default/payments", "zone": "Europe/Berlin",
        "starts_at": "2026-11-27T00:00:00Z", "ends_at": "2026-11-28T00:00:00Z",
    }  # fmt: skip


def test_an_operator_plans_changes_and_ends_a_blackout(
    world: World, body: dict[str, Any], mira: Any, api: Callable[..., Any]
) -> None:
    client = api(mira)
    made = client.post(f"{URL}/blackouts/", body, format="json")
    assert made.status_code == 201, made.content
    address = f"{URL}/blackouts/{made.json()['id']}/"
    assert client.patch(address, {"reason": "More sales"}, format="json").json()["reason"] == "More sales"
    assert client.delete(address).status_code == 204
    assert not Blackout.objects.exists()
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["chaos.blackout.create", "chaos.blackout.change", "chaos.blackout.end"]


@pytest.mark.parametrize(
    ("who", "scope"), [("vera", "group:default/payments"), ("jon", "group:default/payments"), ("mira", "all")]
)
def test_others_cannot(
    world: World, body: dict[str, Any], who: str, scope: str, request: pytest.FixtureRequest, api: Callable[..., Any]
) -> None:
    client = api(request.getfixturevalue(who))
    assert client.post(f"{URL}/blackouts/", body | {"scope": scope}, format="json").status_code == 403
    row = Blackout.objects.create(
        title="x", reason="y", scope=scope, starts_at=START, ends_at=START + timedelta(hours=1), created_by="admin"
    )
    assert client.delete(f"{URL}/blackouts/{row.pk}/").status_code == 403
    assert Blackout.objects.count() == 1


def test_a_scope_cannot_be_taken_over(world: World, body: dict[str, Any], mira: Any, api: Callable[..., Any]) -> None:
    client = api(mira)
    made = client.post(f"{URL}/blackouts/", body, format="json").json()
    answer = client.patch(f"{URL}/blackouts/{made['id']}/", {"scope": "group:default/search"}, format="json")
    assert answer.status_code == 403
    assert Blackout.objects.get().scope == "group:default/payments"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": "2026-11-26T00:00:00Z"}, "ends_at"), ({"ends_at": None}, "ends_at"), ({"zone": "Mars/Olympus"}, "zone"),
        ({"days": [7]}, "days"), ({"days": [1]}, "opens"), ({"title": " "}, "title"), ({"nonsense": 1}, "nonsense"),
        ({"scope": "component:default/nobody"}, "scope"), ({"ends_at": "2028-11-26T00:00:00Z"}, "ends_at"),
    ],
)  # fmt: skip
def test_bad_input_names_its_field(
    world: World, body: dict[str, Any], admin: Any, api: Callable[..., Any], change: dict[str, Any], field: str
) -> None:
    answer = api(admin).post(f"{URL}/blackouts/", body | change, format="json")
    assert answer.status_code == 400
    assert field in str(answer.json()["error"]["fields"])


def test_a_file_of_icalendar_is_taken_as_a_whole_and_replaces_itself(
    world: World, admin: Any, api: Callable[..., Any]
) -> None:
    client = api(admin)
    body = {"ical": ICAL, "zone": "Europe/Berlin"}
    assert client.post(f"{URL}/blackouts/import/", body, format="json").json() == {"created": 2, "replaced": 0}
    assert client.post(f"{URL}/blackouts/import/", body, format="json").json() == {"created": 0, "replaced": 2}
    weekly = Blackout.objects.get(title="Weekly close")
    assert weekly.words == "Fri 18:00–22:00 (Europe/Berlin)"
    assert Blackout.objects.get(title="Holidays").starts_at == datetime(2026, 12, 24, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_rule_that_cannot_be_taken_refuses_the_whole_file(world: World, admin: Any, api: Callable[..., Any]) -> None:
    monthly = ICAL.replace("FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY")
    answer = api(admin).post(f"{URL}/blackouts/import/", {"ical": monthly}, format="json")
    assert answer.status_code == 400
    assert "event 2" in str(answer.json())
    assert not Blackout.objects.exists()
    assert api(admin).post(f"{URL}/blackouts/import/", {"ical": "hello"}, format="json").status_code == 400


def test_rules_of_a_team_are_its_operators_and_those_of_all_an_admins(
    world: World, mira: Any, admin: Any, api: Callable[..., Any]
) -> None:
    mine = {
        "scope": "group:default/payments",
        "days": [0, 1],
        "opens": "10:00",
        "closes": "12:00",
        "zone": "Europe/Berlin",
    }
    assert api(mira).put(f"{URL}/rules/", mine, format="json").status_code == 200
    assert api(mira).put(f"{URL}/rules/", mine | {"scope": "all"}, format="json").status_code == 403
    assert api(admin).put(f"{URL}/rules/", mine | {"scope": "all"}, format="json").status_code == 200
    assert api(admin).put(f"{URL}/rules/", mine | {"minimum_healthy": 101}, format="json").status_code == 400
    assert TeamRules.objects.count() == 2


def test_a_month_shows_what_ran_what_is_planned_what_was_missed_and_what_is_black(
    world: World, run: ExperimentRun, experiment: Experiment
) -> None:
    Blackout.objects.create(
        title="Freeze",
        reason="x",
        starts_at=START + timedelta(days=2),
        ends_at=START + timedelta(days=4),
        created_by="a",
    )
    schedule = Schedule.objects.get(key=experiment.schedule_key)
    Run.objects.create(
        job="chaos.run",
        schedule=schedule,
        slot=START - timedelta(days=4),
        state=SKIPPED,
        args={"experiment": experiment.pk},
    )
    zone = ZoneInfo("Asia/Kathmandu")
    found = month.month(START.date(), zone, START)
    shown = {day.date.day: [(e.label, e.time) for e in day.entries] for day in found.days}
    assert ("Skipped", "17:45") in shown[19]
    assert [time for _, time in shown[23]] == ["17:45"]
    assert ("Planned", "15:45") in shown[26]
    assert [label for label, _ in shown[25] + shown[27]].count("Blackout") == 2
    assert found.title == "November 2026"


def test_many_slots_of_a_day_are_one_line(world: World, experiment: Experiment) -> None:
    Experiment.objects.filter(pk=experiment.pk).update(cron="*/30 * * * *")
    week = month.week(START.date(), ZoneInfo("UTC"), START)
    tuesday = next(day for day in week.days if day.date.day == 24)
    assert [entry.title for entry in tuesday.entries] == ["Zone us-east-1a down on search-api, 48 times"]


def test_a_month_without_a_team_of_mine_shows_only_theirs(world: World, experiment: Experiment) -> None:
    assert month.month(START.date(), ZoneInfo("UTC"), START, "search").days
    assert not month.month(START.date(), ZoneInfo("UTC"), START, "payments").days


@pytest.mark.parametrize(
    "query", ["", "?view=week&zone=Europe/Berlin", "?zone=../x&day=nope&team=search", "?day=9999-12-31"]
)
def test_the_pages_stand(world: World, run: ExperimentRun, mira: Any, browse: Callable[..., Any], query: str) -> None:
    answer = browse(mira).get(f"/chaos/calendar/{query}")
    assert answer.status_code == 200
    assert "All times on a clock in" in answer.content.decode()


def test_the_page_of_blackouts_lets_operators_write_and_others_read(
    world: World, mira: Any, vera: Any, browse: Callable[..., Any]
) -> None:
    form = {
        "title": "Black Friday", "reason": "Sales", "scope": "group:default/payments", "zone": "Europe/Berlin",
        "starts_at": "2026-11-27T00:00", "ends_at": "2026-11-28T00:00",
    }  # fmt: skip
    assert browse(vera).post("/chaos/blackouts/new/", form).status_code == 403
    assert browse(mira).post("/chaos/blackouts/new/", form | {"zone": "Mars"}).status_code == 422
    assert browse(mira).post("/chaos/blackouts/new/", form).status_code == 302
    made = Blackout.objects.get()
    assert made.starts_at.isoformat() == "2026-11-26T23:00:00+00:00"
    assert "Black Friday" in browse(vera).get("/chaos/blackouts/").content.decode()
    assert browse(mira).get(f"/chaos/blackouts/{made.pk}/edit/").status_code == 200
    assert browse(vera).post(f"/chaos/blackouts/{made.pk}/end/").status_code == 403
    assert browse(mira).post(f"/chaos/blackouts/{made.pk}/end/").status_code == 302
    rules = {"days": ["0"], "opens": "09:00", "closes": "16:00", "zone": "UTC", "minimum_healthy": "50"}
    assert browse(mira).post("/chaos/rules/group:default/payments/", rules).status_code == 302
    assert browse(mira).post("/chaos/rules/all/", rules).status_code == 403
