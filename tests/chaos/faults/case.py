"""What a fault brings to be held against the contract of faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.sandbox.server import Sandbox
    from services.models import Entity

PLACE = {"account": "111111111111", "region": "us-east-1"}
SEARCH = "search-api"
HERE = {"items": [PLACE], "count": 1}
Clients = Callable[..., Any]


@dataclass(frozen=True)
class Stage:
    """Where a case is played: the embedded AWS, boto3 clients of its account, the service, and its clock moved by hand."""

    aws: Sandbox
    client: Clients
    entity: Entity
    move: Callable[[float], None]


def nothing(stage: Stage) -> None:
    """For cases that need no more than what is seeded, or nothing of the kind."""


@dataclass(frozen=True)
class Case:
    """One fault on one seeded service. `look` answers what the fault changes, in a form that can be compared.

    `theirs` changes the same thing while the fault is in place, and `kept` says whether it still stands; None where
    nobody could. `restores` is False where the fault takes things that do not come back, but others in their place.
    `wait` is how many seconds of AWS's time the repair takes. `slow` is the call of the undo, or of its proof, that is
    throttled. `foreign` are arguments that name another service's things, `says` part of the refusal.
    """

    key: str
    arguments: Mapping[str, str]
    look: Callable[[Stage], Any]
    slow: tuple[str, str]
    foreign: Mapping[str, str]
    says: str
    service: str = SEARCH
    facts: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[Stage], None] = nothing
    theirs: Callable[[Stage], None] | None = None
    kept: Callable[[Stage], bool] = lambda stage: True
    restores: bool = True
    wait: float = 0
