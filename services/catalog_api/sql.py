"""Conditions as SQL over the entities (alias `e`), the search index and the relations; the same on both databases.

Every text of a question is a parameter; only names of our own tables and columns are written into a statement.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from django.db import connection

from services.catalog_api.conditions import All, AnyOf, Condition, Has, Holds, Is, Not, Starts
from services.descriptors.ends import INVERSE

Sql = tuple[str, list[Any]]
RELATIONS = {f"relations.{name.lower()}": name for name in INVERSE}
# Keys that stand in the entity's own row, which is read anyhow.
COLUMNS = {"kind": "e.kind", "metadata.namespace": "e.namespace"}
ALWAYS = {"apiversion", "kind", "metadata.name", "metadata.namespace", "metadata.uid"}
LAST = "\U0010ffff"
INDEX = "e.id IN (SELECT s.entity_id FROM services_searchkey s WHERE "
# An OFFSET keeps PostgreSQL from turning it into a join of all rows.
PROBE = "EXISTS (SELECT 1 FROM services_searchkey s WHERE s.entity_id = e.id AND "
RELATED = "EXISTS (SELECT 1 FROM services_relation r WHERE "
REF = "e.kind || ':' || e.namespace || '/' || e.name"


def where(condition: Condition, *, probing: bool = False) -> Sql:
    """The condition as a boolean expression about `e`.

    With `probing` full text is looked up entity by entity: right where many match and a page needs only a few.
    """
    match condition:
        case All(parts) | AnyOf(parts):
            return _joined(parts, " AND " if isinstance(condition, All) else " OR ", probing)
        case Not(part):
            text, values = where(part, probing=probing)
            return f"NOT ({text})", values
        case Is(key, wanted):
            return _is(key, wanted)
        case Has(key):
            return _has(key)
        case Starts(key, text):
            upper = [text, text + LAST]
            if key in RELATIONS:
                return _related(RELATIONS[key], "r.target_ref >= %s AND r.target_ref < %s", upper)
            return f"{INDEX}s.key = %s AND s.value >= %s AND s.value < %s)", [key, *upper]
        case Holds(keys, term):
            return _holds(keys, term, PROBE if probing else INDEX)


def _joined(parts: Sequence[Condition], word: str, probing: bool) -> Sql:
    if not parts:
        return ("1 = 1" if word == " AND " else "1 = 0"), []
    made = [where(part, probing=probing) for part in parts]
    return "(" + word.join(text for text, _ in made) + ")", [value for _, values in made for value in values]


def _is(key: str, wanted: Sequence[str]) -> Sql:
    if not wanted:
        return "1 = 0", []
    if key in COLUMNS:
        return f"{COLUMNS[key]} {among(wanted)}", list(wanted)
    if key in RELATIONS:
        return _related(RELATIONS[key], f"r.target_ref {among(wanted)}", list(wanted))
    return f"{INDEX}s.key = %s AND s.value {among(wanted)})", [key, *wanted]


def among(wanted: Sequence[object]) -> str:
    """`= %s` or `IN (%s, …)`."""
    return "= %s" if len(wanted) == 1 else f"IN ({', '.join(['%s'] * len(wanted))})"


def _has(key: str) -> Sql:
    if key in ALWAYS:
        return "1 = 1", []
    if key in RELATIONS:
        return f"{RELATED}r.source_ref = {REF} AND r.type = %s)", [RELATIONS[key]]
    return f"{INDEX}s.key = %s)", [key]


def _holds(keys: Sequence[str], term: str, head: str) -> Sql:
    parts: list[str] = []
    values: list[Any] = []
    pattern = f"%{term}%".replace("\\", r"\\") if connection.vendor == "postgresql" else f"%{term}%"
    indexed = [key for key in keys if key not in RELATIONS]
    if indexed:
        tail = " LIMIT 1 OFFSET 0)" if head is PROBE else ")"
        parts.append(f"{head}s.key {among(indexed)} AND s.value LIKE %s{tail}")
        values += [*indexed, pattern]
    for key in keys:
        if key in RELATIONS:
            text, more = _related(RELATIONS[key], "r.target_ref LIKE %s", [pattern])
            parts.append(text)
            values += more
    return "(" + (" OR ".join(parts) or "1 = 0") + ")", values


def _related(kind: str, condition: str, values: list[Any]) -> Sql:
    """The live entities at the near end of relations whose far end satisfies the condition on `r`."""
    return (
        f"e.id IN (SELECT x.id FROM services_relation r JOIN services_entity x ON {near_end(connection.vendor)} "  # noqa: S608 our own names
        f"WHERE r.type = %s AND {condition})",
        [kind, *values],
    )


@functools.cache
def near_end(vendor: str) -> str:
    """The join from a relation to the entity that its `source_ref` names, by the index over kind, namespace and name."""
    if vendor == "postgresql":
        rest = "split_part(r.source_ref, ':', 2)"
        parts = ("split_part(r.source_ref, ':', 1)", f"split_part({rest}, '/', 1)", f"split_part({rest}, '/', 2)")
    else:
        colon, slash = "instr(r.source_ref, ':')", "instr(r.source_ref, '/')"
        parts = (
            f"substr(r.source_ref, 1, {colon} - 1)",
            f"substr(r.source_ref, {colon} + 1, {slash} - {colon} - 1)",
            f"substr(r.source_ref, {slash} + 1)",
        )
    kind, namespace, name = parts
    return f"x.kind = {kind} AND x.namespace = {namespace} AND x.name = {name} AND x.removed_at IS NULL"


def values_of(key: str) -> Sql:
    """A query for (entity_id, value, original) of a key: from the index, or from the relations."""
    if key in RELATIONS:
        return (
            "SELECT DISTINCT x.id AS entity_id, r.target_ref AS value, NULL AS original "  # noqa: S608 our own names
            f"FROM services_relation r JOIN services_entity x ON {near_end(connection.vendor)} WHERE r.type = %s",
            [RELATIONS[key]],
        )
    return (
        "SELECT s.entity_id, s.value, s.original FROM services_searchkey s WHERE s.key = %s AND s.value IS NOT NULL",
        [key],
    )
