"""Probes of a steady-state hypothesis → probes of ours, each with one source and a tolerance."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from chaos.engine.shape import KEY
from chaos.formats import drafting
from chaos.formats.report import Findings
from chaos.formats.toolkit import arguments as schema
from chaos.formats.toolkit import http, nearest, tolerances
from chaos.formats.toolkit.activities import Spot, provider
from chaos.formats.toolkit.probes import OWN_MODULE, PROBES, Refused
from chaos.formats.toolkit.variables import Variables

Probe = dict[str, Any]


def of_probe(spot: Spot, taken: Collection[str], variables: Variables, findings: Findings) -> Probe | None:
    """The probe of ours; None after a refusal."""
    before = len(findings.rows)
    found = provider(spot.activity, spot.path, findings)
    if "tolerance" not in spot.activity:
        findings.refuse(f"{spot.path}.tolerance", "a probe of the hypothesis needs a tolerance.")
    tolerance = variables.put_in(spot.activity.get("tolerance"), f"{spot.path}.tolerance", findings)
    if found is None or "tolerance" not in spot.activity:
        _tolerance_alone(tolerance, spot, findings)
        return None
    make = _http if found["type"] == "http" else _python
    source = make(found, tolerance, spot, variables, findings)
    if source is None or findings.refused_below(spot.path):
        return None
    probe = {"key": key(spot.name, taken), "title": spot.name[:120], **source}
    reason = drafting.unmeasurable(probe)
    if reason:
        findings.refuse(f"{spot.path}.provider", f"this portal cannot measure it: {reason}")
    return None if len([row for row in findings.rows[before:] if row.level != "warning"]) else probe


def _tolerance_alone(tolerance: Any, spot: Spot, findings: Findings) -> None:
    """Also what stands beside a refused provider is looked at, so that the report is complete."""
    if "tolerance" in spot.activity:
        try:
            tolerances.check(tolerance)
        except Refused as refused:
            findings.refuse(f"{spot.path}.tolerance", f"{refused}.")


def _http(found: Any, tolerance: Any, spot: Spot, variables: Variables, findings: Findings) -> Probe | None:
    def put_in(value: Any, path: str) -> Any:
        return variables.put_in(value, path, findings)

    source = http.source(found, put_in, f"{spot.path}.provider", findings)
    try:
        status = tolerances.as_status(tolerance)
        wanted = {"status": status} if status else {"status": 200, "contains": tolerances.literal(tolerance["pattern"])}
    except Refused as refused:
        findings.refuse(f"{spot.path}.tolerance", f"{refused}.")
        return None
    return {"http": {**source, **wanted}} if source else None


def _python(found: Any, tolerance: Any, spot: Spot, variables: Variables, findings: Findings) -> Probe | None:
    module, func, here = found["module"], found["func"], f"{spot.path}.provider"
    given = variables.put_in(found.get("arguments") or {}, f"{here}.arguments", findings)
    if (module, func) == (OWN_MODULE, "measure") and isinstance(given, dict) and isinstance(given.get("probe"), dict):
        return {name: value for name, value in given["probe"].items() if name not in ("key", "title")}
    measure = PROBES.get(f"{module}.{func}")
    if measure is None:
        findings.refuse(here, f"{module}.{func} is not on the list."[:250], nearest.probe(module, func))
        _tolerance_alone(tolerance, spot, findings)
        return None
    values = schema.check(given, measure.parameters, f"{here}.arguments", func, findings)
    try:
        wanted = _wanted(tolerance, measure.result)
    except Refused as refused:
        findings.refuse(f"{spot.path}.tolerance", f"{refused}.")
        return None
    try:
        made = measure.make(values) if values is not None else None
    except Refused as refused:
        findings.refuse(f"{here}.arguments", f"{refused}.")
        return None
    if made and "alarm" in made:
        made["alarm"]["region"] = str(variables.constants.get("aws_region") or "")
    return {**made, **wanted} if made else None


def _wanted(tolerance: Any, result: str) -> dict[str, Any]:
    if result == "document":
        tolerances.check(tolerance)
        raise Refused("the answer is a document: use query_value with a range")
    if result == "number":
        return {"tolerance": tolerances.as_number(tolerance)}
    tolerances.check(tolerance)
    if tolerance != "OK":
        raise Refused('an alarm is wanted in the state "OK"')
    return {}


def key(name: str, taken: Collection[str]) -> str:
    """A short word for the probe that no other has."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    base = base if KEY.fullmatch(base[:40] or "-") else f"probe-{base}".strip("-")
    base = base[:36].strip("-")
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, 100))) if one not in taken)
