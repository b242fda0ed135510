"""Scores of teams, systems, domains and the organisation, from the standing points of their services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum

from scorecards.engine.scoring import Score, Tally, roll_up
from scorecards.models import DOMAIN, ORGANISATION, SCOPE, SERVICE, SYSTEM, TEAM, ScorePoint, SystemHome
from services.models import Relation


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved a roll-up: a pillar, how far a service moved, and the cause."""

    pillar: str
    size: float
    cause: str
    text: str
    detail: list[dict[str, object]]


Tallies = dict[tuple[str, str], list[Tally]]


def _tallies(field: str, refs: Iterable[str]) -> Tallies:
    points = ScorePoint.objects.standing().filter(scope_type=SERVICE, entity__removed_at=None)
    points = points.filter(**{f"{field}__in": list(refs)}) if field else points
    points = points.annotate(ref=F(field)) if field else points
    rows = points.values(*(["ref"] if field else []), "pillar", "level").annotate(
        services=Count("id"), scored=Count("score"), total=Sum("score"), sure=Sum("confidence"),
        weight=Sum("waived"), number=Sum("waived_checks"),
    )  # fmt: skip
    found: Tallies = {}
    for row in rows.order_by():
        tally = Tally(
            row["level"], row["services"], row["scored"], row["total"] or 0.0, row["sure"] or 0.0,
            row["weight"] or 0, row["number"] or 0,
        )  # fmt: skip
        found.setdefault((row.get("ref", ""), row["pillar"]), []).append(tally)
    return found


def update(teams: set[str], systems: set[str], moved: dict[str, list[Movement]], now: datetime) -> int:
    """Write the points of these scopes that changed; `moved` has what happened by scope ref ("" for everybody).

    Returns how many were written. Must run inside the transaction that wrote the services' points.
    """
    written = 0
    for scope, field, refs in (
        (TEAM, "entity__owner_ref", teams),
        (SYSTEM, "entity__system_ref", systems),
        (ORGANISATION, "", {""}),
    ):
        refs = refs - {""} if field else refs
        if refs:
            written += _write(scope, refs, _tallies(field, refs), moved, now)
    return written + _domains(systems - {""}, moved, now)


def _part_of() -> QuerySet[Relation]:
    return Relation.objects.filter(type="partOf", source_ref__startswith="system:", target_ref__startswith="domain:")


def _domains(systems: set[str], moved: dict[str, list[Movement]], now: datetime) -> int:
    """The domains of these systems, from the services of all of their systems."""
    touched = set(_part_of().filter(source_ref__in=systems).values_list("target_ref", flat=True)) if systems else set()
    return _write_domains(touched, systems, moved, now) if touched else 0


def rehome(now: datetime) -> int:
    """Roll up the domains that a system has left or joined since the last time; how many points were written.

    Raises IntegrityError where another worker is doing the same; what it leaves is seen by the next run.
    """
    homes = dict(_part_of().order_by("id").values_list("source_ref", "target_ref"))
    known = dict(SystemHome.objects.values_list("system_ref", "domain_ref"))
    if homes == known:
        return 0
    changed = {system for system in {*homes, *known} if homes.get(system) != known.get(system)}
    touched = {home for system in changed for home in (homes.get(system), known.get(system)) if home}
    with transaction.atomic():
        SystemHome.objects.filter(system_ref__in=changed).delete()
        SystemHome.objects.bulk_create(SystemHome(system_ref=s, domain_ref=homes[s]) for s in changed if s in homes)
        return _write_domains(touched, changed, {}, now)


def _write_domains(touched: set[str], systems: set[str], moved: dict[str, list[Movement]], now: datetime) -> int:
    homes = dict(_part_of().filter(target_ref__in=touched).order_by("id").values_list("source_ref", "target_ref"))
    tallies: Tallies = {}
    for (system, pillar), parts in _tallies("entity__system_ref", homes).items():
        tallies.setdefault((homes[system], pillar), []).extend(parts)
    causes: dict[str, list[Movement]] = {}
    for system in systems & homes.keys():
        causes.setdefault(homes[system], []).extend(moved.get(system, []))
    return _write(DOMAIN, touched, tallies, causes, now)


def _write(scope: str, refs: set[str], tallies: Tallies, moved: dict[str, list[Movement]], now: datetime) -> int:
    standing = {
        (row.scope_ref, row.pillar): row
        for row in ScorePoint.objects.standing().filter(scope_type=scope, scope_ref__in=refs)
    }
    fresh: list[ScorePoint] = []
    closed: list[int] = [row.pk for key, row in standing.items() if key not in tallies]
    for key, parts in tallies.items():
        row = standing.get(key)
        score, counts = roll_up(key[1], parts), levels_of(parts)
        if row is not None:
            if (*_figures(row), row.levels) == (*_figures(score), counts):
                continue
            closed.append(row.pk)
        fresh.append(_point(scope, key[0], score, counts, row, moved.get(key[0], []), now))
    ScorePoint.objects.filter(pk__in=closed, valid_to=None).update(valid_to=now)
    ScorePoint.objects.bulk_create(fresh)
    return len(fresh)


def levels_of(parts: list[Tally]) -> dict[str, int]:
    """How many services have each level."""
    counts: dict[str, int] = {}
    for part in parts:
        counts[part.level] = counts.get(part.level, 0) + part.services
    return counts


def _figures(row: ScorePoint | Score) -> tuple[float | None, str, float, int, int]:
    return row.score, row.level, row.confidence, row.waived, row.waived_checks


def _point(
    scope: str,
    ref: str,
    score: Score,
    counts: dict[str, int],
    row: ScorePoint | None,
    moved: list[Movement],
    now: datetime,
) -> ScorePoint:
    mine = [item for item in moved if item.pillar == score.pillar]
    heaviest = max(mine, key=lambda item: item.size, default=None)
    if row is None or heaviest is None:
        cause, text = SCOPE, "first evaluation" if row is None else "services joined or left"
    else:
        cause, text = heaviest.cause, heaviest.text
    return ScorePoint(
        scope_type=scope, scope_ref=ref, pillar=score.pillar, score=score.score, level=score.level,
        confidence=score.confidence, services=sum(counts.values()), levels=counts, waived=score.waived, waived_checks=score.waived_checks,
        valid_from=now, cause=cause,
        cause_text=text[:500], cause_detail=heaviest.detail if heaviest and row is not None else [],
    ).follow(row)  # fmt: skip
