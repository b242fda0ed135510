"""Where activities stand in an experiment, and what is true of every one of them, whatever it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.formats.report import Findings
from chaos.formats.toolkit import nearest, top
from chaos.formats.toolkit.variables import Variables

MOST_ACTIVITIES = 100
LONGEST_PAUSE = LONGEST_PAUSES = 3_600
"""Seconds: of one pause, and of all together."""
KEYS = {
    "type", "name", "provider", "tolerance", "pauses", "background", "controls", "ref", "secrets", "configuration",
    "dry", "timeout", "description", "output", "contributions", "title",
}  # fmt: skip
PARTS = {"hypothesis": "steady-state-hypothesis.probes", "method": "method", "rollbacks": "rollbacks"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One activity: in which part it stands, its path and its object."""

    part: str
    path: str
    activity: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name, or the name that it refers to."""
        return str(self.activity.get("name") or self.activity.get("ref") or "")


def walk(data: Mapping[str, Any], findings: Findings) -> list[Spot]:
    """Every activity of hypothesis, method and rollbacks in order; what is none is reported."""
    found: list[Spot] = []
    for part, path in PARTS.items():
        rows = _rows(data, part, findings)
        if len(rows) > MOST_ACTIVITIES:
            findings.broken(
                path, f"It has {len(rows)} activities, and {MOST_ACTIVITIES} are read: split the experiment."
            )
            rows = rows[:MOST_ACTIVITIES]
        for number, row in enumerate(rows):
            if isinstance(row, dict):
                found.append(Spot(part, f"{path}[{number}]", row))
            else:
                findings.broken(f"{path}[{number}]", "An activity must be an object.")
    return found


def _rows(data: Mapping[str, Any], part: str, findings: Findings) -> list[Any]:
    if part == "hypothesis":
        hypothesis = data.get("steady-state-hypothesis")
        if hypothesis is None:
            return []
        if not isinstance(hypothesis, dict):
            findings.broken("steady-state-hypothesis", "The hypothesis must be an object with title and probes.")
            return []
        top.controls(hypothesis, "steady-state-hypothesis", findings)
        rows = hypothesis.get("probes") or []
    else:
        rows = data.get(part) or []
    if not isinstance(rows, list):
        findings.broken(PARTS[part], "This must be a list of activities.")
        return []
    return rows


def nested(data: Mapping[str, Any], spots: list[Spot]) -> Iterator[tuple[str, Any]]:
    """Probes in unusual places, with their path: in the configuration and as tolerances. They are code all the same."""
    table = data.get("configuration")
    for name, value in table.items() if isinstance(table, dict) else ():
        if isinstance(value, dict) and value.get("type") == "probe":
            yield f"configuration.{name}", value
    for spot in spots:
        path, tolerance = f"{spot.path}.tolerance", spot.activity.get("tolerance")
        while isinstance(tolerance, dict) and tolerance.get("type") == "probe":
            yield path, tolerance
            path, tolerance = f"{path}.tolerance", tolerance.get("tolerance")


def names(spots: list[Spot], findings: Findings) -> dict[str, Spot]:
    """Activities by name. A name that is there twice is refused: a reference would take the last one."""
    found: dict[str, Spot] = {}
    for spot in spots:
        name = spot.activity.get("name")
        if "ref" in spot.activity:
            continue
        if not isinstance(name, str) or not name.strip():
            findings.refuse(f"{spot.path}.name", "an activity needs a name.")
        elif name in found:
            findings.refuse(f"{spot.path}.name", f"the name {name[:80]!r} is there twice: rename one.")
        else:
            found[name] = spot
    return found


def check(spot: Spot, known: Mapping[str, Spot], findings: Findings) -> None:
    """What holds for every activity: keys, type, controls, dry mode, references."""
    activity = spot.activity
    for key in sorted(set(activity) - KEYS):
        findings.warn(f"{spot.path}.{key}"[:200], f"an activity has no {key[:60]!r}: it was not read.")
    top.controls(activity, spot.path, findings)
    top.dry(activity, spot.path, findings)
    if activity.get("secrets"):
        findings.refuse(f"{spot.path}.secrets", "an activity gets no secrets of a file: the portal's chaos role signs.")
    if "ref" in activity:
        ref = activity["ref"]
        if not isinstance(ref, str) or ref not in known:
            findings.refuse(f"{spot.path}.ref", f"nothing in the file has the name {str(ref)[:80]!r}.")
        return
    if activity.get("type") not in ("action", "probe"):
        findings.refuse(f"{spot.path}.type", 'an activity has the type "action" or "probe".')
    elif spot.part == "hypothesis" and activity["type"] != "probe":
        findings.refuse(f"{spot.path}.type", "a hypothesis only measures: it has probes, no actions.")
    if activity.get("timeout") is not None:
        findings.warn(f"{spot.path}.timeout", "the toolkit never enforces this; the portal's time limits hold.")


def provider(activity: Mapping[str, Any], path: str, findings: Findings) -> Mapping[str, Any] | None:
    """The provider, where it is one that may be looked at further; None after a refusal."""
    found = activity.get("provider")
    here = f"{path}.provider"
    if not isinstance(found, dict):
        findings.refuse(here, "an activity needs a provider.")
        return None
    acts = activity.get("type") == "action"
    kind = found.get("type")
    if kind == "process":
        near = nearest.by_title(str(activity.get("name", "")), of_action=acts)
        findings.refuse(here, f"the process provider starts a program ({str(found.get('path', ''))[:80]}).", near)
        return None
    if kind not in ("python", "http"):
        findings.refuse(here, f"a provider of type {str(kind)[:40]!r} is not known.")
        return None
    if kind == "python" and not (_word(found.get("module")) and _word(found.get("func"))):
        findings.refuse(here, "a python provider names module and func as texts.")
        return None
    if found.get("secrets"):
        findings.refuse(f"{here}.secrets", "a provider gets no secrets of a file: the portal's chaos role signs.")
    return found


def _word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200


def pauses(spots: list[Spot], variables: Variables, findings: Findings) -> dict[str, tuple[int, int]]:
    """Seconds before and after each activity of the method, by path. Their sum is bounded too."""
    found: dict[str, tuple[int, int]] = {}
    for spot in spots:
        table = spot.activity.get("pauses")
        if table is None:
            continue
        here = f"{spot.path}.pauses"
        if not isinstance(table, dict) or not set(table) <= {"before", "after"}:
            findings.refuse(here, "pauses are an object with before and after, in seconds.")
            continue
        before, after = (_seconds(table.get(key), f"{here}.{key}", variables, findings) for key in ("before", "after"))
        found[spot.path] = (before, after)
    total = sum(before + after for before, after in found.values())
    if total > LONGEST_PAUSES:
        findings.refuse("method", f"its pauses last {total} s in all, and {LONGEST_PAUSES} s are allowed.")
    return found


def _seconds(value: Any, path: str, variables: Variables, findings: Findings) -> int:
    value = variables.put_in(value, path, findings)
    if value is None or value == 0:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_PAUSE:
        findings.refuse(path, f"a pause has 1 to {LONGEST_PAUSE} seconds.")
        # Still counted, so that the sum names the whole length of a day of pauses.
        return int(value) if isinstance(value, int | float) and 0 < value < 1e9 else 0
    return max(1, round(value))
