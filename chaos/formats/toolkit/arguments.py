"""Arguments from a file against a function's schema: closed keys, kinds checked, values as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.formats.report import Findings
from chaos.formats.toolkit.actions import KINDS, Parameter

LONGEST = 1_000


def check(
    arguments: Any, schema: Mapping[str, Parameter], path: str, func: str, findings: Findings
) -> dict[str, Any] | None:
    """The arguments by name, with the value of each one-text list taken out of it; None after a refusal."""
    if not isinstance(arguments, dict):
        findings.refuse(path, "arguments must be an object with names and values.")
        return None
    flat = flatten(arguments, schema)
    before = len(findings.rows)
    for name in sorted(set(flat) - set(schema)):
        known = ", ".join(sorted(schema)) or "no arguments"
        findings.refuse(f"{path}.{name}"[:200], f"{func} has no argument {name[:60]!r} here; it takes {known}.")
    found = {}
    for name, value in flat.items():
        if name in schema and value is not None:
            found[name] = _value(value, schema[name], f"{path}.{name}", findings)
    return found if len(findings.rows) == before else None


def flatten(arguments: Mapping[str, Any], schema: Mapping[str, Parameter]) -> dict[str, Any]:
    """Objects whose members are in the schema become `object.member`."""
    flat: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, dict) and any(key.startswith(f"{name}.") for key in schema):
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


def _value(value: Any, parameter: Parameter, path: str, findings: Findings) -> Any:
    kind = parameter.kind
    if kind == "texts" and isinstance(value, list):
        if len(value) != 1:
            findings.refuse(path, f"a fault hits one thing, and this names {len(value)}: give one step to each.")
            return None
        value = value[0]
    if value is None:
        # It needs a value from outside the file: a person fills it in.
        return None
    fits = {
        "text": isinstance(value, str),
        "texts": isinstance(value, str | int) and not isinstance(value, bool),
        "whole": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "share": isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1,
        "flag": isinstance(value, bool),
    }
    if not fits.get(kind, True):
        wrong = ' ("true" in quotes is a text, which the toolkit would take for true)' if kind == "flag" else ""
        findings.refuse(path, f"this must be {KINDS[kind]}{wrong}.")
        return None
    if isinstance(value, str) and len(value) > LONGEST:
        findings.refuse(path, f"a text here has at most {LONGEST} characters.")
        return None
    return round(value * 100) if kind == "share" else value
