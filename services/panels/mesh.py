"""The mesh view: settings, routes and the three risks of a mesh, with what its changes reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from services import queries
from services.engine import mesh
from services.engine.mesh_history import Change, changes
from services.kinds.judgement import Kinds
from services.models import Entity, Fact

KEPT = 60  # readings of the fact that the history looks back over
SHOWN = 12
KINDS = {"lambda": "Lambda", "node": "virtual node", "ecs": "ECS service", "ip": "IP targets", "alb": "load balancer",
         "instance": "instances", "caller": "caller"}  # fmt: skip


@dataclass(frozen=True)
class View:
    """One mesh of the service with its judged settings and latency."""

    item: Mapping[str, Any]
    settings: Sequence[mesh.Setting]
    latency: mesh.Latency
    misfits: Sequence[str]


@dataclass(frozen=True)
class Moment:
    """A change with its time and the services that it reached: (name, entity or None)."""

    at: datetime
    change: Change
    reached: Sequence[tuple[str, Entity | None]]


def part(found: Kinds, entity: Entity) -> dict[str, Any]:
    """What the card shows; the history is read only where there is or was a mesh."""
    views = [
        View(item, mesh.settings(item), mesh.latency(item), mesh.misfits(item, found.functions))
        for item in found.meshes
    ]
    moments, since = history(entity)
    state, icon, sentence, detail = _verdict(found, views)
    return {
        "views": views,
        "member_of": [(entry, KINDS.get(entry.kind, entry.kind)) for entry in found.member_of],
        "state": state,
        "icon": icon,
        "sentence": sentence,
        "detail": detail,
        "migration": mesh.migration(found.meshes, found.functions),
        "ended": mesh.ENDED,
        "moments": moments[:SHOWN],
        "more": max(0, len(moments) - SHOWN),
        "since": since,
        "misfits": found.misfits,
        "functions": found.functions,
        "shown": bool(views or moments or found.member_of),
    }


def plainly(name: str) -> str:
    """A setting's name within a sentence; an abbreviation keeps its letters."""
    return name if name.isupper() else name.lower()


def history(entity: Entity) -> tuple[list[Moment], datetime | None]:
    """The changes of its meshes, newest first, and since when they are watched. Two queries and one for the names."""
    rows = list(
        Fact.objects.filter(entity=entity, key="aws.mesh")
        .order_by("-valid_from")
        .values_list("valid_from", "value")[:KEPT]
    )
    if not rows:
        return [], None
    said = [
        (at, change)
        for (at, now), (_, was) in pairwise(rows)
        for change in changes(was.get("items", ()), now.get("items", ()))
    ]
    leaning = [ref for ref, _ in queries.targets(entity, "dependencyOf")] if said else []
    names = {name for _, change in said for name in change.reached}
    known = queries.by_refs({*leaning, *(f"component:default/{name}" for name in names)})
    callers = [(target.label, target) for ref in leaning if (target := known.get(ref)) and target.pk != entity.pk]
    moments = [Moment(at, change, _reached(change, known, callers, entity)) for at, change in said]
    return moments, rows[-1][0]


def _reached(
    change: Change, known: Mapping[str, Entity], callers: Sequence[tuple[str, Entity]], entity: Entity
) -> list[tuple[str, Entity | None]]:
    """What the mesh itself names, then the services that the catalog knows to lean on this one."""
    found: dict[str, Entity | None] = {name: known.get(f"component:default/{name}") for name in change.reached}
    for name, target in callers:
        if target.name not in found:
            found[name] = target
    found.setdefault(entity.name, entity)
    return sorted(found.items())


def _verdict(found: Kinds, views: Sequence[View]) -> tuple[str, str, str, str]:
    """State, icon, sentence and detail of the card's first line."""
    if not views and found.member_of:
        first = found.member_of[0]
        kind = KINDS.get(first.kind, first.kind)
        if first.technology in mesh.SIDECAR and first.kind == "lambda":
            words = f"It is a member of {first.technology} {first.mesh}, which it does not fit."
            return "poor", "alert-triangle", words, "No proxy can run beside a function: calls leave the mesh there."
        return (
            "neutral",
            "topology-star-3",
            f"It is a {kind} in the mesh {first.mesh}.",
            "The mesh is kept by another service.",
        )
    if not views:
        return (
            "neutral",
            "topology-star-3",
            "It is in no mesh.",
            "No App Mesh, VPC Lattice or Service Connect names it.",
        )
    weak = [plainly(entry.name) for view in views for entry in view.settings if entry.state == "poor"]
    names = " and ".join(sorted({str(view.item["technology"]) for view in views}))
    if any(not view.item.get("supported", True) for view in views):
        return (
            "poor",
            "alert-triangle",
            f"It is on {names}, which AWS has ended.",
            "Plan its move: nothing is mended there any more.",
        )
    if found.misfits:
        return "poor", "alert-triangle", f"It is on {names}, which does not fit {', '.join(found.misfits)}.", ""
    if weak:
        return "fair", "alert-triangle", f"It is on {names}; look at {', '.join(dict.fromkeys(weak))}.", ""
    return "good", "circle-check", f"It is on {names}, and its settings are sound.", ""
