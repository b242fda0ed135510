"""Guards: not knowing means no."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services import guards
from services.guards import Guard, GuardQuery
from services.models import Entity

pytestmark = pytest.mark.django_db


def broken(query: GuardQuery) -> str:
    raise ConnectionError("the source is away")


def test_one_reason_is_enough_to_deny(service: Callable[..., Entity]) -> None:
    yes = Guard("test.yes", "Says yes", lambda query: "")
    no = Guard("test.no", "Says no", lambda query: f"no {query.action} on Fridays")
    with guards.guards.temporarily(yes), guards.guards.temporarily(no):
        decision = guards.ask("chaos", service())
    assert not decision.allowed
    assert decision.reasons == ["no chaos on Fridays"]


def test_a_guard_that_raises_denies_and_is_named(service: Callable[..., Entity]) -> None:
    with guards.guards.temporarily(Guard("test.broken", "The incident source", broken)):
        decision = guards.ask("rollout", service())
    assert not decision.allowed
    assert decision.reasons == ["The incident source could not be asked, so the answer is no."]


def test_a_guard_that_answers_too_late_denies(service: Callable[..., Entity], monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(0, 1000, 6))
    monkeypatch.setattr(guards.time, "monotonic", lambda: float(next(seconds)))
    with guards.guards.temporarily(Guard("test.slow", "The slow source", lambda query: "")):
        decision = guards.ask("chaos", service())
    assert any("The slow source took longer than 5 s" in reason for reason in decision.reasons)
