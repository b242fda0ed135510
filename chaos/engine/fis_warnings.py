"""What is risky about an AWS FIS experiment template, read from its JSON as AWS and its samples write it.

Takes the answer of GetExperimentTemplate as well as the input of CreateExperimentTemplate. Nothing here raises for bad
input: a part of the wrong shape counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONG_SECONDS = 1800.0
_DURATION = re.compile(r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?", re.ASCII)
_FOR_GOOD = {
    "aws:ec2:terminate-instances": "terminates instances",
    "aws:eks:terminate-nodegroup-instances": "terminates the instances of node groups",
    "aws:eks:pod-delete": "deletes pods",
    "aws:ecs:stop-task": "stops tasks",
    "aws:rds:failover-db-cluster": "fails clusters over",
    "aws:rds:reboot-db-instances": "reboots databases",
    "aws:ec2:reboot-instances": "reboots instances",
    "aws:ec2:send-spot-instance-interruptions": "ends Spot instances",
}


@dataclass(frozen=True, slots=True)
class Warning:
    """One risk: a short word for programs, a sentence for people."""

    key: str
    sentence: str


def warnings(template: Mapping[str, Any]) -> tuple[Warning, ...]:
    """All that a person should know before this template is started, the gravest first."""
    found = [] if guarded(template) else [_NO_STOP]
    targets = _tables(template.get("targets"))
    if not targets:
        found.append(
            Warning("no-targets", "It has no targets: what it hits is decided elsewhere, such as in an automation.")
        )
    found += [
        Warning("selects-all", f"The target {name} selects all that match: nothing limits how many.")
        for name, target in targets.items()
        if str(target.get("selectionMode", "ALL")).upper() in ("ALL", "PERCENT(100)")
    ]
    found += [_for_good(name, action) for name, action in _tables(template.get("actions")).items() if _lasts(action)]
    longest = seconds(template)
    if longest > LONG_SECONDS:
        found.append(
            Warning("long-duration", f"It lasts {round(longest / 60)} minutes: that is more than half an hour.")
        )
    options = template.get("experimentOptions")
    if isinstance(options, Mapping) and options.get("accountTargeting") == "multi-account":
        found.append(Warning("multi-account", "It reaches into other accounts."))
    return tuple(found)


_NO_STOP = Warning("no-stop-condition", "It has no stop condition: no alarm would stop it.")


def guarded(template: Mapping[str, Any]) -> bool:
    """Whether an alarm stops it."""
    rows = template.get("stopConditions")
    rows = rows if isinstance(rows, list | tuple) else ()
    return any(isinstance(row, Mapping) and row.get("source") not in (None, "", "none") for row in rows)


def seconds(template: Mapping[str, Any]) -> float:
    """How long the longest chain of its actions lasts. A chain that leads back to itself counts once."""
    actions = _tables(template.get("actions"))
    known: dict[str, float] = {}

    def until(name: str, above: frozenset[str]) -> float:
        if name in above or name not in actions:
            return 0.0
        if name not in known:
            before = actions[name].get("startAfter")
            names = [str(one) for one in before] if isinstance(before, list | tuple) else []
            start = max((until(one, above | {name}) for one in names), default=0.0)
            known[name] = start + _own_seconds(actions[name])
        return known[name]

    return max((until(name, frozenset()) for name in actions), default=0.0)


def iso_seconds(text: object) -> float:
    """Seconds of an ISO 8601 duration such as PT1H30M; 0 for anything else."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return 0.0
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + rest)


def _own_seconds(action: Mapping[str, Any]) -> float:
    parameters = action.get("parameters")
    if not isinstance(parameters, Mapping):
        return 0.0
    return max(iso_seconds(parameters.get(key)) for key in ("duration", "maxDuration", "startInstancesAfterDuration"))


def _lasts(action: Mapping[str, Any]) -> bool:
    """Whether nothing of AWS takes the effect back."""
    if action.get("actionId") == "aws:ec2:stop-instances":
        parameters = action.get("parameters")
        return not (isinstance(parameters, Mapping) and parameters.get("startInstancesAfterDuration"))
    return action.get("actionId") in _FOR_GOOD


def _for_good(name: str, action: Mapping[str, Any]) -> Warning:
    what = _FOR_GOOD.get(str(action.get("actionId")), "stops instances and does not start them again")
    return Warning("not-taken-back", f"The action {name} {what}: stopping the experiment does not take that back.")


def _tables(data: object) -> dict[str, Mapping[str, Any]]:
    rows = data if isinstance(data, Mapping) else {}
    return {str(key): value for key, value in rows.items() if isinstance(value, Mapping)}
