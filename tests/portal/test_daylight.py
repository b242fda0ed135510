"""Four weeks with the clocks changing: every slot where a person would expect it, none twice, none lost.

The expectation is found without any library of cron: each minute of the four weeks is looked at on the clock of the zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.jobs import queue
from portal.jobs.cron import next_after, slots
from portal.jobs.models import QUEUED, SKIPPED, SUCCEEDED, Run, Schedule
from portal.jobs.tick import tick
from portal.plugins import Job, jobs

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
MINUTE, WEEKS = timedelta(minutes=1), timedelta(days=28)
SPRING = datetime(2026, 3, 8, tzinfo=UTC)
"""28 days in which New York, Casablanca, Berlin and Lord Howe change their clocks; Lord Howe by half an hour, back."""
AUTUMN = datetime(2026, 10, 3, 12, tzinfo=UTC)
"""Lord Howe forth and Berlin back; New York follows a day after the end."""
BIG = [(zone, start) for zone in ZONES for start in (SPRING, AUTUMN)]


def clock(zone: str, start: datetime) -> list[tuple[datetime, datetime]]:
    """Each minute from a day before to a day after: the instant, and what the clock on the wall shows."""
    here, first = ZoneInfo(zone), start - timedelta(days=1)
    minutes = (first + MINUTE * n for n in range(int((WEEKS + timedelta(days=2)) / MINUTE)))
    return [(at, at.astimezone(here).replace(tzinfo=None)) for at in minutes]


def expected(zone: str, start: datetime, hours: set[int], minutes: set[int]) -> list[datetime]:
    """What a person expects of times of the day: each once; at the end of the gap where the clock skips it."""
    first: dict[datetime, datetime] = {}
    shown = clock(zone, start)
    for at, wall in shown:
        first.setdefault(wall, at)
    found = set()
    wall, last = shown[0][1], shown[-1][1]
    while wall <= last:
        if wall.hour in hours and wall.minute in minutes:
            found.add(first.get(wall) or next(at for at, other in shown if other > wall))
        wall += MINUTE
    return sorted(at for at in found if start < at <= start + WEEKS)


def each_hour(zone: str, start: datetime, minutes: set[int]) -> list[datetime]:
    """What a person expects of a rule of every hour: whenever the clock shows such a minute."""
    return [at for at, wall in clock(zone, start) if wall.minute in minutes and start < at <= start + WEEKS]


def planned(cron: str, zone: str, start: datetime) -> list[datetime]:
    """What the portal plans."""
    return list(slots(cron, None, zone, start, start + WEEKS))


@pytest.mark.parametrize(("zone", "start"), BIG)
@pytest.mark.parametrize(
    ("cron", "hours", "minutes"),
    [
        ("30 2 * * *", {2}, {30}),
        ("15 2 * * *", {2}, {15}),
        ("0 9 * * *", {9}, {0}),
        ("0,45 1-3 * * *", {1, 2, 3}, {0, 45}),
        ("*/20 1-2 * * *", {1, 2}, {0, 20, 40}),
        ("0 */2 * * *", set(range(0, 24, 2)), {0}),
        ("* 2 * * *", {2}, set(range(60))),
    ],
)
def test_times_of_the_day_happen_once_a_day(
    cron: str, hours: set[int], minutes: set[int], zone: str, start: datetime
) -> None:
    assert planned(cron, zone, start) == expected(zone, start, hours, minutes)


@pytest.mark.parametrize(("zone", "start"), BIG)
@pytest.mark.parametrize(("cron", "minutes"), [("30 * * * *", {30}), ("*/15 * * * *", {0, 15, 30, 45})])
def test_a_rule_of_every_hour_follows_the_clock(cron: str, minutes: set[int], zone: str, start: datetime) -> None:
    assert planned(cron, zone, start) == each_hour(zone, start, minutes)


def test_a_nightly_slot_has_28_nights_in_every_zone() -> None:
    for zone, start in BIG:
        assert len(planned("30 2 * * *", zone, start)) == 28, (zone, start)


@given(
    st.datetimes(datetime(2026, 10, 25), datetime(2026, 10, 25, 3), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["30 2 * * *", "*/7 2 * * *", "30 * * * *", "5 1-3 * * SUN"]),
)
def test_a_slot_is_later_than_the_moment_it_is_asked_at_even_in_a_repeated_hour(at: datetime, cron: str) -> None:
    assert next_after(cron, None, "Europe/Berlin", at) > at


@given(
    st.sampled_from(ZONES),
    st.sampled_from([SPRING, AUTUMN]),
    st.lists(st.integers(0, int(WEEKS / MINUTE)), min_size=1, max_size=20),
    st.sampled_from(["30 2 * * *", "*/20 1-2 * * *", "30 * * * *"]),
)
def test_whenever_one_asks_the_slots_are_the_same(zone: str, start: datetime, asked: list[int], cron: str) -> None:
    all_of_them = planned(cron, zone, start - timedelta(days=1))
    for minutes in asked:
        moment = start + MINUTE * minutes
        if (later := [slot for slot in all_of_them if slot > moment]) and moment < start + WEEKS - timedelta(days=2):
            assert next_after(cron, None, zone, moment) == later[0]


@pytest.fixture
def job(db: None) -> Iterator[Job]:
    """A job that does nothing, and no other schedule."""
    Schedule.objects.all().delete()
    made = Job("test.quiet", "Quiet", lambda context: None)
    with jobs.temporarily(made):
        yield made


def test_four_weeks_of_beats_make_one_run_for_each_slot(job: Job) -> None:
    for zone in ZONES:
        schedule = queue.schedule(zone, job.key, cron="30 2 * * *", timezone_name=zone, grace=1800)
        schedule.next_at = next_after("30 2 * * *", None, zone, SPRING)
        schedule.save()
    for beat in range(int(WEEKS / timedelta(minutes=30)) + 1):
        tick(SPRING + timedelta(minutes=30) * beat)
        Run.objects.filter(state=QUEUED).update(state=SUCCEEDED)
    for zone in ZONES:
        done = list(Run.objects.filter(schedule__key=zone).order_by("slot").values_list("slot", "state"))
        assert done == [(slot, SUCCEEDED) for slot in expected(zone, SPRING, {2}, {30})], zone


def test_what_was_missed_is_shown_and_only_the_newest_slot_in_its_grace_runs(job: Job) -> None:
    schedule = queue.schedule("hourly", job.key, cron="0 * * * *", grace=600)
    first = schedule.next_at
    tick(first + timedelta(hours=5, minutes=9))
    rows = list(Run.objects.order_by("slot").values_list("slot", "state"))
    assert rows == [(first + timedelta(hours=n), SKIPPED if n < 5 else QUEUED) for n in range(6)]
    tick(first + timedelta(hours=5, minutes=9))
    assert Run.objects.count() == 6


def test_a_long_absence_is_told_and_is_no_burst(job: Job) -> None:
    schedule = queue.schedule("busy", job.key, cron="* * * * *", grace=60)
    first = schedule.next_at
    tick(first + timedelta(days=3, seconds=30))
    assert Run.objects.filter(state=QUEUED).count() == 1
    skipped = Run.objects.filter(state=SKIPPED).order_by("slot")
    assert 1 <= skipped.count() <= 50
    assert "more before it were missed too" in skipped[0].error


def test_the_slots_of_a_short_interval_are_missed_by_nobody(job: Job) -> None:
    schedule = queue.schedule("often", job.key, every=2)
    tick(schedule.next_at + timedelta(hours=1))
    assert Run.objects.count() == 1


def test_a_rare_interval_shows_one_row_for_all_that_it_missed(job: Job) -> None:
    schedule = queue.schedule("half-hourly", job.key, every=1800)
    tick(schedule.next_at + timedelta(hours=10, seconds=5))
    assert sorted(Run.objects.values_list("state", flat=True)) == [QUEUED, SKIPPED]
    assert "more before it were missed too" in Run.objects.get(state=SKIPPED).error
