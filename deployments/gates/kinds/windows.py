"""Deployment windows: where a scope has some, a service of it moves only inside one of them.

Windows of different scopes all have to agree: a team cannot widen what the organisation has narrowed.
"""

from __future__ import annotations

from itertools import groupby
from zoneinfo import ZoneInfo

from django.urls import reverse

from deployments.engine.localtime import Weekly
from deployments.engine.plan.gates import WINDOWS
from deployments.gates import scope
from deployments.gates.registry import CLEAR, STOPS, Finding, GateKind, Question
from deployments.gates.words import until
from deployments.models import DeploymentWindow


def weekly(window: DeploymentWindow) -> Weekly:
    """The window as the engine reads it."""
    return Weekly(frozenset(window.days), window.opens, window.closes)


def look(question: Question) -> Finding | None:
    """Whether each scope that has windows has one open now; None where there are no windows."""
    rows = scope.applying(DeploymentWindow.objects.all(), question.entity, question.environment)
    found = sorted(rows, key=lambda row: (row.scope, row.pk))
    if not found:
        return None
    closed: list[DeploymentWindow] = []
    open_until = []
    for _, group in groupby(found, key=lambda row: row.scope):
        windows = list(group)
        spans = [weekly(row).open_at(question.at, ZoneInfo(row.zone)) for row in windows]
        ends = [(span.end, row.zone) for span, row in zip(spans, windows, strict=True) if span is not None]
        open_until += [max(ends)] if ends else []
        closed += [] if ends else windows
    url = reverse("deployments:freezes")
    if closed:
        subjects = tuple(f"window:{row.pk}" for row in closed)
        return Finding(STOPS, "Outside the deployment window", _next(closed, question), "outside-window", subjects, url)
    end, zone = min(open_until)
    return Finding(CLEAR, "Inside the deployment window", f"until {until(end, zone)}", url=url)


def _next(closed: list[DeploymentWindow], question: Question) -> str:
    openings = [(weekly(row).next_after(question.at, ZoneInfo(row.zone)), row) for row in closed]
    known = [(span.start, row) for span, row in openings if span is not None]
    if not known:
        return "it never opens: its windows name no day"
    at, row = min(known, key=lambda pair: pair[0])
    return f"{row.title} opens {until(at, row.zone)}"


GATE = GateKind(WINDOWS, "Deployment windows", look, overrider="operator", order=40)
