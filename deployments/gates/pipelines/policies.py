"""What a broken AWS Config rule means for a pipeline: nothing, a warning (unless somebody chose), or a closed transition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from deployments.engine.plan.gates import BLOCK, POLICIES, WARN
from deployments.gates.errors import Wrong
from deployments.models import CompliancePolicy, Pipeline
from portal.access import audit, policy
from services.models import Entity


@dataclass(frozen=True)
class Effective:
    """The policy that counts for a pipeline, the stage whose inbound transition it closes, and who says so."""

    policy: str
    stage: str
    source: str


def of(pipelines: Iterable[Pipeline]) -> dict[int, Effective]:
    """The policy of each pipeline, by key, in one query: its own, else its service's, else a warning."""
    found = list(pipelines)
    keys, services = {row.pk for row in found}, {row.service_id for row in found if row.service_id}
    rows = list(CompliancePolicy.objects.filter(Q(pipeline__in=keys) | Q(service__in=services)))
    own = {row.pipeline_id: row for row in rows if row.pipeline_id}
    shared = {row.service_id: row for row in rows if row.service_id}
    return {row.pk: _effective(row, own.get(row.pk), shared.get(row.service_id or 0)) for row in found}


def _effective(row: Pipeline, own: CompliancePolicy | None, shared: CompliancePolicy | None) -> Effective:
    chosen, names = own or shared, [stage["name"] for stage in row.stages]
    last = names[-1] if len(names) > 1 else ""
    if chosen is None:
        return Effective(WARN, last, "default")
    stage = chosen.stage if chosen.stage in names else last
    return Effective(chosen.policy, stage, "pipeline" if own else "service")


def require(user: Any, owner: str) -> None:
    """Operators of the owning team; an admin where nobody owns it. Raises PermissionDenied."""
    policy.require(user, "operator" if owner else "admin", owner)


def choose(of_what: Pipeline | Entity, chosen: str, stage: str, by: Any) -> CompliancePolicy:
    """Set the policy of a pipeline or of all pipelines of a service; the next ring of the job acts on it. Raises
    PermissionDenied or Wrong."""
    require(by, of_what.owner_ref)
    if chosen not in POLICIES:
        raise Wrong("policy", f"The policy is one of {', '.join(POLICIES)}.")
    if isinstance(of_what, Pipeline) and stage:
        _check_stage(of_what, stage)
    if chosen == BLOCK and isinstance(of_what, Pipeline) and len(of_what.stages) < 2:
        raise Wrong("policy", "The pipeline has no stage with a way into it yet: wait until it was looked at.")
    key = {"pipeline": of_what} if isinstance(of_what, Pipeline) else {"service": of_what}
    name = f"pipeline:{of_what.pk}" if isinstance(of_what, Pipeline) else of_what.ref
    with transaction.atomic():
        row, _ = CompliancePolicy.objects.update_or_create(
            **key, defaults={"policy": chosen, "stage": stage, "set_by": by.get_username(), "set_at": timezone.now()}
        )
        audit.record(by, "pipeline.compliance-policy", name, severity="high", policy=chosen, stage=stage)
    return row


def _check_stage(pipeline: Pipeline, stage: str) -> None:
    names = [one["name"] for one in pipeline.stages][1:]
    if stage not in names:
        raise Wrong("stage", f"There is no way into {stage[:100]!r}: choose one of {', '.join(names) or 'none'}.")
