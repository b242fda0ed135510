"""The nightly proof: a sample of past scorecards is computed anew from stored facts and definitions, and compared.

Whoever relies on "as of" must be able to trust it. A difference makes the run fail and names the service, the instant and
what differs, so that an administrator sees it on the page of jobs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Min

from portal.jobs.context import JobContext
from scorecards.models import RESULTS, CheckResult, EntityEvaluation, Removal, ScorePoint
from scorecards.recompute import card_at
from services.models import Entity

JOB = "scorecards.verify"
#: One service in a hundred each night, within these bounds; so many past instants of each.
SHARE, FEWEST, MOST, INSTANTS = 0.01, 20, 500, 3


class Differs(Exception):
    """A stored score is not what its facts and definitions give."""


def run(context: JobContext) -> dict[str, Any]:
    """Compare a sample; the slot seeds it, so that a run can be repeated. Raises Differs after the whole sample."""
    chance = random.Random(str(context.slot or context.run.pk))  # noqa: S311 a sample, not a secret
    chosen = sample(chance)
    found: list[str] = []
    for number, mark in enumerate(chosen, start=1):
        context.check()
        for when in instants(mark, chance):
            found += differences(mark.entity, when)
        context.progress(number, len(chosen), f"{number} of {len(chosen)} services compared")
    for line in found[:50]:
        context.log(line)
    if found:
        raise Differs(f"{len(found)} stored values differ from what their facts give. First: {found[0]}")
    return {"services": len(chosen), "instants": len(chosen) * INSTANTS, "different": 0}


def sample(chance: random.Random) -> list[EntityEvaluation]:
    """The marks of the services to compare."""
    ids = list(EntityEvaluation.objects.filter(entity__removed_at=None).order_by("pk").values_list("pk", flat=True))
    number = min(len(ids), max(FEWEST, min(MOST, round(len(ids) * SHARE))))
    return list(EntityEvaluation.objects.filter(pk__in=chance.sample(ids, number)).select_related("entity"))


def instants(mark: EntityEvaluation, chance: random.Random) -> list[datetime]:
    """Past instants of one service, between its first evaluation (or the first of which all results are kept) and its last."""
    first = CheckResult.objects.filter(entity=mark.entity).aggregate(first=Min("valid_from"))["first"]
    line = Removal.objects.line(RESULTS)
    first = max(first, line) if first and line else first
    if first is None or first >= mark.evaluated_at:
        return []
    span = mark.evaluated_at - first
    return [first + span * chance.random() for _ in range(INSTANTS)]


def differences(entity: Entity, when: datetime) -> Iterator[str]:
    """What is stored for this instant and is not what the facts and definitions of then give, one sentence each."""
    card = card_at(entity, when)
    states = {item.check: item.state for item in card.judged}
    stored = dict(CheckResult.objects.at(when).filter(entity=entity).values_list("check_key", "state"))
    scores = {name: (score.score, score.level) for name, score in card.scores.items() if score.covered}
    points = ScorePoint.objects.at(when).filter(entity=entity)
    kept = {name: (score, level) for name, score, level in points.values_list("pillar", "score", "level")}
    for told, computed in ((stored, states), (kept, scores)):
        for name in sorted({*told, *computed}):
            if told.get(name) != computed.get(name):
                yield (
                    f"{entity.ref} at {when:%Y-%m-%d %H:%M:%S}: {name} is stored as {told.get(name)}, "
                    f"its facts give {computed.get(name)}."
                )
