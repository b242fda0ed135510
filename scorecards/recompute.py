"""A scorecard as of any instant, computed anew from the stored facts, definitions and waivers alone.

It must equal what the intervals say; the tests hold that, and the page uses it to explain every state with the facts of then.
One thing cannot be told from the facts: a fact that is seen again with the same value keeps its row, so that how old it was
between two sightings is forgotten. The past states of checks that go by age are therefore those that were stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scorecards.engine.check import Check
from scorecards.engine.evidence import Snapshot
from scorecards.engine.judging import judge_all, scored
from scorecards.engine.scoring import Judged, Score, score_service
from scorecards.models import CheckResult, CheckVersion, Waiver
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
    """The scorecard as of an instant, in three queries, or four with checks that go by age."""
    waivers = Waiver.objects.at(when).filter(entity=entity)
    card = card_of(facts.as_of(entity, when), CheckVersion.objects.at(when), when, waivers)
    aged = [name for name in card.versions if _may_go_by_age(card.check(name))]
    return _with_states(card, _stored(entity, aged, when)) if aged else card


def _may_go_by_age(check: Check) -> bool:
    # What a check requires may go by age too.
    return check.max_age is not None or check.warn_age is not None or bool(check.requires)


def _stored(entity: Entity, names: Iterable[str], when: datetime) -> dict[str, str]:
    """The states that were stored before the last evaluation; after it the facts say all."""
    closed = CheckResult.objects.at(when).filter(entity=entity, check_key__in=names, valid_to__isnull=False)
    return dict(closed.values_list("check_key", "state"))


def _with_states(card: Card, states: Mapping[str, str]) -> Card:
    """The card with these states in place of its own, and what follows from them."""
    if all(states.get(item.check, item.state) == item.state for item in card.judged):
        return card
    judged = [replace(item, state=states.get(item.check, item.state)) for item in card.judged]
    return replace(card, judged=judged, scores=score_service(judged, ()))


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
