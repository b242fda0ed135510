"""The stage on which every fault is played, and what it asks AWS while it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from portal.aws import session
from portal.sandbox.seed import seed_service
from services import facts
from tests.chaos.faults.case import PLACE, Case, Stage

Calls = list[tuple[str, str, str]]
OWNER = "rollout"
"""A role that faults never use; whoever acts with it here is somebody else."""


@pytest.fixture
def stage(aws: Any, service: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[Case], Stage]:
    """stage(case): the service is seeded and known, the clock of the embedded AWS stands still until `move`."""
    moment = [1_795_000_000.0]
    monkeypatch.setattr(aws.state, "wall", lambda: moment[0])

    def move(seconds: float) -> None:
        moment[0] += seconds

    def client(name: str, region: str = PLACE["region"]) -> Any:
        """Somebody else's client: the account's owner, not the portal."""
        return session.client(PLACE["account"], region, name, role=OWNER, purpose="owner")

    def make(case: Case) -> Stage:
        cache.clear()
        seed_service(aws.url, case.service)
        entity = service(case.service)
        made = Stage(aws, client, entity, move)
        case.prepare(made)
        for key, value in case.facts.items():
            facts.publish(entity, key, value, source="test")
        return made

    return make


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 asks once: what it retries is its own business, and waiting for it is slow."""
    original = session._config
    monkeypatch.setattr(session, "_config", lambda once=False: original(True))
    session.forget()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """(role, service, operation) of every call that is made through the portal's clients, in order."""
    made: Calls = []
    original = session.client

    def client(account: str, region: str, name: str, *, role: str = "read", **more: Any) -> Any:
        found = original(account, region, name, role=role, **more)

        def note(model: Any, **_: Any) -> None:
            made.append((role, model.service_model.signing_name, model.name))

        if role != OWNER:
            found.meta.events.register("before-call", note, unique_id="calls")
        return found

    monkeypatch.setattr(session, "client", client)
    session.forget()
    return made
