"""The steps of a rollout as a whole: begin, run the current segment, succeed, fail.

Each step returns whether another one can follow at once.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from deployments import ingest, report
from deployments.engine.plan.analysis import UNJUDGED
from deployments.engine.plan.queries import TARGET
from deployments.engine.rollout import State
from deployments.models import Deployment, Rollout, RolloutSegment
from deployments.models.states import ARMED, BAKING, EXTERNAL, MOVING, SUCCEEDED, TESTING, VALIDATING, WAITING
from deployments.rollouts import bake, moving, phases, places
from deployments.rollouts.claim import WORKER, Interrupted, hold, later, log, write
from deployments.rollouts.moving import promoted
from deployments.targets.contract import TargetError, name_of, of
from portal.access import audit
from portal.aws.errors import AwsNotFound
from portal.changes.kinds import Target

LOOK_OUTSIDE = 15.0

SEGMENT_STEPS: dict[str, Callable[[Rollout, RolloutSegment], bool]] = {
    WAITING: moving.arm,
    ARMED: moving.apply,
    MOVING: moving.follow,
    VALIDATING: phases.validate,
    TESTING: phases.test,
    BAKING: bake.look,
}


def begin(rollout: Rollout) -> bool:
    """Look at every place as it is: that is what every undo goes back to."""
    restores = {}
    for key, target in places.all_of(rollout).items():
        hold(rollout)
        try:
            seen = of(target).change.observe(target)
        except (AwsNotFound, TargetError) as error:
            return fail(rollout, str(error))
        if unfit := _unfit(target, seen) or _unmeasured(rollout, {**target, "restore": seen}):
            return fail(rollout, unfit)
        restores[key] = seen
    own = {**rollout.target, "restore": restores[places.key_of(rollout.target)]}
    with transaction.atomic():
        write(rollout, target=own, restores=restores, state=str(State.RUNNING))
        report.publish(rollout)
    return True


def run(rollout: Rollout) -> bool:
    """Take the current segment one step on; after the last one the rollout has succeeded."""
    segment = rollout.segments.select_related("change").filter(order=rollout.segment_index).first()
    if segment is None:
        return succeed(rollout)
    if segment.kind == EXTERNAL:
        return external(rollout, segment)
    step = SEGMENT_STEPS.get(segment.state)
    if step is None:
        raise Interrupted(f"segment {segment.name} of rollout {rollout.pk} was ended by somebody else")
    return step(rollout, segment)


def external(rollout: Rollout, segment: RolloutSegment) -> bool:
    """Wait until somebody reports this version for the segment's region."""
    promoted(rollout)
    where = Deployment.objects.filter(service=rollout.entity, version=rollout.version, state=SUCCEEDED)
    seen = where.filter(region=segment.region or segment.name).exclude(source=ingest.PORTAL).first()
    if seen is None:
        log(rollout, f"{segment.name} waits for a deployment of {rollout.version} there")
        later(rollout, LOOK_OUTSIDE)
        return False
    bake.passed(rollout, segment, f"{segment.name} done: reported by {seen.source}", started_at=seen.started_at)
    return True


def succeed(rollout: Rollout) -> bool:
    """All segments are done: what was changed is the new normal."""
    promoted(rollout)
    now = timezone.now()
    with transaction.atomic():
        write(rollout, state=str(State.SUCCEEDED), finished_at=now)
        audit.record(
            WORKER, "rollout.succeed", f"rollout:{rollout.pk}", entity=rollout.entity.ref, version=rollout.version
        )
        log(rollout, f"succeeded: {rollout.version} is live")
        report.publish(rollout)
    return False


def fail(rollout: Rollout, reason: str) -> bool:
    """Give up before anything was changed."""
    now = timezone.now()
    with transaction.atomic():
        write(rollout, state=str(State.FAILED), reason=reason[:500], finished_at=now)
        ingest.from_rollout(rollout, "failed", now)
        audit.record(WORKER, "rollout.fail", f"rollout:{rollout.pk}", severity="medium", reason=reason)
        log(rollout, f"failed: {reason}")
        report.publish(rollout)
    return False


def _unfit(target: Target, seen: dict[str, object]) -> str:
    """Why the traffic as it is rules a rollout out: it is split already, or the version is live already."""
    kind = of(target)
    where = f"The {kind.noun} {name_of(target)}"
    if seen["weights"]:
        return f"{where} already splits its traffic ({kind.describe(seen)}): end that first."
    if seen["version"] == target["canary"]:
        return f"{where} already serves {kind.describe(seen)}."
    return ""


def _unmeasured(rollout: Rollout, target: Target) -> str:
    """Why the plan cannot judge this target: it names no metrics, and the target has none that tell the versions apart."""
    analysis, kind = rollout.plan.plan.analysis, of(target)
    own = any(metric.source != TARGET for metric in analysis.metrics)
    if analysis.judge == UNJUDGED or own or kind.streams(target) is not None:
        return ""
    return (
        f"The {kind.noun} {name_of(target)} has no metrics that tell the versions apart: name some in the plan's analysis, "
        'or say with {"analysis": {"judge": "none"}} that alarms, hosts and tests have to do.'
    )
