"""What stands for one service while it is replayed, and what the replay adds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from scorecards.causes import Change
from scorecards.engine.check import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, WAIVED
from scorecards.models import CheckVersion, ScorePoint
from services.models import Entity


@dataclass(slots=True)
class NewResult:
    """A result that is to be written; `version` is the key of its check's version."""

    entity: int
    version: int
    check: str
    state: str
    reason: dict[str, Any]
    digest: str
    valid_from: datetime
    cause: str
    cause_detail: dict[str, Any]
    valid_to: datetime | None = None

    def values(self) -> tuple[Any, ...]:
        """The row, in the order of `record.RESULT`."""
        return (
            self.entity, self.version, self.check, self.state, self.reason, self.digest, self.valid_from, self.valid_to,
            self.cause, self.cause_detail,
        )  # fmt: skip


@dataclass(slots=True)
class Open:
    """A standing result, light enough to hold a hundred thousand of: `pk` is None while it is not yet written."""

    pk: int | None
    state: str
    version: int
    valid_from: datetime
    digest: str
    row: NewResult | None = None


@dataclass(slots=True)
class Book:
    """One service's standing rows, those to close with their instant, and the new ones.

    `dropped` are pillars in which no check applies any more, so that their score ended without another one. `states` is the
    digest of all standing results.
    """

    entity: Entity
    results: dict[str, Open] = field(default_factory=dict)
    points: dict[str, ScorePoint] = field(default_factory=dict)
    closed_results: list[tuple[int, datetime]] = field(default_factory=list)
    closed_points: list[tuple[int, datetime]] = field(default_factory=list)
    new_results: list[NewResult] = field(default_factory=list)
    new_points: list[ScorePoint] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    next_due: datetime | None = None
    states: str = ""

    def close_result(self, name: str, when: datetime) -> Open | None:
        """End the standing result of a check, if there is one."""
        found = self.results.pop(name, None)
        if found is None:
            return None
        if found.pk is not None:
            self.closed_results.append((found.pk, when))
        elif found.row is not None:
            found.row.valid_to = when
        return found

    def open_result(
        self, version: CheckVersion, state: str, why: dict[str, Any], when: datetime, change: Change
    ) -> None:
        """Begin a result; `why` is empty for a state that needs no reason."""
        row = NewResult(
            self.entity.pk, version.pk, version.check_id, state, why, digest_of(why) if why else "", when,
            change.cause, change.as_detail(),
        )  # fmt: skip
        self.new_results.append(row)
        self.results[version.check_id] = Open(None, state, version.pk, when, row.digest, row)

    def close_point(self, pillar: str, when: datetime) -> ScorePoint | None:
        """End the standing score of a pillar, if there is one."""
        found = self.points.pop(pillar, None)
        if found is None:
            return None
        if found.pk is not None and not found._state.adding:
            self.closed_points.append((found.pk, when))
        else:
            found.valid_to = when
        return found

    def drop_point(self, pillar: str, when: datetime) -> None:
        """End the score of a pillar in which no check applies any more."""
        if self.close_point(pillar, when) is not None:
            self.dropped.append(pillar)

    def open_point(self, point: ScorePoint) -> None:
        """Begin a score."""
        self.new_points.append(point)
        self.points[point.pillar] = point


def digest_of(why: dict[str, Any]) -> str:
    """Sixteen hex digits that change when a reason does."""
    return hashlib.blake2b(orjson.dumps(why, default=str), digest_size=8).hexdigest()


#: States whose reason may change while the state stays.
EXPLAINED = (FAIL, UNKNOWN, WAIVED)
#: States that keep no reason: the facts of their time explain them.
PLAIN = (PASS, NOT_APPLICABLE)
