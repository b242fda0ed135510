"""What kind of thing a service is: serverless or not, in a mesh or not, on a database that fits or not.

Everything is computed here from facts, answers and descriptors; pages show it, `judge_kinds` publishes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services import queries
from services.engine import mesh, serverless
from services.engine.advisor.questionnaire import Answers
from services.engine.advisor.stores import Store, in_use
from services.engine.advisor.verdict import Advice, advise
from services.facts import FactView
from services.models import Entity, Relation

Items = Mapping[str, Sequence[Mapping[str, Any]]]
SERVERLESS, MESH, ADVICE = "catalog.serverless", "catalog.mesh", "catalog.database-advice"


@dataclass(frozen=True)
class Membership:
    """A mesh of the service `owner` that names this one, as a member of a kind (lambda, node, …) or as a caller."""

    owner: str
    mesh: str
    technology: str
    kind: str


@dataclass(frozen=True)
class Kinds:
    """The three verdicts of one service with what they stand on."""

    items: Items
    serverless: serverless.Serverless
    meshes: Sequence[Mapping[str, Any]]
    functions: tuple[str, ...]
    member_of: tuple[Membership, ...]
    stores: tuple[Store, ...]
    advice: Advice

    @property
    def misfits(self) -> tuple[str, ...]:
        """Serverless members of its meshes in which no proxy can run."""
        return tuple(sorted({name for item in self.meshes for name in mesh.misfits(item, self.functions)}))


def kinds(
    views: Mapping[str, FactView],
    answers: Answers | None,
    declared: Mapping[str, str],
    member_of: Sequence[Membership] = (),
) -> Kinds:
    """The verdicts from the open facts, the answers and the stores that descriptors name (resource name → type)."""
    items = queries.items(views)
    stores = in_use(items, declared)
    return Kinds(
        items=items,
        serverless=serverless.verdict(items),
        meshes=items.get("aws.mesh", ()),
        functions=tuple(str(row["name"]) for row in items.get("aws.lambda", ())),
        member_of=tuple(member_of),
        stores=stores,
        advice=advise(answers, stores, items),
    )


def declared_stores(entities: Sequence[Entity]) -> dict[int, dict[str, str]]:
    """Resources from descriptors that the entities depend on: entity id → resource name → type. Two queries."""
    ids = {entity.ref: entity.pk for entity in entities}
    edges = Relation.objects.filter(source_ref__in=list(ids), type="dependsOn", target_ref__startswith="resource:")
    pairs = list(edges.values_list("source_ref", "target_ref").distinct())
    targets = queries.by_refs(ref for _, ref in pairs)
    found: dict[int, dict[str, str]] = {}
    for source, ref in pairs:
        target = targets.get(ref)
        # What discovery found is in the facts, with more detail.
        if target is not None and "aws/arn" not in target.annotations:
            found.setdefault(ids[source], {})[target.name] = target.type
    return found


def memberships(view: FactView | None) -> tuple[Membership, ...]:
    """The meshes of others that name the service, from its fact `catalog.mesh`."""
    rows = view.value.get("member_of", ()) if view else ()
    return tuple(Membership(row["owner"], row["mesh"], row["technology"], row["kind"]) for row in rows)
