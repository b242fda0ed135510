"""What other plugins forbid, such as a rollout while a chaos experiment runs."""

from __future__ import annotations

from deployments.engine.plan.gates import GUARDS
from deployments.gates.registry import CLEAR, STOPS, Finding, GateKind, Question
from services import guards


def look(question: Question) -> Finding:
    """One question to all guards; a guard that fails or is late denies and is named."""
    decision = guards.ask("rollout", question.entity, by=question.by)
    if decision.allowed:
        return Finding(CLEAR, "Guards agree", f"{len(guards.guards.items())} asked")
    return Finding(STOPS, "A guard denies", "; ".join(decision.reasons), "guard-denies", tuple(decision.reasons))


GATE = GateKind(GUARDS, "Guards", look, overrider="admin", order=10)
