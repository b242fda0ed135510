"""A scorecard as of any instant, computed anew from the stored facts and definitions alone.

It must equal what the intervals say; the tests hold that, and the page uses it to explain every state with the facts of then.
A check with `max_age` is judged by when its fact was last seen with that value, so between two sightings it counts as fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scorecards.engine.check import Check, judge
from scorecards.engine.evidence import Snapshot
from scorecards.engine.scoring import Judged, Score, score_service
from scorecards.models import CheckVersion
from scorecards.timeline import compiled, snapshot_of
from services import facts
from services.models import Entity


@dataclass(frozen=True, slots=True)
class Card:
    """A service's checks with their states, and the scores that follow."""

    when: datetime
    snapshot: Snapshot
    versions: dict[str, CheckVersion]
    judged: list[Judged]
    scores: dict[str, Score]

    def check(self, name: str) -> Check:
        """The compiled check."""
        return compiled(self.versions[name])


def card_at(entity: Entity, when: datetime) -> Card:
    """The scorecard as of an instant, in two queries."""
    return card_of(facts.as_of(entity, when), CheckVersion.objects.at(when), when)


def card_of(known: Mapping[str, facts.FactView], versions: Iterable[CheckVersion], when: datetime) -> Card:
    """The scorecard that these facts and checks make at `when`."""
    snapshot = snapshot_of(known, when)
    by_id = {row.check_id: row for row in versions}
    judged = [judged_check(compiled(row), snapshot) for row in by_id.values()]
    return Card(when, snapshot, by_id, judged, score_service(judged, ()))


def judged_check(check: Check, snapshot: Snapshot) -> Judged:
    """One check judged, as the scoring wants it."""
    return Judged(check.id, check.pillar, check.weight, check.level, judge(check, snapshot), check.effort)
