"""The relations that a descriptor's spec fields say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.descriptors import Problem
from services.descriptors.ends import Edge
from services.descriptors.refs import full_ref

OWNED = {"component", "api", "resource", "system", "domain", "template", "airesource"}
# field: (kinds, default kind of the target, relation)
SINGLE = {
    "owner": (OWNED, "group", "ownedBy"),
    "system": ({"component", "api", "resource", "airesource"}, "system", "partOf"),
    "subcomponentOf": ({"component"}, "component", "partOf"),
    "domain": ({"system"}, "domain", "partOf"),
    "subdomainOf": ({"domain"}, "domain", "partOf"),
    "parent": ({"group"}, "group", "childOf"),
}
MANY = {
    "owners": (OWNED, "group", "ownedBy"),
    "providesApis": ({"component"}, "api", "providesApi"),
    "consumesApis": ({"component"}, "api", "consumesApi"),
    "dependsOn": ({"component", "resource"}, "", "dependsOn"),
    "dependencyOf": ({"component", "resource"}, "", "dependencyOf"),
    "memberOf": ({"user"}, "group", "memberOf"),
    "members": ({"group"}, "user", "hasMember"),
    "children": ({"group"}, "group", "parentOf"),
}
# The same for one type of AiResource; other types and kinds may use these words as they like.
AI = {
    "skill": ("dependsOn", "dependsOn"),
    "plugin": ("skills", "hasPart"),
    "marketplace": ("plugins", "hasPart"),
}
# Fields whose values come back in order.
SORTED = ("providesApis", "consumesApis", "dependsOn", "dependencyOf", "memberOf", "children", "members")


FIELDS = SINGLE | MANY


def edges(ref: str, spec: Mapping[str, Any]) -> list[Edge]:
    """All edges that `spec` says of the entity `ref`. A target takes the field's kind and the entity's namespace.

    Raises Problem for a ref that cannot be read.
    """
    kind, _, rest = ref.partition(":")
    namespace = rest.partition("/")[0]
    found: list[Edge] = []
    for field, (kinds, target_kind, relation) in FIELDS.items():
        if kind in kinds and field in spec:
            values = [spec[field]] if field in SINGLE else spec[field]
            found += _said(ref, relation, values, field, target_kind, namespace)
    if kind == "airesource" and (said := AI.get(str(spec.get("type")))):
        field, relation = said
        found += _said(ref, relation, spec.get(field) or [], field, kind, namespace)
    return found


def _said(ref: str, relation: str, values: Iterable[str], field: str, kind: str, namespace: str) -> Iterator[Edge]:
    for value in values:
        try:
            yield Edge(ref, relation, full_ref(value, kind=kind, namespace=namespace))
        except ValueError as error:
            raise Problem(f"{error}.", "Write it like component:default/checkout.", field=f"spec.{field}") from error


def in_order(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with the lists that name other entities sorted, as Backstage answers them; the same object where they are."""
    lists = {
        field: sorted(spec[field])
        for field in SORTED
        if field in spec and kind in MANY[field][0] and len(spec[field]) > 1
    }
    return {**spec, **lists} if lists else spec


def target(found: Sequence[Edge], relation: str, kind: str = "") -> str:
    """The target of the first edge with this relation and target kind ("" for any); "" where there is none."""
    prefix = f"{kind}:" if kind else ""
    return next((edge.target for edge in found if edge.type == relation and edge.target.startswith(prefix)), "")
