"""What a definition would do to every service, without writing anything: who would pass, fail, rise or drop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from scorecards.engine.check import STATES, Check, compile_check, judge
from scorecards.engine.judging import excused, with_needs
from scorecards.engine.scoring import LADDER, OVERALL, Judged, mean, score_service
from scorecards.models import CheckResult, CheckVersion, Waiver
from scorecards.timeline import compiled, snapshot_of
from services import facts
from services.models import Entity

BATCH = 200
#: A page waits for the answer, so it looks at this many services; the command looks at all.
PAGE_LIMIT = 1_000
#: So many moves are named; all are counted.
NAMED = 50


@dataclass(frozen=True, slots=True)
class Move:
    """One service whose overall level would change."""

    service: str
    name: str
    team: str
    before: str
    after: str
    state: str

    @property
    def drops(self) -> bool:
        """Whether it is for the worse."""
        return LADDER.index(self.after) < LADDER.index(self.before)


@dataclass(slots=True)
class DryRun:
    """The answer: services by state now and then, moves of level, and the mean of the overall scores."""

    check: str
    services: int = 0
    of: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    drops: int = 0
    rises: int = 0
    moves: list[Move] = field(default_factory=list)
    scores: list[tuple[float | None, float | None]] = field(default_factory=list)

    @property
    def mean_before(self) -> float | None:
        """The mean overall score of now."""
        return mean(pair[0] for pair in self.scores)

    @property
    def mean_after(self) -> float | None:
        """The mean overall score with the definition."""
        return mean(pair[1] for pair in self.scores)

    @property
    def states(self) -> list[tuple[str, int, int]]:
        """State, number now, number then; only states that occur."""
        return [(s, self.before[s], self.after[s]) for s in STATES if self.before[s] or self.after[s]]


def dry_run(definition: Mapping[str, Any], limit: int | None = None) -> DryRun:
    """Judge every evaluated service (the first `limit` of them) with a valid definition in place of what is in force.

    Checks that require this one are taken as they are now.
    """
    check, now = compile_check(definition), timezone.now()
    found = DryRun(check.id)
    services = Entity.objects.services().filter(evaluation__isnull=False).order_by("pk")
    found.of = services.count()
    checks = {row.check_id: compiled(row) for row in CheckVersion.objects.standing()}
    for batch in _batches(list(services[:limit] if limit else services)):
        _look_at(found, check, checks, batch, now)
    found.moves.sort(key=lambda move: (not move.drops, move.name))
    return found


def _batches(entities: Sequence[Entity]) -> Iterator[Sequence[Entity]]:
    for start in range(0, len(entities), BATCH):
        yield entities[start : start + BATCH]


def _look_at(found: DryRun, check: Check, checks: Mapping[str, Check], batch: Sequence[Entity], now: datetime) -> None:
    known = facts.bulk_current(batch, now, check.keys)
    waived = set(
        Waiver.objects.at(now).filter(entity__in=batch, check_key=check.id).values_list("entity_id", flat=True)
    )
    states: dict[int, dict[str, str]] = {}
    rows = CheckResult.objects.standing().filter(entity__in=batch)
    for entity_id, name, state in rows.values_list("entity_id", "check_key", "state"):
        states.setdefault(entity_id, {})[name] = state
    for entity in batch:
        mine = states.get(entity.pk, {})
        own = judge(check, snapshot_of(known.get(entity.pk, {}), now))
        held = with_needs(own, [mine[need] for need in check.requires if need in mine])
        state = excused(check.id, held, {check.id} if entity.pk in waived else ())
        _count(found, entity, check, checks, mine, state)


def _count(
    found: DryRun, entity: Entity, check: Check, checks: Mapping[str, Check], mine: Mapping[str, str], state: str
) -> None:
    before = {name: _judged(checks[name], each) for name, each in mine.items() if name in checks}
    after = {**before, check.id: _judged(check, state)}
    was, will = (score_service(items.values(), ())[OVERALL] for items in (before, after))
    found.services += 1
    found.before.update([mine[check.id]] if check.id in mine else [])
    found.after[state] += 1
    found.scores.append((was.score, will.score))
    if was.level != will.level:
        move = Move(entity.ref, entity.label, entity.owner_name, was.level, will.level, state)
        found.drops += move.drops
        found.rises += not move.drops
        if len(found.moves) < NAMED:
            found.moves.append(move)


def _judged(check: Check, state: str) -> Judged:
    return Judged(
        check.id, check.pillar, check.weight, check.level, state, check.effort, check.knock_out, check.requires
    )
