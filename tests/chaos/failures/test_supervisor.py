"""The supervisor goes on with undoing while the database is away, and while ringing at a dead broker takes long."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError


class Enough(BaseException):
    """Ends the supervisor, which else never ends."""


def rounds(monkeypatch: pytest.MonkeyPatch, recover: Callable[[], int], sweep: Callable[[], int]) -> tuple[str, str]:
    """What a supervisor says until it meets Enough."""
    out, error = io.StringIO(), io.StringIO()
    monkeypatch.setattr("portal.changes.engine.recover", recover)
    monkeypatch.setattr("portal.jobs.runner.sweep", sweep)
    with pytest.raises(Enough):
        call_command("supervise", period=0.0, stdout=out, stderr=error)
    return out.getvalue(), error.getvalue()


def answers(*given: Any) -> Callable[[], int]:
    """Gives these one after the other, then Enough."""
    left = list(given)

    def answer() -> int:
        if not left:
            raise Enough
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return int(one)

    return answer


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_while_does_not_end_the_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    said, trouble = rounds(monkeypatch, answers(OperationalError("server closed the connection"), 2), lambda: 0)
    assert "2 changes put back" in said
    assert "server closed the connection" in trouble


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_does_not_hold_up_the_undo(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = threading.Event()
    try:
        said, _ = rounds(monkeypatch, answers(0, 1, 1), lambda: int(broker.wait(60)))
        assert said.count("1 changes put back") == 2
    finally:
        broker.set()
