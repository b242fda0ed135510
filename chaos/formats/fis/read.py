"""A template of AWS FIS → a draft of ours: a fault of ours where one does the same, else the start of the template itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chaos.engine import fis_warnings
from chaos.engine.fis_warnings import LONG_SECONDS, iso_seconds
from chaos.faults.registry import faults
from chaos.formats import drafting
from chaos.formats.drafting import Given
from chaos.formats.fis import actions as known
from chaos.formats.fis import shape, warnings
from chaos.formats.fis.order import in_order
from chaos.formats.fis.shape import Template
from chaos.formats.report import Findings, Imported
from chaos.formats.source import Source

FORMAT = "fis"
LONGEST_PAUSE = 3_600
MOST_ACTIONS = 100


def read(source: Source) -> Imported:
    """Read the template. Never raises: what is wrong is in the findings."""
    findings = Findings()
    found = shape.templates(source.data)
    if len(found) > 1:
        findings.warn(
            found[1].path, f"The file has {len(found)} templates: the first was read, give the others one by one."
        )
    return _Reading(source, found[0], findings).result()


class _Reading:
    """One walk over one template."""

    def __init__(self, source: Source, template: Template, findings: Findings) -> None:
        self.source, self.template, self.findings = source, template, findings
        self.data, self.at = template.data, template.at
        self.mapped = 0

    def result(self) -> Imported:
        """Walk all of it, then put the draft together."""
        warnings.check(self.template, self.findings)
        table = self.data.get("actions")
        rows = table if isinstance(table, dict) else {}
        if not rows:
            self.findings.broken(self.at("actions"), "It has no actions.")
        if len(rows) > MOST_ACTIONS:
            self.findings.broken(self.at("actions"), f"It has {len(rows)} actions, and {MOST_ACTIONS} are read.")
            rows = dict(list(rows.items())[:MOST_ACTIONS])
        ordered = in_order(rows, self.at, self.findings)
        method = self.template_step(ordered)
        if not method:
            method = [step for name, row in ordered if (step := self.step(name, row))]
            self.mapped = len(method)
        method = drafting.bounded(method, self.at("actions"), self.findings)
        draft = self.draft(method)
        missing = [*drafting.missing(method), "hypothesis.probes"]
        return Imported(
            FORMAT,
            draft,
            len(rows),
            self.mapped,
            self.findings.placed(self.source.line_of),
            self.findings.totals(),
            missing,
        )

    def template_step(self, ordered: list[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
        """One start of the whole template, where it has an action that only FIS can do; else, or without FIS, nothing.

        The start does every action, so that none of them may have a step of its own beside it.
        """
        alone = [(name, row) for name, row in ordered if self.needs_fis(row)]
        fault = faults.get(known.TEMPLATE)
        if not alone or fault is None:
            return []
        for name, row in ordered:
            self.say_length(_table(row.get("parameters")), self.at(f"actions.{name}"))
        for name, row in alone:
            said = (
                f"{str(row.get('actionId'))[:80]} is done by FIS: the step starts the template of the account's owner."
            )
            self.findings.warn(self.at(f"actions.{name}"), said)
        for risk in fis_warnings.warnings({"actions": dict(ordered)}):
            if risk.key == "not-taken-back":
                self.findings.warn(self.at("actions"), risk.sentence)
        self.mapped = len(ordered)
        given = [Given(("template", "template_id"), self.data.get("id"), self.at("id"))]
        taken = drafting.arguments(fault, given, self.findings)
        return [{"type": "fault", "name": "Start the FIS template", "fault": fault.key, "arguments": taken}]

    def needs_fis(self, row: Mapping[str, Any]) -> bool:
        """Whether no installed fault of ours does what the action does."""
        action = row.get("actionId")
        if not isinstance(action, str) or action in (known.WAIT, known.ASSERT_ALARM):
            return False
        return not any(faults.get(key) for key in _keys(action, _table(row.get("parameters"))))

    def step(self, name: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The step of one action; None where it is refused."""
        path, parameters = self.at(f"actions.{name}"), _table(row.get("parameters"))
        action = row.get("actionId")
        if not isinstance(action, str):
            self.findings.refuse(path, "an action needs its actionId as a text.")
            return None
        self.say_length(parameters, path)
        if action == known.WAIT:
            return self.wait(name, parameters, path)
        if action == known.ASSERT_ALARM:
            self.findings.refuse(path, "an alarm belongs into the hypothesis.", "a probe of the source alarm")
            return None
        fault = drafting.installed((*_keys(action, parameters), known.TEMPLATE), path, self.findings)
        if fault is None:
            return None
        given = [*self.told(parameters, path), *self.targets(row, path)]
        said = drafting.arguments(fault, given, self.findings)
        return {"type": "fault", "name": name[:120], "fault": fault.key, "arguments": said}

    def say_length(self, parameters: Mapping[str, Any], path: str) -> None:
        """Warn about what lasts longer than any fault of ours."""
        for key in ("duration", "maxDuration"):
            seconds = round(iso_seconds(parameters.get(key)))
            if seconds > LONG_SECONDS:
                self.findings.warn(
                    f"{path}.parameters.{key}", f"It lasts {seconds} s, longer than {LONG_SECONDS:.0f} s: shorten it."
                )

    def wait(self, name: str, parameters: Mapping[str, Any], path: str) -> dict[str, Any] | None:
        """A pause of ours."""
        seconds = round(iso_seconds(parameters.get("duration")))
        if not 1 <= seconds <= LONGEST_PAUSE:
            self.findings.refuse(path, f"a pause has 1 to {LONGEST_PAUSE} seconds.")
            return None
        return {"type": "pause", "name": name[:120], "seconds": seconds}

    def told(self, parameters: Mapping[str, Any], path: str) -> list[Given]:
        """Parameters of the action and of its document that our fault may take."""
        given = []
        inner = _document_parameters(parameters.get("documentParameters"))
        for key, value in {**parameters, **inner}.items():
            if key in known.NAMES:
                value = value[0] if isinstance(value, list) and len(value) == 1 else value
                given.append(Given(known.NAMES[key], value, f"{path}.parameters"))
        return given

    def targets(self, row: Mapping[str, Any], path: str) -> list[Given]:
        """What the targets of the action tell: one ARN, a zone, a count."""
        given: list[Given] = []
        for word, name in _table(row.get("targets")).items():
            target = _table(self.data.get("targets")).get(name) if isinstance(name, str) else None
            if not isinstance(target, dict):
                self.findings.refuse(f"{path}.targets.{word}", f"there is no target {str(name)[:60]!r}.")
                continue
            given += self.of_target(target, self.at(f"targets.{name}"))
        return given

    def of_target(self, target: Mapping[str, Any], path: str) -> list[Given]:
        """Account, region, name, zone and count of one target."""
        given: list[Given] = []
        arns = target.get("resourceArns")
        if isinstance(arns, list) and len(arns) == 1 and isinstance(arns[0], str) and arns[0].count(":") >= 5:
            region, account, rest = arns[0].split(":", 5)[3:]
            ours = known.ARN_NAMES.get(str(target.get("resourceType")), ())
            resource = rest.replace(":", "/").rpartition("/")[2]
            given += [Given(("account",), account, path), Given(("region",), region, path), Given(ours, resource, path)]
        elif isinstance(arns, list) and len(arns) > 1:
            self.findings.warn(path, f"A fault hits one thing, and this names {len(arns)}: choose one.")
        filters = target.get("filters")
        for row in filters if isinstance(filters, list) else []:
            values = row.get("values") if isinstance(row, dict) else None
            if (
                isinstance(row, dict)
                and row.get("path") in known.ZONE_PATHS
                and isinstance(values, list)
                and len(values) == 1
            ):
                given.append(Given(("zone", "az"), values[0], path))
        mode = str(target.get("selectionMode") or "")
        if mode.startswith(("COUNT(", "PERCENT(")):
            word, _, number = mode.rstrip(")").partition("(")
            given.append(Given(("count",) if word == "COUNT" else ("percent",), number, path, optional=number == "1"))
        return given

    def draft(self, method: list[dict[str, Any]]) -> dict[str, Any]:
        """The fields of an experiment, as far as the template tells them."""
        told = self.data.get("description")
        text = told.strip() if isinstance(told, str) and told.strip() else "Imported FIS template"
        return {
            "title": text[:120].strip(),
            "hypothesis": {"sentence": f"It stays steady during: {text}"[:300].strip(), "probes": []},
            "method": method,
            "stop_conditions": [],
            **drafting.seconds(method, self.at("actions"), self.findings),
        }


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _keys(action: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The faults of ours that do the same as the action, whether installed or not."""
    if action == "aws:ssm:send-command":
        action = f"{action}/{str(parameters.get('documentArn', '')).rpartition('document/')[2]}"
    if action == "aws:network:disrupt-connectivity" and parameters.get("scope") != "all":
        # A cut towards one service or zone only is not the loss of a zone.
        return ()
    return known.FAULTS.get(action, ())


def _document_parameters(value: Any) -> Mapping[str, Any]:
    """The parameters of an SSM document, which stand as JSON inside a text."""
    if not isinstance(value, str) or len(value) > 10_000:
        return {}
    try:
        return _table(json.loads(value))
    except (ValueError, RecursionError):
        return {}
