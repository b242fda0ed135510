"""Actions of a method → steps of ours: faults, pauses, and measurements of the hypothesis's probes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.formats import drafting
from chaos.formats.drafting import Given
from chaos.formats.report import Findings
from chaos.formats.toolkit import arguments as schema
from chaos.formats.toolkit import nearest
from chaos.formats.toolkit.actions import ACTIONS, OWN_MODULE, PAUSE, UNDOING, Action, Parameter
from chaos.formats.toolkit.activities import LONGEST_PAUSE, Spot, provider
from chaos.formats.toolkit.variables import Variables

Step = dict[str, Any]
LONGEST_NAME = 120


def of_action(spot: Spot, variables: Variables, findings: Findings) -> Step | None:
    """The fault or pause of an action; None after a refusal."""
    found = provider(spot.activity, spot.path, findings)
    here = f"{spot.path}.provider"
    if found is None:
        return None
    if found["type"] == "http":
        near = nearest.by_title(spot.name, of_action=True)
        findings.refuse(
            here, "an action over HTTP could do anything: only faults that can be undone are allowed.", near
        )
        return None
    module, func = found["module"], found["func"]
    given = variables.put_in(found.get("arguments") or {}, f"{here}.arguments", findings)
    name = spot.name[:LONGEST_NAME] or func
    if f"{module}.{func}" == PAUSE[0]:
        return _pause(name, given, f"{here}.arguments", findings)
    if module == OWN_MODULE:
        return _own(name, func, given, here, findings)
    action = _choose(module, func, given, here, findings)
    if action is None:
        return None
    values = schema.check(given, action.parameters, f"{here}.arguments", func, findings)
    fault = drafting.installed(action.faults, here, findings)
    if values is None or fault is None:
        return None
    if values.get("dry_run"):
        findings.refuse(
            f"{here}.arguments.dry_run", "there is no dry run from a file: the target preview shows the targets."
        )
        return None
    told = _given(action, values, f"{here}.arguments") + _region(variables)
    told += [Given((name,), value, here, optional=True) for name, value in action.implied.items()]
    taken = drafting.arguments(fault, told, findings)
    _say_dropped(action, values, here, findings)
    return {"type": "fault", "name": name, "fault": fault.key, "arguments": taken}


def _choose(module: str, func: str, given: Any, path: str, findings: Findings) -> Action | None:
    named = [action for action in ACTIONS if action.module == module and action.func == func]
    if not named:
        undoes = f"{module}.{func}" in UNDOING
        reason = f"{module}.{func} "[:200] + (
            "only takes back, and the portal does that itself" if undoes else "is not on the list"
        )
        findings.refuse(path, f"{reason}.", "" if undoes else nearest.action(module, func))
        return None
    flat = schema.flatten(given, named[0].parameters) if isinstance(given, dict) else {}
    fits = [action for action in named if _same(action, flat)]
    if fits:
        return fits[0]
    wanted = sorted({f"{key}={value}" for action in named for key, value in action.only.items()})
    findings.refuse(f"{path}.arguments", f"{func} is only allowed with {' or '.join(wanted)}.")
    return None


def _same(action: Action, given: Mapping[str, Any]) -> bool:
    """Whether the arguments that an action insists on are there, with the very type: 0 is not False."""
    said = {**action.usual, **given}
    return all(said.get(key) == value and type(said.get(key)) is type(value) for key, value in action.only.items())


def _given(action: Action, values: Mapping[str, Any], path: str) -> list[Given]:
    empty = Parameter()
    return [
        Given(parameter.ours, value, f"{path}.{name}")
        for name, value in values.items()
        if (parameter := action.parameters.get(name, empty)).ours
    ]


def _region(variables: Variables) -> list[Given]:
    region = variables.constants.get("aws_region")
    return [Given(("region",), region, "configuration.aws_region")] if isinstance(region, str) else []


def _say_dropped(action: Action, values: Mapping[str, Any], path: str, findings: Findings) -> None:
    for name, value in values.items():
        if action.parameters[name].kind == "any" and value not in (None, [], {}, ""):
            findings.warn(
                f"{path}.arguments.{name}", f"{name} is not read: a fault hits what discovery found for the service."
            )


def _pause(name: str, given: Any, path: str, findings: Findings) -> Step | None:
    length = given.get(PAUSE[1]) if isinstance(given, dict) else None
    if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= LONGEST_PAUSE:
        findings.refuse(f"{path}.{PAUSE[1]}", f"a pause has 1 to {LONGEST_PAUSE} seconds.")
        return None
    return {"type": "pause", "name": name, "seconds": length}


def _own(name: str, key: str, given: Any, path: str, findings: Findings) -> Step | None:
    fault = drafting.installed((key,), path, findings)
    if fault is None:
        return None
    if not isinstance(given, dict):
        findings.refuse(f"{path}.arguments", "arguments must be an object with names and values.")
        return None
    told = [Given((argument,), value, f"{path}.arguments.{argument}") for argument, value in given.items()]
    return {"type": "fault", "name": name, "fault": fault.key, "arguments": drafting.arguments(fault, told, findings)}


def of_rollback(spot: Spot, findings: Findings) -> bool:
    """Whether a rollback is covered by the undo that our faults bring; refused where it is not."""
    found = provider(spot.activity, spot.path, findings)
    if found is None:
        return False
    here = f"{spot.path}.provider"
    if found["type"] == "http":
        findings.refuse(here, "a rollback over HTTP could do anything: each fault brings its own undo.")
        return False
    full = f"{found['module']}.{found['func']}"
    told = found.get("arguments")
    given = told if isinstance(told, dict) else {}
    injects = any(action.name == full and action.only and _same(action, given) for action in ACTIONS)
    if full in UNDOING and not injects:
        return True
    if any(action.name == full for action in ACTIONS):
        findings.refuse(here, f"{full} injects a fault, which a rollback must not: each fault brings its own undo.")
    else:
        findings.refuse(here, f"{full[:200]} is not on the list: each fault brings its own undo.")
    return False
