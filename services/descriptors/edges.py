"""The relations that a descriptor's spec fields say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.descriptors import Problem
from services.descriptors.refs import full_ref
from services.relations import Edge

# field: (kinds, default kind of the target, relation)
SINGLE = {
    "owner": ({"component", "api", "resource", "system", "domain"}, "group", "ownedBy"),
    "system": ({"component", "api", "resource"}, "system", "partOf"),
    "subcomponentOf": ({"component"}, "component", "partOf"),
    "domain": ({"system"}, "domain", "partOf"),
    "subdomainOf": ({"domain"}, "domain", "partOf"),
    "parent": ({"group"}, "group", "childOf"),
}
MANY = {
    "providesApis": ({"component"}, "api", "providesApi"),
    "consumesApis": ({"component"}, "api", "consumesApi"),
    "dependsOn": ({"component", "resource"}, "", "dependsOn"),
    "dependencyOf": ({"component", "resource"}, "", "dependencyOf"),
    "memberOf": ({"user"}, "group", "memberOf"),
    "members": ({"group"}, "user", "hasMember"),
    "children": ({"group"}, "group", "parentOf"),
}


def edges(ref: str, spec: Mapping[str, Any]) -> list[Edge]:
    """All edges that `spec` says of the entity `ref`. A target takes the field's kind and the entity's namespace.

    Raises Problem for a ref that cannot be read.
    """
    kind, _, rest = ref.partition(":")
    namespace = rest.partition("/")[0]
    found: list[Edge] = []
    for field, (kinds, target_kind, relation) in (SINGLE | MANY).items():
        if kind not in kinds or field not in spec:
            continue
        values = [spec[field]] if field in SINGLE else spec[field]
        for value in values:
            try:
                found.append(Edge(ref, relation, full_ref(value, kind=target_kind, namespace=namespace)))
            except ValueError as error:
                raise Problem(
                    f"{error}.", "Write it like component:default/checkout.", field=f"spec.{field}"
                ) from error
    return found


def target(found: Sequence[Edge], relation: str, kind: str) -> str:
    """The target of the first edge with this relation and target kind; "" where there is none."""
    return next((edge.target for edge in found if edge.type == relation and edge.target.startswith(f"{kind}:")), "")
