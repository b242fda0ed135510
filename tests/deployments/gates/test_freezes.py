"""Freezes: whom they hold for, when, who may write them, and iCalendar in and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from deployments.gates import ask
from deployments.gates.errors import Wrong
from deployments.gates.freezes import ical, rules, standing, write
from deployments.models import Freeze, FreezeCalendar
from portal.access.models import AuditEvent
from services.models import Entity
from tests.deployments.gates.conftest import ALWAYS, at, gate

WEEKEND = {
    "starts": "2026-01-02T16:00",
    "ends": "2026-01-05T08:00",
    "rrule": "FREQ=WEEKLY;BYDAY=FR",
    "zone": "Europe/Berlin",
}
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Some calendar//EN
BEGIN:VEVENT
UID:peak@example.com
DTSTAMP:20260101T000000Z
SUMMARY:Peak week
DESCRIPTION:Black Friday
DTSTART;TZID=America/New_York:20261123T180000
DTEND;TZID=America/New_York:20261130T060000
END:VEVENT
BEGIN:VEVENT
UID:fridays@example.com
DTSTAMP:20260101T000000Z
SUMMARY:Fridays
DTSTART;TZID=W. Europe Standard Time:20260102T120000
DURATION:PT6H
RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261231T230000Z
EXDATE;TZID=W. Europe Standard Time:20260109T120000
END:VEVENT
BEGIN:VEVENT
UID:fridays@example.com
RECURRENCE-ID;TZID=W. Europe Standard Time:20260116T120000
DTSTAMP:20260101T000000Z
SUMMARY:Thursday instead
DTSTART;TZID=W. Europe Standard Time:20260115T120000
DTEND;TZID=W. Europe Standard Time:20260115T180000
END:VEVENT
BEGIN:VEVENT
UID:day@example.com
DTSTAMP:20260101T000000Z
SUMMARY:A whole day
DTSTART;VALUE=DATE:20261224
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def held(entity: Entity, moment: str) -> list[str]:
    """Titles of what freezes the service at this instant (UTC)."""
    return [row.freeze.title for row in standing.standing(entity, at(moment))]


@pytest.mark.parametrize(
    ("fields", "frozen"),
    [
        ({"scope": "organisation"}, True),
        ({"scope": "team", "scope_value": "payments"}, True),
        ({"scope": "team", "scope_value": "search"}, False),
        ({"scope": "system", "scope_value": "payments"}, True),
        ({"scope": "domain", "scope_value": "money"}, True),
        ({"scope": "service", "scope_value": "ledger"}, False),
        ({"scope": "tier", "scope_value": "1"}, True),
        ({"scope": "tier", "scope_value": "2"}, False),
        ({"scope": "organisation", "environment": "staging"}, False),
        ({"scope": "organisation", "except_services": ["checkout"]}, False),
    ],
)
def test_a_freeze_holds_for_its_scope_and_for_nothing_else(
    fields: dict[str, Any], frozen: bool, service: Callable[..., Entity], freeze: Callable[..., Freeze]
) -> None:
    checkout = service("checkout", tier=1)
    service("ledger"), service("search-api", team="search")
    Entity.objects.create(kind="domain", name="money", owner_ref="group:default/payments")
    system = {"spec": {"domain": "domain:default/money"}}
    Entity.objects.create(kind="system", name="payments", owner_ref="group:default/payments", data=system)
    freeze(**fields)
    assert bool(held(checkout, "2026-06-01T12:00")) == frozen


def test_a_weekly_freeze_begins_at_four_on_the_wall_in_winter_and_in_summer(
    service: Callable[..., Entity], freeze: Callable[..., Freeze]
) -> None:
    checkout = service("checkout")
    freeze(**WEEKEND)
    for friday, frozen in (("2026-02-06T14:59", []), ("2026-02-06T15:00", ["Stop"]), ("2026-07-03T14:00", ["Stop"])):
        assert held(checkout, friday) == frozen
    assert held(checkout, "2026-07-03T13:59") == []
    # The weekend on which the clocks go forward lasts an hour less, and still ends at eight on the wall.
    assert held(checkout, "2026-03-30T05:59") == ["Stop"]
    assert held(checkout, "2026-03-30T06:00") == []


def test_a_day_that_is_left_out_is_not_frozen(service: Callable[..., Entity], freeze: Callable[..., Freeze]) -> None:
    checkout = service("checkout")
    freeze(**WEEKEND, except_dates=["2026-02-06"])
    assert held(checkout, "2026-02-07T12:00") == []
    assert held(checkout, "2026-02-14T12:00") == ["Stop"]


@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 5),
    st.integers(1, 30),
    st.integers(0, 900),
)
def test_every_occurrence_reads_the_same_on_the_wall(frequency: str, interval: int, hours: int, days: int) -> None:
    row = Freeze(
        starts="2026-01-31T03:30", ends="", zone="Europe/Berlin", rrule=f"FREQ={frequency};INTERVAL={interval}"
    )
    starts = datetime.fromisoformat(row.starts)
    row.ends = (starts + timedelta(hours=hours)).strftime(rules.FORMAT)
    rules.check(row)
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
    for found in rules.spans(row, begin, begin + timedelta(days=60)):
        assert found.start.astimezone(rules.zone_of("Europe/Berlin")).time() == time(3, 30)


@pytest.mark.parametrize("count", [1, 3])
def test_a_counted_rule_ends_and_its_bound_is_known(count: int, freeze: Callable[..., Freeze]) -> None:
    row = freeze(starts="2026-03-01T10:00", ends="2026-03-01T11:00", rrule=f"FREQ=DAILY;COUNT={count}")
    assert len(list(rules.spans(row, at("2026-01-01T00:00"), at("2027-01-01T00:00")))) == count
    assert row.until_at == at(f"2026-03-0{count}T11:00")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Base"), ("zone", "../etc/passwd"), ("starts", "tomorrow"), ("starts", "1789-07-14T00:00"),
        ("ends", "2025-01-01T00:00"), ("ends", "2028-01-01T00:00"), ("rrule", "FREQ=SECONDLY"), ("rrule", "every week"),
        ("rrule", "FREQ=WEEKLY;BYDAY=XX"), ("rrule", "FREQ=DAILY;COUNT=0"), ("rrule", "FREQ=DAILY;UNTIL=soon"),
        ("rrule", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), ("rrule", "FREQ=DAILY;INTERVAL=-1"),
        ("rrule", "FREQ=DAILY;COUNT=2;UNTIL=20261231"), ("except_dates", ["yesterday"]), ("title", " "),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_taken_is_named_and_nothing_is_stored(
    field: str, value: Any, admin: Any, api: Callable[..., Any]
) -> None:
    calendar = write.calendar(None, {"title": "All"}, admin)
    body = {"calendar": calendar.slug, "title": "Stop", **ALWAYS, field: value}
    reply = api(admin).post("/api/v1/deployments/freezes/", body, format="json")
    assert (reply.status_code, list(reply.json()["error"]["fields"])) == (400, [field])
    assert not Freeze.objects.exists()


@pytest.mark.parametrize(
    "scope",
    [
        ("moon", ""),
        ("organisation", "payments"),
        ("team", "nobody"),
        ("service", "nothing"),
        ("tier", "99"),
        ("system", ""),
    ],
)
def test_a_scope_has_to_be_there(scope: tuple[str, str], admin: Any) -> None:
    with pytest.raises(Wrong):
        write.calendar(None, {"title": "All", "scope": scope[0], "scope_value": scope[1]}, admin)


def test_operators_write_for_their_team_and_only_an_admin_for_all(
    service: Callable[..., Entity], mira: Any, jon: Any, vera: Any, admin: Any, api: Callable[..., Any]
) -> None:
    service("checkout"), service("search-api", team="search")
    address, own = (
        "/api/v1/deployments/freeze-calendars/",
        {"title": "Ours", "scope": "team", "scope_value": "payments"},
    )
    assert api(vera).post(address, own).status_code == 403
    assert api(jon).post(address, own).status_code == 403
    slug = api(mira).post(address, own).json()["slug"]
    assert api(mira).post(address, {"title": "All"}).status_code == 403
    assert api(admin).post(address, {"title": "All"}).status_code == 201
    assert api(mira).patch(f"{address}{slug}/", {"scope": "organisation", "scope_value": ""}).status_code == 403
    assert api(mira).patch(f"{address}{slug}/", {"scope_value": "search"}).status_code == 403
    assert api(jon).delete(f"{address}{slug}/").status_code == 403
    assert api(mira).patch(f"{address}{slug}/", {"title": "Payments"}).json()["title"] == "Payments"
    assert api(mira).delete(f"{address}{slug}/").status_code == 204
    acts = AuditEvent.objects.filter(actor="mira").order_by("id").values_list("action", flat=True)
    assert list(acts) == ["freeze-calendar.create", "freeze-calendar.change", "freeze-calendar.delete"]


def test_a_freeze_is_created_changed_and_deleted_over_rest(
    service: Callable[..., Entity], mira: Any, jon: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    calendar = write.calendar(
        None, {"title": "Ours", "scope": "team", "scope_value": "payments", "zone": "Asia/Tokyo"}, mira
    )
    body = {"calendar": calendar.slug, "title": "Audit week", "starts": "2026-12-07T09:00", "ends": "2026-12-11T18:00"}
    assert api(jon).post("/api/v1/deployments/freezes/", body).status_code == 403
    made = api(mira).post("/api/v1/deployments/freezes/", body).json()
    assert (made["zone"], made["first_at"]) == ("Asia/Tokyo", "2026-12-07T00:00:00Z")
    one = f"/api/v1/deployments/freezes/{made['id']}/"
    assert api(jon).patch(one, {"title": "x"}).status_code == 403
    assert api(mira).patch(one, {"ends": "2026-12-01T00:00"}).status_code == 400
    assert api(mira).patch(one, {"rrule": "FREQ=YEARLY"}).json()["until_at"] is None
    assert api(mira).delete(one).status_code == 204
    assert api(mira).get(one).status_code == 404


def test_the_calendar_says_who_may_override_a_freeze(
    planned: Callable[..., Any], freeze: Callable[..., Freeze]
) -> None:
    rollout = planned()
    with time_machine.travel("2026-06-01T12:00:00+00:00", tick=False):
        freeze(overrider="operator")
        assert gate(ask.standing(rollout), "freeze").who_may_override == "operator"
        freeze(overrider="admin", zone="Europe/Berlin")
        found = gate(ask.standing(rollout), "freeze")
        assert (found.blocks, found.who_may_override) == (True, "admin")
        assert "until Thu 31 Dec 2026 00:00 CET" in found.note


@pytest.mark.parametrize(
    ("moment", "is_open"), [("2026-06-01T10:00", True), ("2026-06-01T20:00", False), ("2026-06-06T10:00", False)]
)
def test_a_service_with_a_window_moves_only_inside(
    moment: str, is_open: bool, planned: Callable[..., Any], mira: Any
) -> None:
    rollout = planned()
    fields = {
        "title": "Day",
        "scope": "service",
        "scope_value": "checkout",
        "days": [0, 1, 2, 3, 4],
        "opens": time(9),
        "closes": time(16),
    }
    write.window(None, fields, mira)
    with time_machine.travel(f"{moment}:00+00:00", tick=False):
        found = gate(ask.standing(rollout), "windows")
    assert found.blocks != is_open
    if not is_open:
        assert "Day opens" in found.note


def test_a_team_cannot_widen_what_the_organisation_has_narrowed(
    planned: Callable[..., Any], mira: Any, admin: Any
) -> None:
    rollout, day = planned(), {"days": [0], "opens": time(9), "closes": time(16)}
    wide = write.window(None, {"title": "All", **day}, admin)
    write.window(None, {**day, "title": "Ours", "scope": "team", "scope_value": "payments", "days": [0, 1, 2]}, mira)
    with time_machine.travel("2026-06-02T10:00:00+00:00", tick=False):
        assert gate(ask.standing(rollout), "windows").subjects == (f"window:{wide.pk}",)


def test_a_file_is_taken_with_its_zones_rules_and_moved_occurrences(service: Callable[..., Entity], admin: Any) -> None:
    checkout = service("checkout")
    calendar = write.calendar(None, {"title": "All", "zone": "Europe/Berlin"}, admin)
    assert ical.take(calendar, FILE.encode(), admin) == ical.Imported(4, 0, ())
    assert held(checkout, "2026-11-23T22:59") == []
    assert held(checkout, "2026-11-23T23:00") == ["Peak week"]
    assert held(checkout, "2026-07-03T10:00") == ["Fridays"]
    assert held(checkout, "2026-01-09T12:00") == []
    assert (held(checkout, "2026-01-15T12:00"), held(checkout, "2026-01-16T12:00")) == (["Thursday instead"], [])
    assert held(checkout, "2026-12-24T22:59") == ["A whole day"]
    assert held(checkout, "2027-01-08T12:00") == []
    assert ical.take(calendar, FILE.encode(), admin) == ical.Imported(0, 4, ())
    assert Freeze.objects.count() == 4


def test_what_is_exported_can_be_taken_in_again(service: Callable[..., Entity], admin: Any) -> None:
    checkout = service("checkout")
    calendar = write.calendar(None, {"title": "All", "zone": "Europe/Berlin"}, admin)
    ical.take(calendar, FILE.encode(), admin)
    moments = ["2026-11-24T12:00", "2026-07-03T10:00", "2026-01-09T12:00", "2026-01-15T12:00", "2026-01-16T12:00"]
    before = [held(checkout, moment) for moment in moments]
    text = ical.export([FreezeCalendar.objects.get()])
    assert b"BEGIN:VTIMEZONE" in text
    Freeze.objects.all().delete()
    assert ical.take(calendar, text, admin).created == 4
    assert [held(checkout, moment) for moment in moments] == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("DTSTART;TZID=America/New_York:20261123T180000", ""),
        ("RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261231T230000Z", "RRULE:FREQ=HOURLY"),
        ("DTEND;TZID=America/New_York:20261130T060000", "DTEND;TZID=America/New_York:20261120T060000"),
    ],
)
def test_one_event_that_cannot_be_taken_stops_the_whole_file(
    wrong: str, words: str, admin: Any, api: Callable[..., Any]
) -> None:
    calendar = write.calendar(None, {"title": "All"}, admin)
    text = FILE.replace(wrong, words) if words else FILE.replace(f"{wrong}\r\n", "")
    address = f"/api/v1/deployments/freeze-calendars/{calendar.slug}/import/"
    reply = api(admin).generic("POST", address, text, content_type="text/calendar")
    assert reply.status_code == 400
    assert "Event " in reply.json()["error"]["fields"]["file"][0]
    assert not Freeze.objects.exists()


@pytest.mark.parametrize("text", ["", "garbage", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "\x00\xff", "x" * 300_000])
def test_what_is_no_calendar_is_refused_with_words(text: str, admin: Any, api: Callable[..., Any]) -> None:
    calendar = write.calendar(None, {"title": "All"}, admin)
    address = f"/api/v1/deployments/freeze-calendars/{calendar.slug}/import/"
    reply = api(admin).generic("POST", address, text.encode("latin-1"), content_type="text/calendar")
    assert (reply.status_code, list(reply.json()["error"]["fields"])) == (400, ["file"])


def test_a_file_is_given_and_taken_only_by_those_who_may(
    service: Callable[..., Entity], mira: Any, vera: Any, admin: Any, api: Callable[..., Any]
) -> None:
    service("checkout")
    calendar = write.calendar(None, {"title": "All"}, admin)
    address = f"/api/v1/deployments/freeze-calendars/{calendar.slug}/"
    assert api(mira).generic("POST", f"{address}import/", FILE, content_type="text/calendar").status_code == 403
    reply = api(admin).generic("POST", f"{address}import/", FILE, content_type="text/calendar")
    assert reply.json() == {"created": 4, "replaced": 0}
    assert b"Peak week" in api(vera).get(f"{address}export/").content
