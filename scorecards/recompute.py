"""A scorecard as of any instant, computed anew from the stored facts, definitions and waivers alone.

It must equal what the intervals say; the tests hold that, and the page uses it to explain every state with the facts of then.
A check with `max_age` is judged by when its fact was last seen with that value, so between two sightings it counts as fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scorecards.engine.check import Check
from scorecards.engine.evidence import Snapshot
from scorecards.engine.judging import judge_all, scored
from scorecards.engine.scoring import Judged, Score, score_service
from scorecards.models import CheckVersion, Waiver
from scorecards.timeline import compiled, snapshot_of, waivers_by_check
from services import facts
from services.models import Entity


@dataclass(frozen=True, slots=True)
class Card:
    """A service's checks with their states, the scores that follow, and the waivers in force by check."""

    when: datetime
    snapshot: Snapshot
    versions: dict[str, CheckVersion]
    judged: list[Judged]
    scores: dict[str, Score]
    waivers: dict[str, Waiver]
    held: dict[str, tuple[str, ...]]

    def check(self, name: str) -> Check:
        """The compiled check."""
        return compiled(self.versions[name])


def card_at(entity: Entity, when: datetime) -> Card:
    """The scorecard as of an instant, in three queries."""
    waivers = Waiver.objects.at(when).filter(entity=entity)
    return card_of(facts.as_of(entity, when), CheckVersion.objects.at(when), when, waivers)


def card_of(
    known: Mapping[str, facts.FactView], versions: Iterable[CheckVersion], when: datetime, waivers: Iterable[Waiver]
) -> Card:
    """The scorecard that these facts, checks and waivers make at `when`."""
    snapshot = snapshot_of(known, when)
    by_id = {row.check_id: row for row in versions}
    checks = {name: compiled(row) for name, row in by_id.items()}
    waived = waivers_by_check(waivers, when)
    judgement = judge_all(checks, snapshot, waived)
    judged = scored(checks, judgement)
    return Card(when, snapshot, by_id, judged, score_service(judged, ()), waived, judgement.held)
