"""The benchmarks' frame: figures, limits, and a load that is always the same."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from benchmarks.figure import Figure
from services.models import Entity, Fact
from services.seed_load import seed_load

START = datetime(2026, 1, 1, tzinfo=UTC)


def rows() -> list[tuple[str, str, str]]:
    """What identifies the seeded facts."""
    return list(Fact.objects.order_by("entity__name", "key", "valid_from").values_list("entity__name", "key", "sha256"))


@pytest.mark.parametrize(
    ("value", "more", "ok"), [(9, False, True), (11, False, False), (9, True, False), (11, True, True)]
)
def test_a_figure_knows_whether_its_limit_is_kept(value: float, more: bool, ok: bool) -> None:
    assert Figure("x", value, "ms", 10, more_is_better=more).ok is ok


def test_a_figure_without_a_limit_is_only_shown() -> None:
    assert Figure("x", 1e9, "ms").line() == {
        "figure": "x",
        "value": 1e9,
        "unit": "ms",
        "limit": None,
        "peer": "",
        "ok": True,
    }


def test_each_figure_is_one_line_of_json(db: None) -> None:
    out = io.StringIO()
    call_command("bench", "conditions", "--json", stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines
    assert all(set(line) == {"figure", "value", "unit", "limit", "peer", "ok"} for line in lines)


def test_an_unknown_benchmark_is_answered_with_those_there_are(db: None) -> None:
    with pytest.raises(CommandError, match="there is canary, catalog, chaos, conditions"):
        call_command("bench", "nothing")


def test_the_same_load_is_seeded_each_time(db: None) -> None:
    seed_load(20, start=START, days=20)
    first = rows()
    Entity.objects.all().delete()
    seed_load(20, start=START, days=20)
    assert rows() == first


def test_the_load_has_one_open_fact_per_key_and_history_before_it(db: None) -> None:
    services, facts = seed_load(10, start=START, days=20)
    assert services == 10
    assert Fact.objects.filter(valid_to=None).count() == 10 * 4
    assert facts == Fact.objects.count() == 10 * 4 * 3


def test_a_catalog_that_is_in_use_is_not_filled_with_load(service: Callable[..., Entity]) -> None:
    service("checkout")
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_load", services=5)
