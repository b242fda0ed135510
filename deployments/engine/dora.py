"""The five DORA metrics, by DORA's guide of January 2026, counted from plain rows.

Throughput: change lead time (commit to production), deployment frequency, failed deployment recovery time. Instability:
change fail rate, deployment rework rate. A deployment "failed" where it needed an intervention: it caused an incident, was
marked by a person, or was taken back. It counts once, however many incidents it caused. A canary that was taken back before it
had all traffic, and hurt nobody, is a class of its own, "contained": a deployment, but not a failed one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

SUCCEEDED, TAKEN_BACK, CONTAINED, REWORK, MARKED, REPEATS, REMEDIATES = 1, 2, 4, 8, 16, 32, 64
"""What is known of a deployment, as bits of `Row.bits`. TAKEN_BACK: it ended rolled back. REPEATS: it brought an older version
again, so its commits are not new. REMEDIATES: it was made because of an incident."""
MOST_BITS = 127
DAY = 86_400.0
Key = tuple[Hashable, int]
"""(group, number of the slice)."""


class Row(NamedTuple):
    """A production deployment that has ended: seconds since 1970, and the bits above."""

    id: int
    service: int
    ended: float
    bits: int


class Harm(NamedTuple):
    """The incidents that a deployment caused: how many are open, and when the last of the others was resolved."""

    open: int
    resolved: float | None


@dataclass(frozen=True)
class Known:
    """What was found beside the deployments, by their id: `harm`, `undone` (when what took it back had ended, None where that
    is not known), and `commits` as (deployment, seconds since 1970)."""

    harm: Mapping[int, Harm] = field(default_factory=dict)
    undone: Mapping[int, float | None] = field(default_factory=dict)
    commits: Iterable[tuple[int, float]] = ()


@dataclass
class Cell:
    """What was counted of some deployments. `leads` and `recoveries` are seconds, in any order.

    `rework` are rollbacks and fixes made because of an incident; `committed` are succeeded ones whose commits are known.
    """

    deployments: int = 0
    succeeded: int = 0
    failed: int = 0
    contained: int = 0
    rework: int = 0
    committed: int = 0
    leads: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Figures:
    """The five metrics of some days; None where there is nothing to compute one from.

    `frequency` is succeeded deployments a day; `lead` and `recovery` are medians in seconds; `fail_rate` and
    `rework_rate` are shares (0 to 1) of all deployments. `covered_commits` is the share of succeeded deployments whose
    commits are known, `covered_ends` that of failed ones whose end is known.
    """

    cell: Cell
    days: float
    frequency: float | None
    lead: float | None
    recovery: float | None
    fail_rate: float | None
    rework_rate: float | None
    covered_commits: float | None
    covered_ends: float | None


def failed(row: Row, known: Known) -> bool:
    """Whether it needed an intervention."""
    if row.bits & MARKED or row.id in known.harm:
        return True
    return not row.bits & CONTAINED and bool(row.bits & TAKEN_BACK or row.id in known.undone)


def contained(row: Row, known: Known) -> bool:
    """Whether it was taken back as a canary, and hurt nobody."""
    return bool(row.bits & CONTAINED) and not failed(row, known)


def restored(row: Row, known: Known, later: Sequence[tuple[float, int]]) -> float | None:
    """When a failed deployment was over, in seconds since 1970; None where that is not known, or an incident is open.

    The end of its last incident; without incidents that of what took it back; else that of the next succeeded deployment
    of the service, if that was made because of an incident. ``later`` are (end, bits) of those, in order.
    """
    harm = known.harm.get(row.id)
    if harm is not None:
        return None if harm.open else harm.resolved
    end = known.undone.get(row.id)
    if end is not None:
        return end
    place = bisect_right(later, (row.ended, MOST_BITS))
    return later[place][0] if place < len(later) and later[place][1] & REMEDIATES else None


def count(
    rows: Sequence[Row], known: Known, bounds: Sequence[float], group: Callable[[int], Hashable]
) -> dict[Key, Cell]:
    """Cells by group and slice. A row lies in slice i where ``bounds`` has i values at most its end; ``group`` is asked for
    each service. Rows may be plain tuples of the same order: there are many, and most are plain successes."""
    groups = {service: group(service) for service in {row[1] for row in rows}}
    keys = [(groups[service], bisect_right(bounds, ended)) for _, service, ended, _ in rows]
    cells = {key: Cell(number) for key, number in Counter(keys).items()}
    good = {row[0]: (key, row[2]) for key, row in zip(keys, rows, strict=True) if row[3] & SUCCEEDED}
    for key, number in Counter(key for key, _ in good.values()).items():
        cells[key].succeeded = number
    marked = known.harm.keys() | known.undone.keys()
    ill = [(key, Row(*row)) for key, row in zip(keys, rows, strict=True) if row[3] != SUCCEEDED or row[0] in marked]
    _add_failures(cells, ill, known, rows)
    _add_leads(cells, good, {row.id for _, row in ill if row.bits & REPEATS}, known.commits)
    return cells


def _add_failures(cells: Mapping[Key, Cell], ill: Iterable[tuple[Key, Row]], known: Known, rows: Iterable[Row]) -> None:
    lost = []
    for key, row in ill:
        cells[key].rework += bool(row.bits & REWORK)
        if failed(row, known):
            cells[key].failed += 1
            lost.append((key, row))
        elif row.bits & CONTAINED:
            cells[key].contained += 1
    open_ended = {row.service for _, row in lost if row.id not in known.harm and known.undone.get(row.id) is None}
    later: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for _, service, ended, bits in rows if open_ended else ():
        if bits & SUCCEEDED and service in open_ended:
            later[service].append((ended, bits))
    for found in later.values():
        found.sort()
    for key, row in lost:
        end = restored(row, known, later.get(row.service, ()))
        if end is not None:
            cells[key].recoveries.append(max(0.0, end - row.ended))


def _add_leads(
    cells: Mapping[Key, Cell], good: Mapping[int, tuple[Key, float]], repeated: set[int],
    commits: Iterable[tuple[int, float]],
) -> None:  # fmt: skip
    leads: defaultdict[Key, list[float]] = defaultdict(list)
    known = set()
    for number, committed in commits:
        found = good.get(number)
        if found is not None:
            known.add(number)
            if committed <= found[1] and number not in repeated:
                leads[found[0]].append(found[1] - committed)
    for key, values in leads.items():
        cells[key].leads = values
    for key, number in Counter(good[deployment][0] for deployment in known).items():
        cells[key].committed = number


def merged(cells: Iterable[Cell]) -> Cell:
    """All of them together."""
    whole = Cell()
    for cell in cells:
        whole.deployments += cell.deployments
        whole.succeeded += cell.succeeded
        whole.failed += cell.failed
        whole.contained += cell.contained
        whole.rework += cell.rework
        whole.committed += cell.committed
        whole.leads += cell.leads
        whole.recoveries += cell.recoveries
    return whole


def figures(cell: Cell, days: float) -> Figures:
    """The metrics of what was counted over so many days."""
    return Figures(
        cell, days,
        frequency=cell.succeeded / days if days > 0 and cell.deployments else None,
        lead=median(cell.leads) if cell.leads else None,
        recovery=median(cell.recoveries) if cell.recoveries else None,
        fail_rate=_share(cell.failed, cell.deployments),
        rework_rate=_share(cell.rework, cell.deployments),
        covered_commits=_share(cell.committed, cell.succeeded),
        covered_ends=_share(len(cell.recoveries), cell.failed),
    )  # fmt: skip


def changed(now: float | None, before: float | None) -> float | None:
    """By which share (0.1: a tenth more) a metric has changed; None where one of both is missing, or there was none before."""
    return None if now is None or not before else now / before - 1


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
