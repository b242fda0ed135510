"""From names of another format to an installed fault of ours and its arguments; what is missing is left to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.engine import definition
from chaos.engine.definition import Invalid
from chaos.faults.registry import Fault, faults
from chaos.formats.report import Findings

MOST_STEPS, MOST_FAULTS = 20, 5
OBSERVE, LONGEST, RECOVER = 300, 600, 300
SHORTEST = 10


@dataclass(frozen=True, slots=True)
class Given:
    """One value of the file: the names that a fault of ours may have for it, and where it stands.

    Where it is `optional`, a fault without such an argument does the same anyway.
    """

    ours: Sequence[str]
    value: Any
    path: str
    optional: bool = False


def installed(keys: Sequence[str], path: str, findings: Findings) -> Fault | None:
    """The first of these faults that this portal has; None after a refusal."""
    for key in keys:
        fault = faults.get(key)
        if fault is not None:
            return fault
    findings.refuse(path, f"it would be the fault {' or '.join(keys)}, which this portal does not have installed.")
    return None


def arguments(fault: Fault, given: Iterable[Given], findings: Findings) -> dict[str, str]:
    """The arguments that the file tells and the fault takes. What is malformed or has no counterpart is warned about."""
    known = {argument.key: argument for argument in fault.arguments}
    found: dict[str, str] = {}
    for one in given:
        key = next((name for name in one.ours if name in known and name not in found), None)
        if one.value in (None, "", [], {}):
            continue
        if one.optional and (key is None or (key in fault.one_of and set(fault.one_of) & set(found))):
            continue
        if key is None:
            findings.warn(one.path, f"{fault.title} takes no such argument: check the target before you save.")
            continue
        if key in fault.one_of and set(fault.one_of) & set(found):
            findings.warn(one.path, f"It was left out: {fault.title} takes either {' or '.join(fault.one_of)}.")
            continue
        said = str(one.value)
        if re.fullmatch(known[key].pattern, said, re.ASCII):
            found[key] = said
        else:
            findings.warn(one.path, f"{known[key].title} was left open: write it like {known[key].example}.")
    return found


def missing(method: Sequence[dict[str, Any]]) -> list[str]:
    """Paths of the arguments that a person has to add, such as method[0].arguments.account."""
    paths = []
    for number, step in enumerate(method):
        fault = faults.get(step.get("fault", "")) if step["type"] == "fault" else None
        if fault is None:
            continue
        wanted = [argument.key for argument in fault.arguments if not argument.optional]
        if fault.one_of and not set(fault.one_of) & set(step["arguments"]):
            wanted.append(fault.one_of[0])
        paths += [f"method[{number}].arguments.{key}" for key in wanted if key not in step["arguments"]]
    return paths


def bounded(method: list[dict[str, Any]], path: str, findings: Findings) -> list[dict[str, Any]]:
    """At most as many steps as an experiment may have; one without a fault tests nothing."""
    if len(method) > MOST_STEPS:
        findings.refuse(path, f"it becomes {len(method)} steps, and an experiment has at most {MOST_STEPS}.")
    count = sum(step["type"] == "fault" for step in method)
    if count > MOST_FAULTS:
        findings.refuse(path, f"it becomes {count} faults, and an experiment has at most {MOST_FAULTS}.")
    method = _few_faults(method)
    if not count:
        findings.warn(path, "Nothing in it can be injected here, so there is no experiment to make.")
        return []
    return method[:MOST_STEPS]


def _few_faults(method: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps up to the first fault that is one too many."""
    places = [number for number, step in enumerate(method) if step["type"] == "fault"]
    return method[: places[MOST_FAULTS]] if len(places) > MOST_FAULTS else method


def seconds(method: Sequence[dict[str, Any]], path: str, findings: Findings) -> dict[str, int]:
    """Times that fit the faults of the method: none may stay longer than its own maximum, pauses included."""
    limits = [fault.max_seconds for step in method if (fault := faults.get(step.get("fault", "")))]
    first = next((number for number, step in enumerate(method) if step["type"] == "fault"), len(method))
    paused = sum(step.get("seconds", 0) for step in method[first:])
    longest = min([LONGEST + paused, *limits])
    if paused + SHORTEST > longest:
        reason = f"its pauses keep a fault for {paused} s, and it may stay for {longest} s with its observation"
        findings.refuse(path, f"{reason}: shorten them.")
    observe = max(SHORTEST, min(OBSERVE, longest - paused))
    return {"observe_seconds": observe, "max_seconds": longest, "recover_seconds": RECOVER}


def unmeasurable(probe: dict[str, Any]) -> str:
    """Why this portal cannot measure the probe, or ""; places that a person will fill in do not count."""
    filled = {**probe}
    if isinstance(probe.get("alarm"), dict):
        filled["alarm"] = {
            **probe["alarm"],
            "account": "111111111111",
            "region": probe["alarm"]["region"] or "us-east-1",
        }
    try:
        definition.hypothesis({"sentence": "It stays steady.", "probes": [filled]})
    except Invalid as error:
        return f"{error.field.removeprefix('hypothesis.probes[0].')}: {error.message}"
    return ""
