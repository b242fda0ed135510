"""A freeze and a window hold exactly when a clock on a wall there says so, in any zone, across every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.engine.localtime import Weekly, earliest, latest, span

# A day on which the clocks change, by zone: an hour, half an hour, at midnight, backwards in winter, and never.
CHANGES = [
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"), ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"),
    ("America/Santiago", "2026-04-05"), ("America/Santiago", "2026-09-06"), ("Africa/Casablanca", "2026-02-15"),
    ("Pacific/Apia", "2011-12-30"), ("Asia/Kolkata", "2026-06-01"), ("UTC", "2026-06-01"),
]  # fmt: skip
MINUTE = timedelta(minutes=1)


@given(st.sampled_from(CHANGES), st.integers(-600, 600), st.integers(1, 1500))
def test_a_freeze_blocks_exactly_when_its_local_time_says_so(
    change: tuple[str, str], starts_after: int, lasts: int
) -> None:
    zone, day = ZoneInfo(change[0]), datetime.fromisoformat(change[1])
    start = day + starts_after * MINUTE
    end = start + lasts * MINUTE
    began = day.replace(tzinfo=UTC) - timedelta(days=2)
    instants = [began + number * MINUTE for number in range(5 * 1440)]
    clocks = [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]
    # From the first time that the clock reads the start until the last time that it reads less than the end.
    first = next(number for number, clock in enumerate(clocks) if clock >= start)
    last = max(number for number, clock in enumerate(clocks) if clock < end)
    found = span(start, end, zone)
    held = [number for number, instant in enumerate(instants) if found.holds(instant)]
    assert held == list(range(first, last + 1))


@given(st.sampled_from(CHANGES), st.integers(-800, 800))
def test_the_earliest_and_the_latest_reading_differ_only_where_the_hour_comes_twice(
    change: tuple[str, str], minutes: int
) -> None:
    zone, local = ZoneInfo(change[0]), datetime.fromisoformat(change[1]) + minutes * MINUTE
    first, last = earliest(local, zone), latest(local, zone)
    assert first <= last <= first + timedelta(hours=1)
    if first < last:
        assert {first.astimezone(zone).replace(tzinfo=None), last.astimezone(zone).replace(tzinfo=None)} == {local}


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-27T08:00", True),  # Friday in winter: 09:00 in Berlin
        ("2026-03-27T07:59", False),
        ("2026-03-30T07:00", True),  # Monday in summer: 09:00 in Berlin as well
        ("2026-03-30T06:59", False),
        ("2026-03-30T14:00", False),  # 16:00: it closes
        ("2026-03-29T10:00", False),  # Sunday
    ],
)
def test_a_window_opens_at_nine_in_winter_and_in_summer(moment: str, is_open: bool) -> None:
    window = Weekly(frozenset({0, 1, 2, 3, 4}), time(9), time(16))
    instant = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert (window.open_at(instant, ZoneInfo("Europe/Berlin")) is not None) == is_open


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    window, zone = Weekly(frozenset({4}), time(22), time(2)), ZoneInfo("Europe/Berlin")
    assert window.open_at(datetime(2026, 11, 28, 0, 59, tzinfo=UTC), zone) is not None
    assert window.open_at(datetime(2026, 11, 28, 1, 0, tzinfo=UTC), zone) is None
    following = window.next_after(datetime(2026, 11, 28, 1, 0, tzinfo=UTC), zone)
    assert following is not None
    assert following.start == datetime(2026, 12, 4, 21, 0, tzinfo=UTC)
