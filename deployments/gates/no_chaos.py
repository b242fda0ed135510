"""When deployments forbid chaos: a live rollout, an open incident, a ringing alarm, an error budget nearly spent.

The gates already know how to look; here their findings become guards. What is not known denies. A service that has no
alarm or no objective at all is no unknown: nothing of that kind watches it.
"""

from __future__ import annotations

from django.utils import timezone

from deployments.engine.plan.gates import parse
from deployments.gates import budgets
from deployments.gates.kinds import alarms
from deployments.gates.registry import STOPS, UNKNOWN, Question
from deployments.models import Incident, Rollout
from deployments.models.states import ACTIVE_STATES
from services import facts
from services.guards import Guard, GuardQuery

RESERVE = 0.2
"""The share of an error budget that must be left: an experiment may cost some of it."""
NAMED = 3


def rollout(query: GuardQuery) -> str:
    """The rollout under way."""
    active = Rollout.objects.filter(entity=query.entity, state__in=ACTIVE_STATES).first()
    if active is None:
        return ""
    who = query.entity.owner_name or "the portal"
    return (
        f"{query.entity.name} is rolling out {active.version}: wait until the rollout ends; "
        f"an operator of {who} may end or abort it"
    )


def incident(query: GuardQuery) -> str:
    """Every incident that is not resolved, whatever its severity."""
    rows = list(Incident.objects.filter(service=query.entity, resolved_at=None).order_by("-opened_at")[: NAMED + 1])
    if not rows:
        return ""
    named = ", ".join(f"“{row.title}”" for row in rows[:NAMED]) + (" and more" if len(rows) > NAMED else "")
    return f"{query.entity.name} has an open incident: {named}; whoever leads it resolves it where it was opened"


def alarm(query: GuardQuery) -> str:
    """Alarms that ring, or alarms that nobody has looked at for a while.

    Under a fault of the run's own they are not asked: that it rings is what the experiment watches, and judges itself.
    """
    if query.detail.get("under_fault") or alarms.FACT not in facts.current(query.entity):
        return ""
    found = alarms.look(Question(query.entity, parse({}), timezone.now()))
    who = query.entity.owner_name or "the portal"
    if found.outcome == STOPS:
        return f"an alarm of {query.entity.name} rings: {found.note}; {who} owns the alarm and may mend or change it"
    if found.outcome == UNKNOWN:
        return (
            f"whether an alarm of {query.entity.name} rings is not known: {found.note}; an admin looks after discovery"
        )
    return ""


def budget(query: GuardQuery) -> str:
    """An objective with less than the reserve left, or one of which nobody has said anything within a day."""
    states = budgets.states(query.entity, timezone.now())
    who = query.entity.owner_name or "the portal"
    spent = [state for state in states if state.remaining is not None and state.remaining < RESERVE]
    if spent:
        said = "; ".join(state.sentence for state in spent[:NAMED])
        return f"the error budget is nearly spent ({said}), {RESERVE:.0%} must be left; {who} owns the objective"
    unknown = next((state for state in states if state.remaining is None), None)
    if unknown is not None:
        return f"the error budget is not known ({unknown.sentence}); whoever reports it for {who} may report it again"
    return ""


GUARDS = (
    Guard("deployments.no-chaos-during-a-rollout", "No chaos during a rollout", rollout, action="chaos"),
    Guard("deployments.no-chaos-in-an-incident", "No chaos during an incident", incident, action="chaos"),
    Guard("deployments.no-chaos-under-an-alarm", "No chaos while an alarm rings", alarm, action="chaos"),
    Guard("deployments.no-chaos-without-budget", "Enough error budget", budget, action="chaos"),
)
