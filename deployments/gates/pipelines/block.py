"""The job that closes the way into a stage while the service breaks AWS Config rules, and opens it again.

Only pipelines with the policy "block" are touched. The change is armed with its undo first; its lease is renewed as long
as it is wanted, so that a portal that is gone for good leaves no pipeline closed. Not knowing changes nothing: it neither
closes a way nor opens one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from deployments.engine.plan.gates import BLOCK
from deployments.gates.kinds.compliance import told
from deployments.gates.pipelines import observe, policies, transition
from deployments.gates.pipelines.policies import Effective
from deployments.models import CompliancePolicy, Pipeline
from portal.aws.codepipeline_control import LONGEST_REASON
from portal.aws.errors import AwsError
from portal.changes import engine
from portal.changes.engine import NotOpen, NotVerified
from portal.changes.models import APPLIED, ARMED, OPEN, Change
from portal.jobs.context import JobContext
from portal.plugins import Job

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=15)
TRIES, WITHIN = 3, timedelta(minutes=10)
"""How often a way is closed anew: a role that may not, or a person who opens it again and again, is not fought."""
BROKEN, CLEAN, UNKNOWN = "broken", "clean", "unknown"
BY = "compliance"


@dataclass(frozen=True)
class Compliance:
    """What AWS Config says of a pipeline's service: broken by these rules, clean, or unknown."""

    state: str
    rules: tuple[str, ...] = ()


def compliance_of(pipeline: Pipeline) -> Compliance:
    """From the fact that the job "Observe pipelines" leaves; a pipeline's own rules are among its service's."""
    fact = told(pipeline.service) if pipeline.service is not None else None
    if fact is None:
        return Compliance(UNKNOWN)
    rules = tuple(fact.value.get("noncompliant", []))
    return Compliance(BROKEN, rules) if rules else Compliance(CLEAN)


def run(context: JobContext) -> dict[str, Any]:
    """One step for each pipeline that is, or may have to be, closed."""
    rows = list(_concerned())
    effective, closed, opened = policies.of(rows), 0, 0
    for pipeline in rows:
        context.check()
        try:
            done = step(pipeline, effective[pipeline.pk])
        except (AwsError, NotOpen, NotVerified, transition.Taken) as error:
            context.log(f"{pipeline}: {error}")
            continue
        closed += done == "closed"
        opened += done == "opened"
    return {"concerned": len(rows), "closed": closed, "opened": opened}


def step(pipeline: Pipeline, effective: Effective) -> str:
    """Bring one pipeline closer to what is wanted: "closed", "opened", "held" or "". Raises AwsError, NotOpen, NotVerified, Taken."""
    change, compliance = standing(pipeline), compliance_of(pipeline)
    if change is None:
        wanted = effective.policy == BLOCK and compliance.state == BROKEN and effective.stage
        if not wanted or _tried_enough(pipeline):
            return ""
        return _close(pipeline, effective.stage, compliance.rules)
    if change.state not in (ARMED, APPLIED):
        return ""  # recovery is at it, until it has proved that the way is open
    why = _over(change, effective, compliance)
    return _open(pipeline, change, why) if why else _hold(pipeline, change)


def standing(pipeline: Pipeline) -> Change | None:
    """The open change of a pipeline, if there is one."""
    return engine.for_owner(pipeline.owner).filter(kind=transition.KEY, state__in=OPEN).order_by("id").last()


def reason(pipeline: Pipeline, rules: tuple[str, ...]) -> str:
    """Why the way is closed, naming the rules, within what AWS takes."""
    head = f"Colonnade - AWS Config rules broken by {pipeline.service.name if pipeline.service else pipeline.name} - "
    tail = " - opens by itself once repaired"
    named: list[str] = []
    for number, rule in enumerate(rules):
        rest = f" and {len(rules) - number} more"
        if len(head + " ".join([*named, rule]) + rest + tail) > LONGEST_REASON:
            return head + " ".join(named) + rest + tail
        named.append(rule)
    return head + " ".join(named) + tail


def _concerned() -> Any:
    chosen = CompliancePolicy.objects.filter(policy=BLOCK)
    held = Change.objects.filter(kind=transition.KEY, state__in=OPEN).values_list("owner", flat=True)
    keys = [int(owner.partition(":")[2]) for owner in held]
    wanted = Q(pk__in=chosen.values("pipeline")) | Q(service__in=chosen.exclude(service=None).values("service"))
    return Pipeline.objects.filter(wanted | Q(pk__in=keys)).select_related("service")


def _tried_enough(pipeline: Pipeline) -> bool:
    since = timezone.now() - WITHIN
    return engine.for_owner(pipeline.owner).filter(kind=transition.KEY, armed_at__gt=since).count() >= TRIES


def _over(change: Change, effective: Effective, compliance: Compliance) -> str:
    if effective.policy != BLOCK:
        return f"The policy is {effective.policy} now."
    if change.target["stage"] != effective.stage:
        return f"The policy closes {effective.stage or 'no stage'} now."
    return "All AWS Config rules are kept again." if compliance.state == CLEAN else ""


def _close(pipeline: Pipeline, stage: str, rules: tuple[str, ...]) -> str:
    why = reason(pipeline, rules)
    target = {
        "account": pipeline.account, "region": pipeline.region, "pipeline": pipeline.name, "stage": stage, "reason": why,
    }  # fmt: skip
    seen = transition.observe(target)
    if not seen["open"]:
        raise transition.Taken(f"{seen['by'] or 'Somebody'} holds {stage} closed, so the portal leaves it alone.")
    change = engine.arm(transition.KEY, target, owner=pipeline.owner, by=BY, lease=LEASE, reason=why)
    _apply(change)
    observe.again(pipeline)
    return "closed"


def _apply(change: Change) -> None:
    try:
        engine.apply(change)
    except transition.Taken:
        engine.undo(Change.objects.get(pk=change.pk), "Somebody else closed the way first.")
        raise


def _hold(pipeline: Pipeline, change: Change) -> str:
    """Still wanted: renew its lease; a try that was cut short, or a way that was opened by hand, is begun anew."""
    if change.state == ARMED and change.applied_at is None:
        _apply(change)
    elif change.state == ARMED or not transition.verify_applied(change.target):
        engine.undo(change, "It is not closed as it was armed: it is begun anew.")
        return "held"
    engine.renew(change, LEASE)
    return "held"


def _open(pipeline: Pipeline, change: Change, why: str) -> str:
    done = engine.undo(change, why)
    observe.again(pipeline)
    return "opened" if not done.open else ""


JOB = Job("deployments.compliance", "Close pipelines that are not compliant", run, every=20, keep=20)
