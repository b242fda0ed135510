"""What stands at the top of an experiment: its keys, controls, extensions, runtime and dry mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.formats.report import Findings

KNOWN = {
    "version", "title", "description", "tags", "contributions", "configuration", "secrets", "controls",
    "steady-state-hypothesis", "method", "rollbacks", "extensions", "runtime", "dry",
}  # fmt: skip
OWN = "colonnade"
LONGEST_TITLE = 120
LONGEST_SENTENCE = 300


def check(data: Mapping[str, Any], findings: Findings) -> None:
    """Everything at the top that is not walked elsewhere."""
    for key in sorted(set(data) - KNOWN):
        findings.warn(key, f"{key[:60]!r} is not a key of the open format and was not read.")
    for key in ("title", "description"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            findings.warn(key, f"The experiment has no {key}: give one.")
    if isinstance(data.get("title"), str) and len(data["title"]) > LONGEST_TITLE:
        findings.warn("title", f"The title was cut to {LONGEST_TITLE} characters.")
    for key in ("tags", "contributions"):
        if data.get(key):
            findings.warn(key, f"{key} are not kept: the catalog knows the service and its pillars.")
    dry(data, "", findings)
    controls(data, "", findings)
    _extensions(data.get("extensions"), findings)
    _runtime(data.get("runtime"), findings)


def dry(data: Mapping[str, Any], path: str, findings: Findings) -> None:
    """Dry mode in a file: as a text it is ignored by the toolkit, so that actions would run."""
    if "dry" not in data or data["dry"] in (None, False):
        return
    here = f"{path}.dry" if path else "dry"
    if isinstance(data["dry"], str):
        findings.refuse(
            here, "dry as a text is ignored when the toolkit reads a file, so the actions would really run."
        )
    else:
        findings.refuse(here, "there is no dry run from a file: the target preview changes nothing and shows more.")


def controls(data: Mapping[str, Any], path: str, findings: Findings) -> None:
    """Controls are code around the steps: each is refused."""
    rows = data.get("controls")
    if rows in (None, [], {}):
        return
    here = f"{path}.controls" if path else "controls"
    if not isinstance(rows, list):
        findings.refuse(here, "controls run code around the steps.")
        return
    for number, row in enumerate(rows):
        provider = row.get("provider") if isinstance(row, dict) else None
        module = provider.get("module", "") if isinstance(provider, dict) else ""
        named = f" ({str(module)[:80]})" if module else ""
        findings.refuse(f"{here}[{number}]", f"a control runs code around the steps{named}: guards do that here.")


def _extensions(rows: Any, findings: Findings) -> None:
    if rows in (None, []):
        return
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows
    ):
        findings.broken("extensions", "Extensions are a list of objects, each with its name.")
        return
    for number, row in enumerate(rows):
        if row["name"] != OWN:
            findings.warn(f"extensions[{number}]", f"the extension {row['name'][:60]!r} was not read.")
    if sum(row["name"] == OWN for row in rows) > 1:
        findings.refuse("extensions", f"the extension {OWN!r} is there twice: keep one.")


def _runtime(data: Any, findings: Findings) -> None:
    if data in (None, {}):
        return
    if not isinstance(data, dict):
        findings.broken("runtime", "runtime must be an object.")
        return
    rollbacks, hypothesis = _strategy(data, "rollbacks"), _strategy(data, "hypothesis")
    if rollbacks == "never":
        findings.refuse("runtime.rollbacks", "every fault is undone, always: remove the strategy never.")
    elif rollbacks not in ("", "always"):
        findings.warn("runtime.rollbacks", f"{rollbacks} becomes always: every fault is undone whatever happens.")
    if hypothesis == "skip":
        findings.refuse("runtime.hypothesis", "without a hypothesis nothing is judged: remove the strategy skip.")
    elif hypothesis not in ("", "default", "continuously"):
        findings.warn("runtime.hypothesis", "the hypothesis is measured before, during and after, whatever this says.")


def _strategy(data: Mapping[str, Any], name: str) -> str:
    part = data.get(name)
    return str(part.get("strategy") or "")[:40] if isinstance(part, dict) else ""
