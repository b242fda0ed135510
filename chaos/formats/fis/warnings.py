"""What a template lacks that a safe experiment has: stop conditions, bounded targets, a role, an end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chaos.formats.fis.shape import Template
from chaos.formats.report import Findings

PLACEHOLDER = re.compile(r"<[^<>]{1,80}>")


def check(template: Template, findings: Findings) -> None:
    """All warnings about one template."""
    data, at = template.data, template.at
    stops = data.get("stopConditions")
    alarms = (
        [s for s in stops if isinstance(s, dict) and s.get("source") == "aws:cloudwatch:alarm"]
        if isinstance(stops, list)
        else []
    )
    if not alarms:
        findings.warn(
            at("stopConditions"), "No stop condition: no alarm ends it when it hurts. Add one here before you save."
        )
    for number, stop in enumerate(alarms):
        if not isinstance(stop.get("value"), str):
            findings.warn(
                at(f"stopConditions[{number}]"), "The stop condition names its alarm elsewhere: check that it exists."
            )
    role = data.get("roleArn")
    if not role:
        findings.warn(at("roleArn"), "The role is missing: FIS cannot start it.")
    elif isinstance(role, str) and (PLACEHOLDER.search(role) or not role.startswith("arn:")):
        findings.warn(at("roleArn"), "The role is a placeholder: FIS cannot start it.")
    if not _table(data.get("targets")):
        findings.warn(at("targets"), "No targets: what it hits is decided by its documents, not by the template.")
    for name, target in _table(data.get("targets")).items():
        _target(target, at(f"targets.{name}"), findings)
    options = data.get("experimentOptions")
    if (
        isinstance(options, dict)
        and options.get("accountTargeting", options.get("AccountTargeting")) == "multi-account"
    ):
        findings.warn(at("experimentOptions"), "It reaches several accounts: an experiment here hits one.")


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _target(target: Any, path: str, findings: Findings) -> None:
    if not isinstance(target, dict):
        findings.broken(path, "A target must be an object.")
        return
    if target.get("selectionMode") == "ALL":
        findings.warn(path, "It selects ALL that fits: use COUNT(1) or PERCENT(…), so that something is left.")
    if not target.get("resourceTags") and not target.get("resourceArns"):
        findings.warn(path, "Neither tags nor ARNs say what it hits: everything of its type may be a target.")
    elif not target.get("resourceTags"):
        findings.warn(path, "No filter by tags: it hits these ARNs even after they were given to another service.")
