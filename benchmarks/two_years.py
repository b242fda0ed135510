"""Two years of results and scores for the fleet: a check in two hundred changes each day, and its scores with it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

DAYS, CHECKS, SHARE_A_DAY = 730, 50, 0.005
CHANGES = round(DAYS * CHECKS * SHARE_A_DAY)
LEVELS = ("below", "bronze", "silver", "gold")
STATES = ("pass", "fail", "unknown")
AT_ONCE = 500


def write(start: datetime) -> None:
    """Write the intervals of all services, teams and the organisation from `start` on."""
    from benchmarks.bare_tables import bare
    from portal import bulk
    from scorecards.models import CheckResult, CheckVersion, ScorePoint
    from scorecards.record import POINT, RESULT
    from services.models import Entity

    versions = dict(CheckVersion.objects.standing().values_list("check_id", "pk"))
    chance = random.Random(23)
    with bare(CheckResult, ScorePoint):
        for services in bulk.batches(Entity.objects.services().order_by("pk"), AT_ONCE):
            made = [_service(entity, versions, start, chance) for entity in services]
            bulk.insert(CheckResult, RESULT, [row for results, _ in made for row in results])
            bulk.insert(ScorePoint, POINT, [row for _, points in made for row in points])
        bulk.insert(ScorePoint, POINT, _scopes(start, chance))
    bulk.settle(CheckResult, ScorePoint)


def _service(
    entity: Any, versions: dict[str, int], start: datetime, chance: random.Random
) -> tuple[list[Any], list[Any]]:
    moments = sorted(start + timedelta(days=DAYS * chance.random()) for _ in range(CHANGES))
    names = list(versions)
    courses: dict[str, list[datetime]] = {name: [start] for name in names}
    scores: dict[str, list[datetime]] = {pillar: [start] for pillar in _pillars()}
    for moment in moments:
        name = chance.choice(names)
        courses[name].append(moment)
        scores["overall"].append(moment)
        scores[_pillars()[names.index(name) % 5]].append(moment)
    results = [
        (entity.pk, versions[name], name, chance.choice(STATES), {}, "", began, ended, "fact", {})
        for name, course in courses.items()
        for began, ended in _spans(course)
    ]
    points = [row for pillar, course in scores.items() for row in _points("service", entity, pillar, course, chance)]
    return results, points


def _pillars() -> tuple[str, ...]:
    from scorecards.engine.check import PILLARS
    from scorecards.engine.scoring import OVERALL

    return (*PILLARS, OVERALL)


def _spans(course: list[datetime]) -> Iterator[tuple[datetime, datetime | None]]:
    return zip(course, [*course[1:], None], strict=True)


def _points(scope: str, entity: Any, pillar: str, course: list[datetime], chance: random.Random) -> Iterator[Any]:
    ref, pk = (entity, None) if isinstance(entity, str) else (entity.ref, entity.pk)
    score = 40.0 + 30 * chance.random()
    counts = dict.fromkeys(LEVELS, 1) if pk is None else {}
    for began, ended in _spans(course):
        step = round(chance.uniform(-4, 4.4), 1)
        score = min(max(score + step, 0.0), 100.0)
        level = LEVELS[min(int(score // 25), 3)]
        yield (
            scope, ref, pk, pillar, round(score, 1), level, 0.9, step, level, 0.9, 1, 0, 0, counts, began, ended, "fact",
            "aws.rds changed", [],
        )  # fmt: skip


def _scopes(start: datetime, chance: random.Random) -> Iterator[Any]:
    from benchmarks.fleet import TEAMS

    days = [start + timedelta(days=day, hours=1) for day in range(DAYS)]
    for pillar in _pillars():
        yield from _points("organisation", "", pillar, days, chance)
        for number in range(TEAMS):
            yield from _points("team", f"group:default/team-{number:02}", pillar, days, chance)
