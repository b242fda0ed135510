"""What a person or a pipeline named as the target, held against what its kind takes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from deployments.targets.contract import Field, TargetKind, targets

PLACE = (
    Field("account", "Account", r"\d{12}", "Where the same name is in more than one."),
    Field("region", "Region", r"[a-z]{2}(-[a-z]+)+-\d", "Where the same name is in more than one."),
)


def keys_of(kind: TargetKind) -> dict[str, Field]:
    """All keys that a target of this kind may name, by name."""
    return {field.name: field for field in (*kind.fields, kind.canary, *PLACE)}


def keys_of_all() -> dict[str, list[tuple[TargetKind, Field]]]:
    """Each key of any kind, with the kinds that take it."""
    found: dict[str, list[tuple[TargetKind, Field]]] = {}
    for kind in targets.items():
        for name, field in keys_of(kind).items():
            found.setdefault(name, []).append((kind, field))
    return found


def checked(kind: TargetKind, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(values, what is wrong by key): unknown keys by name, what does not fit its pattern; defaults are filled in."""
    known = keys_of(kind)
    wrong = {
        name: f"A target of the kind {kind.key} has no {name!r}: it takes {', '.join(sorted(known))}."
        for name, value in given.items()
        if name not in known and value
    }
    values = {name: given.get(name) or field.default for name, field in known.items()}
    for name, field in known.items():
        if values[name] and not re.fullmatch(field.pattern, values[name], re.DOTALL):
            wrong[name] = f"{field.title} {values[name][:80]!r} is not one: {field.help or 'check how it is written.'}"
    if not values["canary"]:
        wrong["canary"] = f"{kind.canary.title} is missing: {kind.canary.help}"
    return {name: value for name, value in values.items() if value}, wrong
