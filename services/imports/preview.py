"""Dry runs: read a location or a text now, say what would come of it, and write nothing."""

from __future__ import annotations

from collections import deque
from typing import Any

from services.descriptors import LIMITS, Problem
from services.descriptors.columns import fill
from services.imports.parse import parse
from services.imports.reach import Reach
from services.imports.walk import Step, opener_of, targets
from services.ingest import Outcome, Right, conflict, faulty, right_problem
from services.models import Entity, Import, Location
from services.storing import documents, write
from services.storing.write import Wanted


def entities(location: Location) -> list[dict[str, Any]]:
    """The entities behind a location, finished but for their relations; the one that stands for it is not among them.

    Raises Problem for the first file that cannot be read and the first document that has an error.
    """
    reach, found, seen = Reach.of_settings(), list[dict[str, Any]](), set[str]()
    steps = deque(Step(name, location.entity_ref) for name in reach.expand(location.target))
    while steps:
        step = steps.popleft()
        if step.name in seen:
            continue
        seen.add(step.name)
        if len(seen) > LIMITS.files:
            raise Problem(f"It leads to more than {LIMITS.files} files.", "Register them apart.")
        for one in _read(step.name, reach):
            found.append(_finished(one, step.name, str(location)))
            if one.ref.startswith("location:"):
                steps.extend(_below(one, step.name, reach))
    return found


def _read(name: str, reach: Reach) -> list[Wanted]:
    raw = reach.read(name).body or b""
    parsed = parse(raw, {}, is_json=name.lower().endswith(".json"), opener=opener_of(name, reach))
    for fault in parsed.faults:
        where = " ".join(filter(None, (f"{name}, line {fault.problem.line},", fault.ref, fault.problem.field)))
        raise Problem(f"{where}: {fault.problem.reason}", fault.problem.remedy, field=fault.problem.field)
    return [one for _, one in parsed.good]


def _below(one: Wanted, name: str, reach: Reach) -> list[Step]:
    steps = []
    for named in targets(one.data.get("spec") or {}, name, reach):
        if named.problem:
            raise named.problem
        steps += [Step(file, one.ref) for file in named.files]
    return steps


def _finished(one: Wanted, source: str, origin: str) -> dict[str, Any]:
    entity = Entity(source=source)
    fill(entity, one.ref, one.data, one.edges)
    made = documents.base(entity, {source: origin})
    del made["metadata"]["uid"]
    return made


def check_text(raw: bytes, source: str, right: Right | None = None) -> Outcome:
    """What `ingest` would report of this text."""
    parsed, outcome = parse(raw, {}, is_json=source.lower().endswith(".json")), Outcome()
    known = write.standing(one.ref for _, one in parsed.good)
    for fault in parsed.faults:
        number = fault.document.number if fault.document else 0
        outcome.reports.append(faulty(source, number, fault.ref, fault.problem))
    for document, one in parsed.good:
        entity = known.get(one.ref)
        if problem := conflict(one.ref, entity, source) or right_problem(right, one, entity):
            problem.line = document.line_of(problem.field)
            outcome.reports.append(faulty(source, document.number, one.ref, problem))
            continue
        outcome.stored += 1
        outcome.reports.append(
            Import(source=source, document=document.number, line=document.line, ref=one.ref, state="ok")
        )
    outcome.reports.sort(key=lambda row: (row.document, row.line))
    return outcome
