"""The one internal record that every dialect is read into, and the refusal that says why it could not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

INCIDENT, CHANGE = "incident", "change"
NOTES = ("pipeline", "artifact", "test", "environment", "published", "approval", "alarm", "compliance")
"""Kinds that are kept in the log of events and change neither deployment nor incident."""


class Refusal(Exception):
    """Why an event is not taken: `reason` and `remedy` are one sentence each, `field` is where; `status` is HTTP's."""

    def __init__(self, reason: str, field: str, remedy: str, *, status: int = 422) -> None:
        super().__init__(f"{field + ': ' if field else ''}{reason} {remedy}")
        self.reason, self.field, self.remedy, self.status = reason[:500], field[:200], remedy[:500], status


@dataclass(frozen=True)
class Message:
    """What arrived: the body as it was, and the headers by lower-case name."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Clue:
    """What a sender says of which service is meant; the first that is given decides.

    `name` is a ref or bare name, `repository` a web address or `host/owner/name`, `artifact` a purl or image, `arn` an AWS
    resource, `application` the name of an AWS application or pipeline, which may go on after the service's name.
    """

    name: str = ""
    repository: str = ""
    artifact: str = ""
    arn: str = ""
    application: str = ""


@dataclass(frozen=True)
class Commit:
    """A commit; `head` is the newest one of the push it came with."""

    sha: str
    at: datetime
    head: str = ""


def pushed(commits: tuple[Commit, ...]) -> str:
    """What a push says for people."""
    return f"{len(commits)} commit{'' if len(commits) == 1 else 's'} pushed"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One event. Times are aware UTC; `weight` is percent; `status` is a state of a deployment, or open or resolved.

    `external_id` names the deployment or incident within `source`: all events that carry it are told of the same one.
    """

    dialect: str
    event_id: str
    source: str
    kind: str
    occurred_at: datetime
    service: Clue = Clue()
    external_id: str = ""
    environment: str = ""
    tier: str = ""
    region: str = ""
    account: str = ""
    artifact: str = ""
    version: str = ""
    commit: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    status: str = ""
    actor: str = ""
    url: str = ""
    trigger: str = ""
    rollback_of: str = ""
    strategy: str = ""
    weight: float | None = None
    contained: bool = False
    remediates: bool = False
    chain: str = ""
    title: str = ""
    severity: str = ""
    caused_by: str = ""
    commits: tuple[Commit, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
