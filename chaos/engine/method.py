"""An experiment's method: the steps that a run walks one after the other, read from JSON with closed key sets.

A step puts a fault in place, waits, or measures one probe of the hypothesis. Faults stay in place until the
observation is over. Whether a fault takes its arguments is for the registry of faults to say; here only their shape is
read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.engine.shape import MAX_TEXT, Invalid, table, text, whole

MAX_STEPS = 20
MAX_FAULTS = 5
LONGEST_PAUSE = 3600
"""Seconds, of one pause and of all pauses together."""
MAX_ARGUMENTS = 20
KEYS = {"fault": {"fault", "arguments"}, "pause": {"seconds"}, "probe": {"probe"}}
"""What each type of step needs besides `type`; each may have a `name`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `type` says which of the other fields count."""

    type: str
    name: str
    fault: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 0
    probe: str = ""

    def stored(self) -> dict[str, Any]:
        """The step as JSON, in the shape in which it is read."""
        own: dict[str, dict[str, Any]] = {
            "fault": {"fault": self.fault, "arguments": dict(self.arguments)},
            "pause": {"seconds": self.seconds},
            "probe": {"probe": self.probe},
        }
        return {"type": self.type, "name": self.name, **own[self.type]}


def read(data: Any, probes: Collection[str], where: str = "method") -> tuple[Step, ...]:
    """Read [{"type": "fault"|"pause"|"probe", "name"?, …}]; `probes` are the keys of the hypothesis. Raises Invalid."""
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_STEPS:
        raise Invalid(where, f"Give a list of 1 to {MAX_STEPS} steps.")
    steps = tuple(step(row, probes, f"{where}[{number}]") for number, row in enumerate(data))
    count = len(faults(steps))
    if not 1 <= count <= MAX_FAULTS:
        raise Invalid(where, f"Give 1 to {MAX_FAULTS} faults among the steps: there are {count}.")
    if pauses(steps) > LONGEST_PAUSE:
        raise Invalid(where, f"Shorten the pauses to {LONGEST_PAUSE} s in all: they take {pauses(steps)} s.")
    return steps


def step(data: Any, probes: Collection[str], where: str) -> Step:
    """Read one step. Raises Invalid."""
    kind = data.get("type") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in KEYS:
        raise Invalid(f"{where}.type", f"Use one of {', '.join(KEYS)}.")
    row = table(data, where, {"type", "name", *KEYS[kind]}, {"type", *KEYS[kind]})
    name = text(row.get("name", ""), f"{where}.name", empty=True)
    if kind == "pause":
        seconds = whole(row["seconds"], f"{where}.seconds", 1, LONGEST_PAUSE)
        return Step(kind, name or f"Wait {seconds} s", seconds=seconds)
    if kind == "probe":
        if not isinstance(row["probe"], str) or row["probe"] not in probes:
            raise Invalid(f"{where}.probe", f"Name a probe of the hypothesis: {', '.join(sorted(probes))}.")
        return Step(kind, name or f"Measure {row['probe']}", probe=row["probe"])
    fault = text(row["fault"], f"{where}.fault")
    return Step(kind, name or fault, fault=fault, arguments=_arguments(row["arguments"], f"{where}.arguments"))


def _arguments(data: Any, where: str) -> dict[str, str]:
    if not isinstance(data, dict) or len(data) > MAX_ARGUMENTS:
        raise Invalid(where, f"Give an object of at most {MAX_ARGUMENTS} names and texts.")
    for key, value in data.items():
        if not isinstance(key, str) or not isinstance(value, str) or len(value) > 2 * MAX_TEXT:
            raise Invalid(f"{where}.{key}"[:200], "Every argument is missing or a short text.")
    return dict(data)


def restored(data: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Steps from the database, which were checked when they were written."""
    return tuple(Step(**row) for row in data)


def faults(steps: Sequence[Step]) -> list[Step]:
    """The steps that put a fault in place, in order."""
    return [step for step in steps if step.type == "fault"]


def place(steps: Sequence[Step]) -> Mapping[str, str]:
    """Account and region of the first fault that has them; nothing where all of them are local."""
    return next((step.arguments for step in faults(steps) if "account" in step.arguments), {})


def pauses(steps: Sequence[Step]) -> int:
    """Seconds of all pauses together."""
    return sum(step.seconds for step in steps)


def under_fault(steps: Sequence[Step]) -> int:
    """Seconds of the pauses after the first fault: for these the fault is in place before the observation begins."""
    first = next((number for number, step in enumerate(steps) if step.type == "fault"), len(steps))
    return pauses(steps[first:])


def spelled_out(fields: Mapping[str, Any], before: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The short form {"fault": …, "arguments": …} as a method of one step; other fields stay as they are.

    In an edit it may name one of the two and changes the one step that is there `before`. Raises Invalid where both
    forms are given, or where there are other steps that it would take away.
    """
    given = next((name for name in ("fault", "arguments") if name in fields), "")
    if not given:
        return dict(fields)
    if "method" in fields:
        raise Invalid(given, "Give either a method, or one fault with its arguments.")
    if len(before) > 1:
        raise Invalid(given, f"This experiment has {len(before)} steps: give the whole method.")
    old = before[0] if before else {}
    rest = {key: value for key, value in fields.items() if key not in ("fault", "arguments")}
    only = {"type": "fault"} | {name: fields.get(name, old.get(name, "")) for name in ("fault", "arguments")}
    return {**rest, "method": [only]}
