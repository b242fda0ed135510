"""The steps of a method as rows of a form: read what was posted, change their order, say what is wrong beside each field.

Field names are `steps-2-seconds` and `steps-2-arg-zone`; the error of `method[2].arguments.zone` stands at the latter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos import experiments
from chaos.engine import method
from chaos.engine.definition import Invalid
from chaos.faults.registry import faults
from chaos.models import Experiment

Row = dict[str, Any]
MOST = method.MAX_STEPS
_PATH = re.compile(r"method\[(\d+)\]\.(?:(arguments)\.)?(\w+)$")
_NEW: dict[str, Row] = {
    "fault": {"type": "fault", "name": "", "fault": "", "arguments": {}},
    "pause": {"type": "pause", "name": "", "seconds": 30},
    "probe": {"type": "probe", "name": "", "probe": ""},
}


@dataclass(frozen=True)
class Field:
    """One input: `choices` make it a select; `refresh` asks for the row anew when it changes."""

    id: str
    label: str
    value: str
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    refresh: bool = False
    number: bool = False


def posted(data: Mapping[str, Any]) -> list[Row] | None:
    """The rows of a form, at most one more than a method may have; None where it has no rows."""
    count = str(data.get("steps-count", ""))
    if not count.isdecimal():
        return None
    return [_row(data, f"steps-{number}-") for number in range(min(int(count), MOST + 1))]


def _row(data: Mapping[str, Any], start: str) -> Row:
    def say(name: str) -> str:
        return str(data.get(start + name, ""))[:600]

    kind, name = say("type"), say("name")
    if kind == "pause":
        seconds = say("seconds").strip()
        return {
            "type": kind,
            "name": name,
            "seconds": int(seconds) if seconds.isascii() and seconds.isdecimal() else seconds,
        }
    if kind == "probe":
        return {"type": kind, "name": name, "probe": say("probe")}
    prefix = f"{start}arg-"
    given = {key.removeprefix(prefix): str(value)[:600] for key, value in data.items() if key.startswith(prefix)}
    fault = faults.get(say("fault"))
    known = [argument.key for argument in fault.arguments] if fault else sorted(given)
    arguments = {key: given[key].strip() for key in known[: method.MAX_ARGUMENTS] if key in given}
    return {"type": "fault", "name": name, "fault": say("fault"), "arguments": arguments}


def act(rows: Sequence[Row], do: str) -> tuple[list[Row], int | None]:
    """The rows after a button ("add:pause", "remove:1", "up:2", "down:0", "refresh"), and the row that the focus belongs to."""
    found = list(rows)
    word, _, what = do.partition(":")
    if word == "add" and what in _NEW and len(found) < MOST:
        return [*found, _fresh(what, found)], len(found)
    if word == "refresh":
        return [_renamed(row) for row in found], None
    at = int(what) if what.isascii() and what.isdecimal() else -1
    if not 0 <= at < len(found):
        return found, None
    if word == "remove" and len(found) > 1:
        del found[at]
        return found, min(at, len(found) - 1)
    to = at + {"up": -1, "down": 1}.get(word, 0)
    if 0 <= to < len(found):
        found[at], found[to] = found[to], found[at]
        return found, to
    return found, at


def _renamed(row: Row) -> Row:
    """Another fault was chosen: a name that only repeated the title of the one before goes."""
    titles = {fault.title: fault.key for fault in faults.items()}
    old = row["type"] == "fault" and titles.get(row["name"], row["fault"]) != row["fault"]
    return row | {"name": ""} if old else row


def _fresh(kind: str, rows: Sequence[Row]) -> Row:
    """A new row; a fault begins in the place of the one before."""
    last: Row = next((row for row in reversed(rows) if row["type"] == "fault"), {})
    place = {key: value for key, value in last.get("arguments", {}).items() if key in ("account", "region")}
    new = dict(_NEW[kind])
    if kind == "fault":
        new |= {"fault": next((fault.key for fault in faults.items()), ""), "arguments": place}
    return new


def errors(rows: Sequence[Row], probes: Collection[str]) -> dict[str, str]:
    """What is wrong with each step, by the id of its field; every step is looked at."""
    found: dict[str, str] = {}
    for number, row in enumerate(rows):
        try:
            step = method.step(row, probes, f"method[{number}]")
            experiments.check_step(step, f"method[{number}]")
        except Invalid as error:
            found[field_of(error.field)] = error.message
    return found


def field_of(path: str) -> str:
    """The id of the field that an error of `chaos.experiments` belongs to; "steps" for the method as a whole."""
    found = _PATH.match(path)
    if found:
        number, arguments, name = found.groups()
        return f"steps-{number}-{'arg-' if arguments else ''}{name}"
    return "steps" if path.startswith("method") else path


def shown(rows: Sequence[Row], experiment: Experiment, probes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows with their fields, and what each unchanged fault would hit as far as a worker has looked."""
    return [
        {
            "number": number,
            "type": row["type"],
            "title": {"pause": "Pause", "probe": "Measurement"}.get(row["type"], "Fault"),
            "fields": _fields(row, f"steps-{number}-", probes),
            "preview": _preview(experiment, number, row),
        }
        for number, row in enumerate(rows)
    ]


def _fields(row: Row, start: str, probes: Mapping[str, str]) -> list[Field]:
    name = Field(f"{start}name", "Name", row.get("name", ""), "optional")
    if row["type"] == "pause":
        return [name, Field(f"{start}seconds", "Seconds", str(row["seconds"]), "30", number=True)]
    if row["type"] == "probe":
        return [name, Field(f"{start}probe", "Probe", row["probe"], choices=tuple(probes.items()))]
    choices = tuple((fault.key, fault.title) for fault in faults.items())
    fields = [name, Field(f"{start}fault", "Fault", row["fault"], choices=choices, refresh=True)]
    fault, given = faults.get(row["fault"]), row["arguments"]
    return [
        *fields,
        *(
            Field(f"{start}arg-{one.key}", one.title, given.get(one.key, ""), one.example)
            for one in (fault.arguments if fault else ())
        ),
    ]


def _preview(experiment: Experiment, number: int, row: Row) -> dict[str, Any] | None:
    """The stored look at the target, where the row is still what was looked up."""
    before = experiment.steps
    same = number < len(before) and row["type"] == "fault" == before[number].type
    if not same or row["fault"] != before[number].fault or row["arguments"] != dict(before[number].arguments):
        return None
    return next((one for one in (experiment.preview or {}).get("steps", []) if one["seq"] == number), None)
