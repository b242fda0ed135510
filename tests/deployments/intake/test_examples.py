"""Every recorded example of every dialect is accepted, and says what it should."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine

from deployments.models import Deployment, Incident, IntakeEvent
from tests.deployments.intake.senders import EXAMPLES, example

NOW = "2026-11-20T10:01:00Z"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@time_machine.travel(NOW, tick=False)
def test_a_recorded_example_is_accepted(path: Path, send: Callable[..., Any]) -> None:
    recorded = example(path.stem)
    expect = recorded["expect"]
    reply = send(recorded)
    assert reply.status_code in (200, 202), reply.content
    (result,) = reply.json()["results"]
    assert result["state"] == ("accepted" if expect["kind"] else "ignored")
    if expect["kind"]:
        holds(expect)
    again = send(recorded)
    assert (again.status_code, again.json()["results"][0]["state"]) == (
        200,
        "duplicate" if expect["kind"] else "ignored",
    )


def holds(expect: dict[str, Any]) -> None:
    """The rows are as the example says."""
    event = IntakeEvent.objects.get()
    assert event.kind == expect["kind"]
    assert (event.service.name if event.service else "") == expect.get("service", "")
    assert event.outcome == expect["outcome"] if "outcome" in expect else True
    if "open" in expect:
        assert (Incident.objects.get().resolved_at is None) == expect["open"]
    if "state" in expect:
        row = Deployment.objects.get()
        assert row.kind == expect["kind"]
        told = {name: getattr(row, name) for name in ("state", "version", "environment") if name in expect}
        assert told == {name: expect[name] for name in told}


def test_the_eleven_types_of_cdevents_are_among_the_examples() -> None:
    names = {path.stem for path in EXAMPLES}
    wanted = ("service-deployed", "service-upgraded", "service-rolledback", "service-removed", "service-published",
              "incident-detected", "incident-reported", "incident-resolved", "pipelinerun-finished", "change-merged",
              "artifact-packaged", "artifact-published", "testsuiterun-finished", "environment-created")  # fmt: skip
    assert {f"cdevents-{name}" for name in wanted} <= names
