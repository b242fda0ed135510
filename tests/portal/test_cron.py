"""When a schedule is due: cron with time zones, intervals, bad rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.jobs.cron import check_rule, late, next_after, preview

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.integers(1, 86400))
def test_interval_slots_lie_on_one_grid_whoever_asks(after: datetime, every: int) -> None:
    slot = next_after("", every, "UTC", after)
    assert after < slot <= after + timedelta(seconds=every)
    assert slot.timestamp() % every == 0


@given(moments, st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]))
def test_a_cron_slot_is_always_later(after: datetime, zone: str) -> None:
    assert next_after("30 2 * * *", None, zone, after) > after


def test_nine_in_berlin_moves_with_the_clocks() -> None:
    winter = next_after("0 9 * * *", None, "Europe/Berlin", datetime(2026, 1, 10, tzinfo=UTC))
    summer = next_after("0 9 * * *", None, "Europe/Berlin", datetime(2026, 7, 10, tzinfo=UTC))
    assert (winter.hour, summer.hour) == (8, 7)


def test_the_repeated_hour_of_autumn_runs_once() -> None:
    slots = preview("30 2 * * *", None, "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert [slot.day for slot in slots] == [25, 26]


def test_the_skipped_hour_of_spring_runs_once() -> None:
    slots = preview("30 2 * * *", None, "Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), 2)
    assert [slot.day for slot in slots] == [29, 30]


def test_a_preview_is_in_the_zone_of_the_schedule() -> None:
    slots = preview("0 9 * * MON", None, "Asia/Kolkata", datetime(2026, 11, 23, tzinfo=UTC))
    assert [slot.hour for slot in slots] == [9] * 5
    assert {slot.weekday() for slot in slots} == {0}


@pytest.mark.parametrize(
    ("cron", "every", "zone", "field"),
    [
        ("61 * * * *", None, "UTC", "cron"),
        ("0 9 * *", None, "UTC", "cron"),
        ("", 0, "UTC", "every"),
        ("", None, "UTC", "cron or every"),
        ("0 9 * * *", 60, "UTC", "cron or every"),
        ("0 9 * * *", None, "Mars/Olympus", "timezone"),
        ("0 9 * * *", None, "../etc/passwd", "timezone"),
    ],
)
def test_a_bad_rule_names_the_field(cron: str, every: int | None, zone: str, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        check_rule(cron, every, zone)


def test_a_slot_is_late_only_after_its_grace() -> None:
    slot = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert not late(slot, slot + timedelta(seconds=60), 60)
    assert late(slot, slot + timedelta(seconds=61), 60)
