"""The order in which a template's actions start, from their `startAfter`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chaos.formats.report import Findings


def in_order(
    rows: Mapping[str, Any], at: Callable[[str], str], findings: Findings
) -> list[tuple[str, Mapping[str, Any]]]:
    """Actions after what they wait for, else in the order of the file. Circles and unknown names are reported."""
    waiting: dict[str, set[str]] = {}
    for name, row in rows.items():
        if not isinstance(row, dict):
            findings.broken(at(f"actions.{name}"), "An action must be an object.")
            continue
        after = row.get("startAfter") or []
        named = [one for one in after if isinstance(one, str)] if isinstance(after, list) else []
        for lost in sorted(set(named) - set(rows)):
            findings.refuse(at(f"actions.{name}.startAfter"), f"there is no action {lost[:60]!r} to start after.")
        waiting[name] = set(named) & set(rows)
    found: list[tuple[str, Mapping[str, Any]]] = []
    done: set[str] = set()
    while waiting:
        ready = [name for name, after in waiting.items() if after <= done | (set(rows) - set(waiting) - done)]
        if not ready:
            findings.broken(at("actions"), f"These actions wait for one another: {', '.join(list(waiting)[:5])}.")
            break
        found.append((ready[0], rows[ready[0]]))
        done.add(ready[0])
        del waiting[ready[0]]
    if any(not row.get("startAfter") for _, row in found[1:]):
        findings.warn(
            at("actions"), "FIS starts some of these at the same time; here they follow one another and stay in place."
        )
    return found
