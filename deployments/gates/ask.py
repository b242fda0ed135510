"""What has to agree before each change of weight: the guards of all plugins, and AWS Config."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from deployments.models import Rollout
from deployments.models.states import ACTIVE_STATES
from services import facts, guards
from services.guards import Guard, GuardQuery
from services.models import Entity

PIPELINE_FACT = "deployments.pipeline"


@dataclass(frozen=True)
class Gate:
    """One answer: ``state`` is good, fair (a warning), poor (blocked) or stale (not known)."""

    title: str
    note: str
    state: str

    @property
    def blocks(self) -> bool:
        """Whether the rollout has to wait."""
        return self.state == "poor"


def ask(rollout: Rollout) -> list[Gate]:
    """Ask all gates. A guard that fails denies; compliance that is not known warns."""
    decision = guards.ask("rollout", rollout.entity, by=rollout.created_by)
    note = f"{len(guards.guards.items())} asked"
    guarded = (
        [Gate("Guards agree", note, "good")]
        if decision.allowed
        else [Gate("Guard", r, "poor") for r in decision.reasons]
    )
    return [*guarded, compliance(rollout.entity, blocking=rollout.plan.plan.compliance == "block")]


def compliance(entity: Entity, *, blocking: bool) -> Gate:
    """What AWS Config last said of the service's resources."""
    fact = facts.current(entity).get(PIPELINE_FACT)
    if fact is None or not fact.fresh or "compliance" not in fact.value:
        return Gate("AWS Config: not known", "no fresh evaluation of this service's resources", "stale")
    broken = fact.value.get("noncompliant", [])
    if broken:
        return Gate("AWS Config: not compliant", ", ".join(broken)[:200], "poor" if blocking else "fair")
    return Gate("AWS Config: compliant", f"{fact.value.get('rules', 0)} rules looked at this service", "good")


def stored(gates: list[Gate]) -> list[dict[str, Any]]:
    """The answers as JSON, with the time they were given."""
    now = timezone.now().isoformat()
    return [{**asdict(gate), "at": now} for gate in gates]


def _no_chaos(query: GuardQuery) -> str:
    if query.action != "chaos":
        return ""
    active = Rollout.objects.filter(entity=query.entity, state__in=ACTIVE_STATES).first()
    return f"{query.entity.name} is rolling out {active.version}: wait until the rollout ends." if active else ""


GUARD = Guard("deployments.no-chaos-during-a-rollout", "No chaos during a rollout", _no_chaos)
