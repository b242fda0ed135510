"""Numbers, money and times are written the same way everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template

from portal.templatetags import wording

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def plain(words: str) -> str:
    return words.replace("\u202f", " ").replace("\u2212", "-")


@pytest.mark.parametrize(
    ("value", "words"),
    [(1204, "1 204"), (18420.5, "18 420.5"), (-7, "-7"), (None, "–"), ("much", "–"), (float("nan"), "–")],
)
def test_thousands_are_parted_by_thin_spaces(value: object, words: str) -> None:
    assert plain(wording.thin(value)) == words


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [(4180, "USD", "$4 180"), (87.6, "USD", "$87.60"), (112.4, "USD", "$112"), (-5.5, "EUR", "-€5.50"), (9, "CHF", "9 CHF"), (None, "USD", "–"), (-0.001, "USD", "$0.00")],
)  # fmt: skip
def test_money_has_its_currency_and_cents_only_when_small(value: object, currency: str, words: str) -> None:
    assert plain(wording.money(value, currency)) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0094, "0.94 %"), (0.912, "91.2 %"), (0.91, "91 %"), (1, "100 %"), (0, "0 %"), (0.1, "10 %"), (None, "–")],
)
def test_shares_are_written_as_percentages_with_a_space(value: object, words: str) -> None:
    assert plain(wording.percent(value)) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(5, "5 min"), (20, "20 min"), (90, "1.5 h"), (180, "3 h"), (480, "1 d"), (2400, "5 d"), (None, "–")],
)
def test_effort_is_minutes_hours_or_working_days(minutes: object, words: str) -> None:
    assert plain(wording.effort(minutes)) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(38, "38 s"), (720, "12 min"), (12600, "3.5 h"), (200000, "2.3 d"), (None, "–")]
)
def test_durations_are_short(seconds: object, words: str) -> None:
    assert plain(wording.lasting(seconds)) == words


@pytest.mark.parametrize(("change", "words"), [(4, "+4"), (-9.4, "-9"), (0.2, "±0"), (None, "–")])
def test_changes_carry_their_sign(change: object, words: str) -> None:
    assert plain(wording.delta(change)) == words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=-42), "42 s ago"),
        (timedelta(minutes=-14), "14 min ago"),
        (timedelta(hours=-3), "3 h ago"),
        (timedelta(hours=-26), "yesterday"),
        (timedelta(days=-6), "6 days ago"),
        (timedelta(days=-40), "14 Oct"),
        (timedelta(days=-400), "19 Oct 2025"),
        (timedelta(minutes=13), "in 13 min"),
        (timedelta(days=1), "tomorrow"),
    ],
)
def test_moments_are_written_as_people_say_them(gap: timedelta, words: str) -> None:
    assert plain(wording.relative(NOW + gap, NOW)) == words


@pytest.mark.parametrize(
    ("gap", "words"),
    [(timedelta(hours=3), "today 15:00"), (timedelta(hours=22), "Tue 10:00"), (timedelta(days=8), "1 Dec")],
)
def test_planned_moments_read_like_a_calendar(gap: timedelta, words: str) -> None:
    assert wording.planned(NOW + gap, NOW) == words


def test_a_moment_keeps_its_absolute_time_as_tooltip() -> None:
    html = Template("{% load colonnade %}{% ago at %}").render(
        Context({"at": datetime(2026, 11, 20, 8, 5, tzinfo=UTC)})
    )
    assert 'datetime="2026-11-20T08:05:00+00:00"' in html
    assert 'title="20 Nov 2026 08:05:00 UTC"' in html


def test_a_state_and_a_trend_are_told_in_words_too() -> None:
    html = Template('{% load colonnade %}{% state "poor" "x" "Failing" %}{% trend -9 %}').render(Context())
    assert '<span class="visually-hidden">Failing</span>' in html
    assert '<span class="visually-hidden">down</span>' in html


def test_badge_labels_are_escaped_and_unknown_kinds_are_neutral() -> None:
    html = Template("{% load colonnade %}{% badge label kind %}{% level 'gold' %}").render(
        Context({"label": "<b>", "kind": 'x" onclick="'})
    )
    assert '<span class="badge badge-neutral">&lt;b&gt;</span>' in html
    assert '<span class="badge badge-good">Gold</span>' in html


def test_stored_data_is_written_for_people() -> None:
    assert wording.plain({"account": "1111", "drops_headers": False, "acls": ["a", "b"]}) == (
        "account 1111, drops headers no, acls a, b"
    )
    assert wording.plain(None) == wording.plain([]) == "none"
    assert wording.spaced("without_service") == "without service"


def test_a_stored_day_reads_as_every_other_day_and_what_is_none_stays() -> None:
    assert wording.day("2026-11-23") == "23 Nov 2026"
    assert wording.day("soon") == "soon"
