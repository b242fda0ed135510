"""What a run leaves behind for others: the fact `chaos.proof` of its service. `coverage` publishes `chaos.plan`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chaos.coverage import SOURCE
from chaos.engine.evidence import Items, fingerprint
from chaos.engine.method import Step, faults
from chaos.failure_modes import mode_of
from chaos.models import SKIPPED, ExperimentRun
from chaos.words import VALID_DAYS
from services import facts

VALID = timedelta(days=VALID_DAYS)


def publish(run: ExperimentRun) -> None:
    """Publish the result of a run that ended, or whose undo fails: the newest at the top, the newest telling one of each
    fault below.
    """
    known = facts.current(run.service)
    earlier = known["chaos.proof"].value.get("by_fault", {}) if "chaos.proof" in known else {}
    result = _result(run)
    tells = run.over and _tells(run)
    items = {key: fact.value.get("items", []) for key, fact in known.items()}
    telling = {
        key: result | _ground(run, fault, items)
        for key, fault in _tried(run).items()
        if tells or earlier.get(key, result).get("url") == result["url"]
    }
    value = {**result, "by_fault": {**earlier, **telling}}
    at = run.ended_at or run.created_at
    facts.publish(
        run.service, "chaos.proof", value,
        source=SOURCE, observed_at=at, expires_at=at + VALID, url=run.get_absolute_url(),
    )  # fmt: skip


def _tried(run: ExperimentRun) -> dict[str, Step]:
    """The faults that the run came to, by their keys in the fact; those of skipped steps it says nothing about."""
    reached = set(run.step_rows.filter(type="fault").exclude(state=SKIPPED).values_list("seq", flat=True))
    found = [step for seq, step in enumerate(run.steps) if seq in reached]
    return {step.fault.replace("-", "_"): step for step in sorted(found, key=lambda step: step.fault)}


def _ground(run: ExperimentRun, step: Step, items: Items) -> dict[str, str]:
    """What the result rests on: the failure mode, and the configuration of what the fault touched."""
    mode = mode_of(step.fault, step.arguments)
    return {"fault": step.fault, "mode": mode, "configuration": fingerprint(mode, items)}


def _tells(run: ExperimentRun) -> bool:
    """Whether the run says something of the service. An aborted one says nothing, and leaves an earlier proof alone."""
    verdicts = run.verdicts or {}
    weak = any(verdicts.get(name, {}).get("state") == "poor" for name in ("hypothesis", "recovery"))
    return bool(run.passed) or weak


def _result(run: ExperimentRun) -> dict[str, Any]:
    verdicts, tried = run.verdicts or {}, faults(run.steps)
    words = {name: verdicts.get(name, {}).get("word", "") for name in ("hypothesis", "fault", "recovery", "safety")}
    at = run.ended_at or run.created_at
    return {
        "experiment": run.experiment.slug,
        "title": run.experiment.title,
        "passed": bool(run.passed),
        "proven": bool(run.passed),
        "void": "",
        "fault": tried[0].fault,
        "faults": [step.fault for step in tried],
        "zone": next((step.arguments["zone"] for step in tried if "zone" in step.arguments), ""),
        "version": run.deployed_version,
        "at": at.isoformat(),
        "undone": run.removed_at is not None,
        "recovered": words["recovery"] in ("recovered", "not needed"),
        "verdicts": words,
        "url": run.get_absolute_url(),
    }


RELEASES = ("deployments.release", "deployments.rollout")


def deployed_version(known: Mapping[str, facts.FactView]) -> str:
    """The version that was released last, whoever said so; else that of the portal's last rollout; "" where nobody has said.

    A rollout that is still under way, or was taken back, has not brought its version.
    """
    if "deployments.release" in known:
        return str(known["deployments.release"].value.get("version", ""))
    said = known["deployments.rollout"].value if "deployments.rollout" in known else {}
    brought = said.get("state", "succeeded") == "succeeded"
    return str(said.get("version" if brought else "previous_version", ""))


SOURCES = (
    facts.FactSource(
        key=SOURCE,
        title="Chaos experiments",
        keys=("chaos.proof", "chaos.plan"),
        names={"chaos.proof": "Experiment", "chaos.plan": "Plan of experiments"},
        schema={
            "chaos.proof": "object",
            "chaos.plan": "object",
            "chaos.proof.experiment": "string",
            "chaos.proof.passed": "boolean",
            "chaos.proof.proven": "boolean",
            "chaos.proof.void": "string",
            "chaos.proof.fault": "string",
            "chaos.proof.faults": "list",
            "chaos.proof.zone": "string",
            "chaos.proof.version": "string",
            "chaos.proof.at": "string",
            "chaos.proof.undone": "boolean",
            "chaos.proof.recovered": "boolean",
            "chaos.proof.verdicts.hypothesis": "string",
            "chaos.proof.by_fault.zone_network_cut.passed": "boolean",
            "chaos.proof.by_fault.zone_network_cut.at": "string",
            "chaos.proof.by_fault.aurora_failover.passed": "boolean",
            "chaos.proof.by_fault.aurora_failover.at": "string",
            "chaos.proof.by_fault.rds_failover.passed": "boolean",
            "chaos.proof.by_fault.rds_failover.at": "string",
            "chaos.proof.by_fault.zone_network_cut.void": "string",
            "chaos.plan.experiments": "number",
            "chaos.plan.scheduled": "number",
        },
    ),
)
