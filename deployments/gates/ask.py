"""One list of reasons: what every gate says, with what people have overridden. The same for rollouts and for pipelines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from deployments.engine.plan.gates import BLOCK, GatesPolicy, parse
from deployments.gates import approvals, overrides
from deployments.gates.registry import Gate, Question, answer, gates
from deployments.models import Rollout, RolloutPlan, RolloutSegment
from services.models import Entity


def policy_of(plan: RolloutPlan | None) -> GatesPolicy:
    """The section `gates` of a plan, with its older key `compliance`; the defaults without a plan."""
    definition = plan.definition if plan is not None else {}
    return parse(definition.get("gates", {}), compliance=definition.get("compliance", BLOCK))


def ask(rollout: Rollout, segment: RolloutSegment | None = None) -> list[Gate]:
    """Ask all gates for a rollout, before ``segment`` (without one, the current one), as a worker does before each step.

    A gate that fails denies. Where an approval is missing it is asked for. What a person has overridden is let pass, and
    says so.
    """
    segment = segment or _current(rollout)
    if segment is not None and not approvals.granted(rollout, segment):
        approvals.request(rollout, segment)
    return standing(rollout, segment)


def standing(rollout: Rollout, segment: RolloutSegment | None = None) -> list[Gate]:
    """What the gates say of a rollout now, as `ask`; nothing is written."""
    question = Question(
        rollout.entity, policy_of(rollout.plan), timezone.now(), rollout.created_by,
        rollout.target.get("environment", "production"), rollout, segment or _current(rollout),
    )  # fmt: skip
    return overrides.applied(rollout, _answers(question))


def look(entity: Entity, policy: GatesPolicy, *, by: str = "", environment: str = "production") -> list[Gate]:
    """Would a rollout of this service be let through now? For pages and for pipelines of others; nothing is written."""
    return _answers(Question(entity, policy, timezone.now(), by, environment))


def reasons(answers: list[Gate]) -> str:
    """What blocks, in at most 500 characters; "" where nothing does."""
    return "; ".join(f"{gate.title}: {gate.note}" for gate in answers if gate.blocks)[:500]


def stored(answers: list[Gate]) -> list[dict[str, Any]]:
    """The answers as JSON, with the time they were given."""
    now = timezone.now().isoformat()
    return [{**asdict(gate), "subjects": list(gate.subjects), "at": now} for gate in answers]


def _current(rollout: Rollout) -> RolloutSegment | None:
    return rollout.segments.filter(order=rollout.segment_index).first()


def _answers(question: Question) -> list[Gate]:
    found = (answer(kind, question) for kind in gates.items())
    return [gate for gate in found if gate is not None]
