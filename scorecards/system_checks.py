"""What `manage.py check` says about the plugins' checks: faults, and facts that nobody announces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.checks import CheckMessage, Warning, register

from scorecards.definitions import load_all
from scorecards.engine.check import compile_check
from scorecards.engine.conditions import leaves
from services.facts import sources


@register("scorecards")
def check_definitions(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """One warning per fault. A warning, not an error: one plugin's fault must not keep the portal from starting."""
    found: list[CheckMessage] = []
    for loaded in load_all():
        found += [Warning(str(fault), hint="The other checks go on.", id="scorecards.W001") for fault in loaded.faults]
    return found + _unannounced()


def _unannounced() -> list[CheckMessage]:
    schema = {path: kind for source in sources.items() for path, kind in source.schema.items()}
    keys = {key for source in sources.items() for key in source.keys}
    found: list[CheckMessage] = []
    for loaded in load_all():
        for name, definition in loaded.definitions.items():
            strange = sorted({path for path in _paths(definition) if not announced(path, schema, keys)})
            if strange and keys:
                text = f"{name} reads {', '.join(strange)}, which no fact source announces, so it can only be unknown."
                found.append(Warning(text, hint="Correct the path or add it to a FactSource.", id="scorecards.W002"))
    return found


def _paths(definition: dict[str, Any]) -> list[str]:
    check = compile_check(definition)
    parts = [*leaves(check.when), *(leaves(check.applies) if check.applies else ())]
    return [leaf.path.text for leaf in parts]


def announced(path: str, schema: Mapping[str, str], keys: Collection[str]) -> bool:
    """Whether a source announces this path, something below it, or something above it that lists no fields of its own."""
    fact = ".".join(path.split(".")[:2])
    if fact not in keys:
        return False
    fields = [field for field in schema if field.startswith(f"{fact}.")]
    if not fields or path in schema or path == fact:
        return True
    if any(field.startswith((f"{path}.", f"{path}[")) for field in fields):
        return True
    above = [field for field in fields if path.startswith((f"{field}.", f"{field}["))]
    deepest = max(above, key=len, default="")
    return bool(deepest) and not any(field.startswith((f"{deepest}.", f"{deepest}[")) for field in fields)
