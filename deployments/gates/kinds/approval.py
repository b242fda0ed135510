"""The approval of a segment, where the plan wants one."""

from __future__ import annotations

from deployments.engine.plan.gates import APPROVALS
from deployments.gates import approvals
from deployments.gates.registry import CLEAR, NOBODY, STOPS, Finding, GateKind, Question


def look(question: Question) -> Finding | None:
    """Approved by whom, denied by whom, or who is waited for. None without a rollout, or where nobody is to be asked."""
    if question.rollout is None or question.segment is None:
        return None
    standing = approvals.standing(question.rollout, question.segment, question.at)
    if standing is None:
        return None
    name, rule = question.segment.name, standing.rule
    subject = (f"segment:{question.segment.order}",)
    if standing.denied_by:
        note = f"denied by {standing.denied_by}" + (f": {standing.why}" if standing.why else "")
        return Finding(STOPS, f"{name} was denied", note, "denied", subject)
    if standing.granted:
        return Finding(CLEAR, f"{name} is approved", f"by {', '.join(standing.approved_by)}")
    have = f"{len(standing.approved_by)} of {rule.count} said yes"
    who = "an admin" if rule.role == "admin" else f"an operator of {question.entity.owner_name or 'the portal'}"
    eyes = f", not {question.rollout.created_by}" if rule.four_eyes else ""
    return Finding(STOPS, f"{name} waits for approval", f"{have}; {who} decides{eyes}", "waits-for-approval", subject)


GATE = GateKind(APPROVALS, "Approvals", look, overrider=NOBODY, order=80)
