"""CloudWatch alarms of the service, as discovery last saw them (every minute)."""

from __future__ import annotations

from deployments.engine.plan.gates import ALARMS
from deployments.gates.registry import CLEAR, STOPS, UNKNOWN, Finding, GateKind, Question
from services import facts

FACT = "aws.alarms"
NAMED = 5


def look(question: Question) -> Finding:
    """Which alarms ring; not known where there is none, or where nobody has looked for a while."""
    fact, url = facts.current(question.entity).get(FACT), question.entity.get_absolute_url()
    if fact is None:
        return Finding(UNKNOWN, "Alarms: none known", "no alarm of this service was discovered", "none", ("none",), url)
    if not fact.fresh:
        return Finding(UNKNOWN, "Alarms: not known", "the last look is too old", "not-known", ("not known",), url)
    items = fact.value.get("items", [])
    ringing = sorted(item["name"] for item in items if item.get("state") == "ALARM")
    if ringing:
        more = f" and {len(ringing) - NAMED} more" if len(ringing) > NAMED else ""
        note = ", ".join(ringing[:NAMED]) + more
        return Finding(STOPS, "Alarms ring", note, "alarm", tuple(ringing), url)
    return Finding(CLEAR, "No alarm rings", f"{len(items)} watched", url=url)


GATE = GateKind(ALARMS, "Alarms", look, overrider="operator", order=50)
