"""What the faults of a method would hit right now, and the hash that binds approvals and guard decisions to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chaos.engine.approval import shape
from chaos.engine.method import Step
from chaos.faults.registry import Preview, faults
from portal.aws.errors import AwsError
from services.models import Entity

Rows = list[dict[str, Any]]


def resolve(service: Entity, steps: Sequence[Step], stop_conditions: Sequence[Any] = ()) -> Rows:
    """One row for each fault: {"seq", "name", "fault", "sentence", "rows", "refusal", "target"}. Changes nothing."""
    rows = []
    for seq, step in enumerate(steps):
        if step.type == "fault":
            found = one(service, step)
            named = {"seq": seq, "name": step.name, "fault": step.fault}
            rows.append({**named, **found.stored(), "refusal": found.against(stop_conditions)})
    return rows


def one(service: Entity, step: Step) -> Preview:
    """The target of one fault; what cannot be looked up is refused with the reason."""
    fault = faults.get(step.fault)
    if fault is None:
        return _unknown(f"the fault {step.fault} is not installed: switch its plugin on")
    try:
        return fault.preview(service, step.arguments)
    except AwsError as error:
        return _unknown(f"the target could not be looked up: {error}")


def _unknown(why: str) -> Preview:
    return Preview({}, "The target could not be looked up.", refusal=why)


def stored(rows: Rows, experiment_sha256: str, at: datetime) -> dict[str, Any]:
    """The rows with their hash and their age, as the database keeps them."""
    return {"steps": rows, "targets_hash": digest(experiment_sha256, rows), "at": at.isoformat()}


def digest(experiment_sha256: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The SHA-256 over the experiment's hash and its resolved targets in canonical form."""
    return _sha256([experiment_sha256, [[row["seq"], row["fault"], row["target"]] for row in rows]])


def shape_digest(experiment_sha256: str, rows: Sequence[Mapping[str, Any]], steps: Sequence[Step]) -> str:
    """The same over the shape of the targets, which stays when single hosts are replaced."""
    found = [
        [row["seq"], row["fault"], shape(row["target"], set(steps[row["seq"]].arguments.values()))] for row in rows
    ]
    return _sha256([experiment_sha256, "shape", found])


def _sha256(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def refusals(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Why the targets must not be hit, each with its step where there are several."""
    several = len(rows) > 1
    return tuple(f"{row['name']}: {row['refusal']}" if several else row["refusal"] for row in rows if row["refusal"])


def of_step(preview: Mapping[str, Any] | None, seq: int) -> dict[str, Any] | None:
    """The stored row of one step, or None."""
    return next((row for row in (preview or {}).get("steps", []) if row["seq"] == seq), None)


def radius(preview: Mapping[str, Any] | None) -> dict[str, Any]:
    """What guards are told of the blast radius: how much each fault takes; nothing where nobody has looked yet."""
    rows = (preview or {}).get("steps")
    if rows is None:
        return {}
    return {"faults": [{"fault": row["fault"], "hit": row.get("hit"), "total": row.get("total")} for row in rows]}
