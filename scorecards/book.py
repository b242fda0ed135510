"""What stands for one service while it is replayed, and what the replay adds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scorecards.causes import Change
from scorecards.engine.check import FAIL, PASS, UNKNOWN, WAIVED
from scorecards.models import CheckResult, CheckVersion, ScorePoint
from services.models import Entity


@dataclass(slots=True)
class Open:
    """A standing result, light enough to hold a hundred thousand of: `pk` is None while it is not yet written."""

    pk: int | None
    state: str
    version: int
    valid_from: datetime
    digest: str
    row: CheckResult | None = None


@dataclass(slots=True)
class Book:
    """One service's standing rows, those to close with their instant, and the new ones.

    `dropped` are pillars in which no check applies any more, so that their score ended without another one.
    """

    entity: Entity
    results: dict[str, Open] = field(default_factory=dict)
    points: dict[str, ScorePoint] = field(default_factory=dict)
    closed_results: list[tuple[int, datetime]] = field(default_factory=list)
    closed_points: list[tuple[int, datetime]] = field(default_factory=list)
    new_results: list[CheckResult] = field(default_factory=list)
    new_points: list[ScorePoint] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    next_due: datetime | None = None

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
        """Begin a result. What passes or does not apply keeps no reason: the facts of its time explain it."""
        kept = why if state not in (PASS, "not_applicable") else {}
        row = CheckResult(
            entity=self.entity, check_version=version, check_key=version.check_id, state=state, reason=kept,
            digest=digest_of(why), valid_from=when, cause=change.cause, cause_detail=change.as_detail(),
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
    return hashlib.sha256(json.dumps(why, sort_keys=True, default=str).encode()).hexdigest()[:16]


#: States whose reason may change while the state stays.
EXPLAINED = (FAIL, UNKNOWN, WAIVED)
