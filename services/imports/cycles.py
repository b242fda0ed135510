"""Cycles among parents: groups, domains and components that stand, step by step, above themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from services.models import Entity, Import, Relation

FIELDS = {"group": "spec.parent", "domain": "spec.subdomainOf", "component": "spec.subcomponentOf"}


def report() -> int:
    """Replace the warnings about cycles in the import reports; returns how many entities are in one."""
    found = {ref: cycle for cycle in cycles(_parents()) for ref in cycle}
    with transaction.atomic():
        old = Import.objects.filter(state="warning")
        known = {(row.ref, row.reason) for row in old}
        if known == {(ref, _words(cycle)) for ref, cycle in found.items()}:
            return len(found)
        old.delete()
        entities = {entity.ref: entity for entity in Entity.objects.live().by_refs(found)}
        places = {row.ref: row for row in Import.objects.filter(state="ok", ref__in=found)}
        Import.objects.bulk_create(
            Import(
                source=entity.source, document=places[ref].document if ref in places else 0,
                line=places[ref].line if ref in places else 1, ref=ref, state="warning", field=FIELDS[entity.kind],
                reason=_words(found[ref]), remedy="Take one of them out from under the other.", at=timezone.now(),
            )
            for ref, entity in entities.items()
        )  # fmt: skip
    return len(found)


def _words(cycle: list[str]) -> str:
    return f"It stands above itself: {' under '.join([*cycle, cycle[0]])}."[:500]


def _parents() -> dict[str, set[str]]:
    """Ref → refs of its parents of the same kind."""
    rows = Relation.objects.filter(type="childOf")
    for kind in ("domain", "component"):
        rows |= Relation.objects.filter(
            type="partOf", source_ref__startswith=f"{kind}:", target_ref__startswith=f"{kind}:"
        )
    found: dict[str, set[str]] = defaultdict(set)
    for source, target in rows.order_by().values_list("source_ref", "target_ref"):
        found[source].add(target)
    return found


def cycles(parents: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Each cycle once, starting at its smallest member, found by walking up from every node without recursion."""
    done: set[str] = set()
    found: list[list[str]] = []
    for start in sorted(parents):
        path: list[str] = []
        place: dict[str, int] = {}
        stack = [(start, iter(sorted(parents.get(start, ()))))]
        while stack:
            node, rest = stack[-1]
            if node not in place:
                if node in done:
                    stack.pop()
                    continue
                place[node] = len(path)
                path.append(node)
            above = next(rest, None)
            if above is None:
                done.add(node)
                place.pop(node)
                path.pop()
                stack.pop()
            elif above in place:
                cycle = path[place[above] :]
                low = cycle.index(min(cycle))
                found.append(cycle[low:] + cycle[:low])
            elif above not in done:
                stack.append((above, iter(sorted(parents.get(above, ())))))
    return found
