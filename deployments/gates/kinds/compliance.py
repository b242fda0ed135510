"""What AWS Config last said of the resources of the service, its pipelines among them."""

from __future__ import annotations

from deployments.engine.plan.gates import COMPLIANCE
from deployments.gates.registry import CLEAR, STOPS, UNKNOWN, Finding, GateKind, Question
from services import facts
from services.facts import FactView
from services.models import Entity

FACT = "deployments.pipeline"


def told(entity: Entity) -> FactView | None:
    """The fact, where it is fresh and a rule has looked at the service; INSUFFICIENT_DATA tells nothing."""
    fact = facts.current(entity).get(FACT)
    return fact if fact is not None and fact.fresh and "compliance" in fact.value else None


def look(question: Question) -> Finding:
    """Compliant, not compliant by named rules, or not known."""
    fact, url = told(question.entity), question.entity.get_absolute_url()
    if fact is None:
        words = "no fresh evaluation of this service's resources"
        return Finding(UNKNOWN, "AWS Config: not known", words, "not-known", ("not known",), url)
    broken = fact.value.get("noncompliant", [])
    if broken:
        note = ", ".join(broken)[:200]
        return Finding(STOPS, "AWS Config: not compliant", note, "not-compliant", tuple(broken), url)
    return Finding(
        CLEAR, "AWS Config: compliant", f"rules that looked at this service: {fact.value.get('rules', 0)}", url=url
    )


GATE = GateKind(COMPLIANCE, "AWS Config", look, overrider="admin", order=20)
