"""Open incidents of the service: those of the plan's severities stop it, others warn."""

from __future__ import annotations

from deployments.engine.plan.gates import INCIDENTS
from deployments.gates.registry import CLEAR, STOPS, WARNS, Finding, GateKind, Question
from deployments.models import Incident


def look(question: Question) -> Finding:
    """The incidents that nobody has resolved."""
    rows = list(Incident.objects.filter(service=question.entity, resolved_at=None, opened_at__lte=question.at)[:50])
    severe = [row for row in rows if row.severity.strip().lower() in question.policy.severities]
    shown = severe or rows
    if not shown:
        return Finding(CLEAR, "No open incident", "none is open")
    note = "; ".join(f"{row.title} ({row.severity or 'no severity'})" for row in shown[:3])
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    outcome, reason = (STOPS, "open-incident") if severe else (WARNS, "minor-incident")
    title = "Open incident" if len(shown) == 1 else f"{len(shown)} open incidents"
    return Finding(outcome, title, note + more, reason, tuple(f"incident:{row.pk}" for row in severe), shown[0].url)


GATE = GateKind(INCIDENTS, "Incidents", look, overrider="operator", order=60)
