"""What chaos adds to other pages: the service's panel and tab, activities, search, and its facts' sentences."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest

from chaos import proof, queries, suggest, words
from chaos.engine import method
from chaos.engine.states import State
from chaos.models import Experiment
from portal.access import policy
from portal.jobs.models import Schedule
from portal.plugins import ActivityRow, SearchHit
from services import facts
from services.models import Entity

PANEL_ROWS = 3


def service_panel(request: HttpRequest, service: Entity) -> dict[str, Any] | None:
    """The card "Chaos" of a service: its experiments, and the best suggestion that nobody has planned."""
    if service.kind != "component":
        return None
    known = facts.current(service)
    rows = _rows(service, proof.deployed_version(known))
    open_suggestions = _unplanned(service, known, rows)
    proven = sum(1 for entry in rows if entry["said"].state == "good")
    return {
        "entries": rows[:PANEL_ROWS],
        "suggestions": open_suggestions[: max(1, PANEL_ROWS - len(rows))],
        "proven": proven,
        "total": len(rows) + len(open_suggestions),
        "may_plan": policy.may(request.user, "editor", service.owner_ref),
    }


def service_tab(request: HttpRequest, service: Entity) -> dict[str, Any] | None:
    """The tab "Chaos": all experiments and all suggestions."""
    if service.kind != "component":
        return None
    known = facts.current(service)
    rows = _rows(service, proof.deployed_version(known))
    return {
        "entries": rows,
        "suggestions": _unplanned(service, known, rows),
        "may_plan": policy.may(request.user, "editor", service.owner_ref),
    }


def _rows(service: Entity, deployed: str) -> list[dict[str, Any]]:
    rows = queries.of_service(service)
    return [{"row": row, "said": words.short(words.row_said(row, deployed), row)} for row in rows]


def _unplanned(service: Entity, known: suggest.Facts, rows: list[dict[str, Any]]) -> list[suggest.Suggestion]:
    """Suggestions whose faults nobody has planned with these arguments."""
    planned = [_same(entry["row"].experiment.method) for entry in rows]
    offered = suggest.suggestions(service, known)
    return [s for s in offered if _same(method.spelled_out(s.fields)["method"]) not in planned]


def _same(steps: list[dict[str, Any]]) -> list[tuple[str, dict[str, str]]]:
    """What two methods must share to be the same trial: their faults and where they hit."""
    return [(step["fault"], step["arguments"]) for step in steps if step["type"] == "fault"]


def running(user: User) -> list[ActivityRow]:
    """Experiments under way."""
    return [
        ActivityRow(
            title=f"{run.experiment.title} on {run.service.name}",
            url=run.get_absolute_url(),
            note=words.run_said(run).sentence,
            icon="bolt",
            state="poor" if run.stage is State.UNDO_FAILED else "fair",
            progress=_progress(run.stage),
            when=run.created_at,
        )
        for run in queries.under_way()[:5]
    ]


def _progress(stage: State) -> int:
    order = [state for state, _, _ in words.STEPS]
    return round(100 * (order.index(stage) + 1) / (len(order) + 1)) if stage in order else 5


def upcoming(user: User) -> list[ActivityRow]:
    """The next slots of experiments, soonest first."""
    slots = Schedule.objects.filter(job="chaos.run", enabled=True).order_by("next_at")[:5]
    ids = [slot.args.get("experiment") for slot in slots]
    found = {e.pk: e for e in queries.experiments().filter(pk__in=ids)}
    return [
        ActivityRow(
            title=f"{found[pk].title} on {found[pk].service.name}",
            url=found[pk].get_absolute_url(),
            note=f"experiment of {found[pk].service.owner_name}",
            icon="bolt",
            when=slot.next_at,
        )
        for slot, pk in zip(slots, ids, strict=True)
        if pk in found
    ]


def find(user: User, text: str, limit: int) -> list[SearchHit]:
    """Experiments by title or service."""
    chosen = Q(title__icontains=text) | Q(service__name__icontains=text)
    rows: list[Experiment] = list(queries.experiments().filter(chosen)[:limit])
    return [SearchHit(row.title, row.get_absolute_url(), f"on {row.service.name}", "bolt") for row in rows]
