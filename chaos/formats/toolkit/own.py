"""Our own extension of the open format: what it has no words for (stop conditions, times, undo, blast radius, service).

The block is believed as a whole only where the rest of the file says exactly what the block would write. After an edit by
hand the file's own words count, and of the block only what the open format cannot say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from chaos.engine import definition
from chaos.engine.definition import Invalid
from chaos.faults.registry import faults
from chaos.formats.report import Findings
from chaos.formats.toolkit import write
from chaos.formats.toolkit.top import OWN
from portal.jobs.cron import check_rule

VERSION = 1
SECONDS = ("observe_seconds", "max_seconds", "recover_seconds")
TIMING = ("cron", "every", "timezone")
FIELDS = {"title", "hypothesis", "method", "stop_conditions", *SECONDS, *TIMING}
REF = re.compile(r"component:[a-z0-9._-]{1,63}/[A-Za-z0-9._-]{1,63}")


def whole(data: Mapping[str, Any], findings: Findings) -> tuple[dict[str, Any], str] | None:
    """The draft and the service of a file that was exported and not edited since; else None."""
    block = _block(data)
    if block is None:
        return None
    if block.get("version") != VERSION:
        findings.warn(
            "extensions", f"The block {OWN!r} has another version than {VERSION}: the rest of the file was read."
        )
        return None
    fields = block.get("experiment")
    if not isinstance(fields, dict) or set(fields) != FIELDS or not _usable(fields):
        findings.warn("extensions", f"The block {OWN!r} is not complete: the rest of the file was read.")
        return None
    rebuilt = write.document(fields, str(block.get("service") or ""), block.get("blast_radius"))
    if _canonical(rebuilt) != _canonical(data):
        findings.warn(
            "extensions", "The file was edited after its export: its own words count, not the copy in the block."
        )
        return None
    return dict(fields), _service(block)


def rest(data: Mapping[str, Any], probes: Collection[str]) -> tuple[dict[str, Any], str]:
    """Of the block of an edited file what the open format cannot say, as far as it is sound; and the service."""
    block = _block(data)
    fields = block.get("experiment") if block else None
    if block is None or not isinstance(fields, dict):
        return {}, ""
    found = {name: fields[name] for name in SECONDS if _seconds(fields.get(name))}
    if _timing(fields):
        found |= {name: fields[name] for name in TIMING}
    try:
        definition.stop_conditions(fields.get("stop_conditions"), probes)
        found["stop_conditions"] = fields["stop_conditions"]
    except Invalid:
        pass
    return found, _service(block)


def _block(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    rows = data.get("extensions")
    found = [row for row in rows if isinstance(row, dict) and row.get("name") == OWN] if isinstance(rows, list) else []
    return found[0] if len(found) == 1 else None


def _service(block: Mapping[str, Any]) -> str:
    ref = block.get("service")
    return ref if isinstance(ref, str) and REF.fullmatch(ref) else ""


def _usable(fields: Mapping[str, Any]) -> bool:
    """Whether every part is what `chaos.experiments` would take: nothing of the block is trusted unseen."""
    method = fields["method"]
    if not isinstance(method, list) or not 1 <= len(method) <= 20 or not isinstance(fields["title"], str):
        return False
    try:
        hypothesis = definition.hypothesis(fields["hypothesis"])
        keys = {probe.key for probe in hypothesis.probes}
        definition.stop_conditions(fields["stop_conditions"], keys)
        return (
            all(_step(step, keys) for step in method) and all(_seconds(fields[n]) for n in SECONDS) and _timing(fields)
        )
    except Invalid:
        return False


def _step(step: Any, keys: Collection[str]) -> bool:
    if not isinstance(step, dict) or not isinstance(step.get("name"), str):
        return False
    if step.get("type") == "pause":
        return set(step) == {"type", "name", "seconds"} and _seconds(step["seconds"])
    if step.get("type") == "probe":
        return set(step) == {"type", "name", "probe"} and step["probe"] in keys
    fault = faults.get(step["fault"]) if isinstance(step.get("fault"), str) else None
    if step.get("type") != "fault" or set(step) != {"type", "name", "fault", "arguments"} or fault is None:
        return False
    return bool(fault.read(step["arguments"]) == step["arguments"])


def _seconds(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 86_400


def _timing(fields: Mapping[str, Any]) -> bool:
    cron, every, zone = (fields.get(name) for name in TIMING)
    if not isinstance(cron, str) or not isinstance(zone, str) or not (every is None or _seconds(every)):
        return False
    try:
        if cron or every:
            check_rule(cron, every, zone)
    except ValueError:
        return False
    return True


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True)
