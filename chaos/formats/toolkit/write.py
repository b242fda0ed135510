"""An experiment of ours → the open format, with our own extension block.

Where a public module has the same action or probe, the file names it; else it names `colonnade.faults` or
`colonnade.probes`, which only this portal understands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.faults.registry import faults
from chaos.formats.toolkit.actions import ACTIONS, Action
from chaos.formats.toolkit.actions import OWN_MODULE as OWN_FAULTS
from chaos.formats.toolkit.probes import OWN_MODULE as OWN_PROBES
from chaos.formats.toolkit.tolerances import FAR
from chaos.formats.toolkit.top import OWN

VERSION = 1
Data = dict[str, Any]


def document(fields: Mapping[str, Any], service: str, blast_radius: Any = None) -> Data:
    """The experiment as an object of the open format. `fields` has the keys of an experiment, `method` as a list of steps."""
    probes = {probe["key"]: probe for probe in fields["hypothesis"]["probes"]}
    injected = [step for step in fields["method"] if step["type"] == "fault"]
    region = next((step["arguments"]["region"] for step in injected if "region" in step["arguments"]), "")
    names = _names([*probes.values()], fields["method"])
    return {
        "version": "1.0.0",
        "title": fields["title"],
        "description": fields["hypothesis"]["sentence"],
        "tags": [service.rpartition("/")[2]] if service else [],
        "configuration": {"aws_region": region} if region else {},
        "steady-state-hypothesis": {
            "title": fields["hypothesis"]["sentence"],
            "probes": [_probe(probe, names[("probe", key)]) for key, probe in probes.items()],
        },
        "method": [_activity(step, names[("step", str(n))], names) for n, step in enumerate(fields["method"])],
        "rollbacks": [_rollback(step, number) for number, step in reversed(list(enumerate(injected)))],
        "runtime": {"rollbacks": {"strategy": "always"}, "hypothesis": {"strategy": "continuously"}},
        "extensions": [_block(fields, service, injected, blast_radius)],
    }


def _names(probes: list[Data], method: list[Data]) -> dict[tuple[str, str], str]:
    """A name for each activity that no other has, because references go by name."""
    found: dict[tuple[str, str], str] = {}
    wanted = [(("probe", probe["key"]), probe["title"]) for probe in probes]
    wanted += [(("step", str(number)), step["name"]) for number, step in enumerate(method)]
    taken: set[str] = set()
    for place, name in wanted:
        options = (name, *(f"{name} ({n})" for n in range(2, 200)))
        found[place] = next(option for option in options if option not in taken)
        taken.add(found[place])
    return found


def _probe(probe: Mapping[str, Any], name: str) -> Data:
    tolerance, provider = _provider(probe)
    return {"type": "probe", "name": name, "tolerance": tolerance, "provider": provider}


def _provider(probe: Mapping[str, Any]) -> tuple[Any, Data]:
    if "http" in probe and "contains" not in probe["http"]:
        asked = probe["http"]
        limit = {"timeout": asked["within_ms"] / 1000} if asked.get("within_ms") else {}
        return asked["status"], {"type": "http", "method": "GET", "url": asked["url"], **limit}
    if "alarm" in probe:
        return "OK", _python(
            "chaosaws.cloudwatch.probes", "get_alarm_state_value", {"alarm_name": probe["alarm"]["name"]}
        )
    tolerance = _range(probe["tolerance"]) if "tolerance" in probe else True
    if "prometheus" in probe and "tolerance" in probe:
        return tolerance, _python("chaosprometheus.probes", "query_value", {"query": probe["prometheus"]["query"]})
    if "metric" in probe and not probe.get("per"):
        return tolerance, _python("chaosaws.cloudwatch.probes", "get_metric_data", _metric(probe))
    return tolerance, _python(OWN_PROBES, "measure", {"probe": dict(probe)})


def _metric(probe: Mapping[str, Any]) -> Data:
    metric = probe["metric"]
    return {
        "namespace": metric["namespace"],
        "metric_name": metric["name"],
        "dimensions": [{"Name": name, "Value": value} for name, value in sorted(metric.get("dimensions", {}).items())],
        "statistic": metric.get("statistic", "Average"),
        "duration": probe.get("window", 60),
        "period": probe.get("period", 60),
    }


def _range(tolerance: Mapping[str, Any]) -> Data:
    low, high = -FAR, FAR
    if "between" in tolerance:
        low, high = tolerance["between"]
    low, high = tolerance.get("at_least", low), tolerance.get("at_most", high)
    return {"type": "range", "range": [low, high]}


def _activity(step: Mapping[str, Any], name: str, names: Mapping[tuple[str, str], str]) -> Data:
    if step["type"] == "pause":
        pause = _python("chaosaws.ec2.actions", "pause_for_a_while", {"duration": step["seconds"]})
        return {"type": "action", "name": name, "provider": pause}
    if step["type"] == "probe":
        return {"type": "probe", "ref": names[("probe", step["probe"])]}
    action, arguments = _public(step)
    provider = _python(action.module, action.func, arguments) if action else _own(step)
    return {"type": "action", "name": name, "provider": provider}


def _own(step: Mapping[str, Any]) -> Data:
    return _python(OWN_FAULTS, step["fault"], dict(step["arguments"]))


def _public(step: Mapping[str, Any]) -> tuple[Action | None, Data]:
    """The public action with exactly the arguments of the step, or None where they say more than it can."""
    for action in ACTIONS:
        if step["fault"] not in action.faults:
            continue
        told, said = {**action.usual, **action.only}, set()
        for name, parameter in action.parameters.items():
            ours = next((one for one in parameter.ours if one in step["arguments"] and one not in said), None)
            value = _value(step["arguments"][ours], parameter.kind) if ours is not None else None
            if ours is not None and value is not None and "." not in name:
                told[name] = value
                said.add(ours)
        if said and set(step["arguments"]) - said <= {"account", "region"} and set(action.needed) <= set(told):
            return action, told
    return None, {}


def _value(text: str, kind: str) -> Any:
    """The text as the kind of an argument, where it reads back as the same text; else None."""
    if kind == "whole":
        return int(text) if text.isdecimal() and str(int(text)) == text else None
    return {"text": text, "texts": [text]}.get(kind)


def _rollback(step: Mapping[str, Any], number: int) -> Data:
    action, arguments = _public(step)
    if action and action.inverse and all(name in arguments for name in action.inverse[1:]):
        provider = _python(action.module, action.inverse[0], {name: arguments[name] for name in action.inverse[1:]})
    else:
        provider = _python(OWN_FAULTS, "undo", {"fault": step["fault"]})
    return {"type": "action", "name": f"Undo {number + 1}: {step['name']}"[:160], "provider": provider}


def _python(module: str, func: str, arguments: Data) -> Data:
    return {"type": "python", "module": module, "func": func, "arguments": arguments}


def _block(fields: Mapping[str, Any], service: str, injected: list[Data], blast_radius: Any) -> Data:
    limits = {fault.key: fault.max_seconds for fault in faults.items()}
    return {
        "name": OWN,
        "version": VERSION,
        "service": service,
        "experiment": dict(fields),
        "undo": [
            {"fault": step["fault"], "verified": True, "longest_seconds": limits.get(step["fault"], 0)}
            for step in reversed(injected)
        ],
        "blast_radius": blast_radius,
    }
