"""Freezes that hold now for the service."""

from __future__ import annotations

from deployments.engine.plan.gates import FREEZE
from deployments.gates.freezes.standing import standing, upcoming
from deployments.gates.registry import CLEAR, STOPS, Finding, GateKind, Question
from deployments.gates.words import until

SOON_HOURS = 24


def look(question: Question) -> Finding:
    """The freezes that hold, or when the next one begins if that is soon."""
    held = standing(question.entity, question.at, question.environment)
    if held:
        note = "; ".join(f"{one.freeze.title} until {until(one.span.end, one.freeze.zone)}" for one in held)
        strict = any(one.freeze.calendar.overrider == "admin" for one in held)
        return Finding(
            STOPS, "A freeze holds", note, "freeze", tuple(f"freeze:{one.freeze.pk}" for one in held),
            held[0].freeze.calendar.get_absolute_url(), "admin" if strict else "operator",
        )  # fmt: skip
    ahead = upcoming(question.entity, question.at, question.environment, hours=SOON_HOURS)
    if ahead:
        first = ahead[0]
        words = f"{first.freeze.title} begins {until(first.span.start, first.freeze.zone)}"
        return Finding(CLEAR, "No freeze now", words, url=first.freeze.calendar.get_absolute_url())
    return Finding(CLEAR, "No freeze", f"none within {SOON_HOURS} hours")


GATE = GateKind(FREEZE, "Freezes", look, overrider="operator", order=30)
