"""The error budget: what is left of the failures that the service's objectives allow."""

from __future__ import annotations

from deployments.engine.plan.gates import ERROR_BUDGET
from deployments.gates import budgets
from deployments.gates.registry import CLEAR, STOPS, UNKNOWN, Finding, GateKind, Question


def look(question: Question) -> Finding | None:
    """What remains of the worst objective. None for a service without objectives, unless the plan asks for them."""
    states = budgets.states(question.entity, question.at)
    if not states:
        if ERROR_BUDGET not in question.policy.stances:
            return None
        return Finding(UNKNOWN, "Error budget: none", "no objective has been reported", "none", ("none",))
    known = [state for state in states if state.remaining is not None]
    reserve = question.policy.reserve
    spent = [state for state in known if state.remaining is not None and state.remaining <= reserve]
    if spent:
        note = "; ".join(state.sentence for state in spent)
        subjects = tuple(f"slo:{state.budget.slo}" for state in spent)
        return Finding(STOPS, "Error budget is spent", note, "budget-spent", subjects, spent[0].budget.url)
    if len(known) < len(states):
        stale = next(state for state in states if state.remaining is None)
        subjects = (f"slo:{stale.budget.slo} not known",)
        return Finding(UNKNOWN, "Error budget: not known", stale.sentence, "not-known", subjects, stale.budget.url)
    worst = min(known, key=lambda state: state.remaining or 0.0)
    return Finding(CLEAR, "Error budget is left", worst.sentence, url=worst.budget.url)


GATE = GateKind(ERROR_BUDGET, "Error budget", look, overrider="admin", order=70)
