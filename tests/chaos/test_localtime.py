"""Weekly windows on the clock of any zone: never shorter than the clock on the wall says, in order, and found again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.localtime import Weekly, earlier, later

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
windows = st.builds(
    Weekly,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES).map(ZoneInfo),
)


@given(windows, moments)
def test_the_next_window_begins_later_and_holds_at_its_own_start(window: Weekly, at: datetime) -> None:
    ahead = window.next_after(at)
    assert ahead is not None
    assert ahead.start > at
    assert window.open_at(ahead.start) is not None
    assert ahead.end >= ahead.start


@given(windows, moments)
def test_inside_means_that_the_clock_on_the_wall_is_inside(window: Weekly, at: datetime) -> None:
    local = at.astimezone(window.zone)
    wall, day = local.time(), local.weekday()
    if window.opens < window.closes:
        inside = day in window.days and window.opens <= wall < window.closes
    else:
        inside = (day in window.days and wall >= window.opens) or (
            (day - 1) % 7 in window.days and wall < window.closes
        )
    if inside:
        assert window.open_at(at) is not None


def test_a_skipped_hour_is_read_to_the_wider_side() -> None:
    zone, skipped = ZoneInfo("Europe/Berlin"), datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001
    assert later(skipped, zone) - earlier(skipped, zone) == timedelta(hours=1)


def test_a_window_over_midnight_ends_on_the_next_day() -> None:
    window = Weekly(frozenset({4}), time(22), time(6), ZoneInfo("UTC"))
    saturday = datetime(2026, 11, 28, 5, 59, tzinfo=UTC)
    assert window.open_at(saturday)
    assert not window.open_at(saturday + timedelta(minutes=1))
