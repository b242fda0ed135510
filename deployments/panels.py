"""What deployments show on the pages of services and on the home page, and what they add to the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html

from deployments import present, queries
from deployments.engine.rollout import State
from deployments.models import Rollout
from portal.access import policy
from portal.plugins import ActivityRow, SearchHit
from portal.templatetags import colonnade as tags
from services import facts
from services.models import Entity

PER_PAGE = 20


def header(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The version that is live, and since when."""
    released = queries.latest_released([entity]).get(entity.pk)
    return {"deployment": released} if released else None


def actions(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The button that starts a rollout: for operators, where there is a function and no rollout moves."""
    if not policy.may(request.user, "operator", entity.owner_ref) or "aws.lambda" not in facts.current(entity):
        return None
    return None if queries.active_rollouts().filter(entity=entity).exists() else {"entity": entity}


def main(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The segment strip and the verdict of the newest rollout."""
    rollout = queries.shown_rollout(entity)
    if rollout is None:
        return None
    segments = list(rollout.segments.all())
    return {
        "rollout": rollout,
        "badge": present.badge(rollout, segments),
        "segments": present.strip(rollout, segments),
        "verdict": present.verdict(queries.last_judgements([rollout]).get(rollout.pk), rollout.get_absolute_url()),
    }


def tab(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The service's rollouts and deployments."""
    page = Paginator(queries.deployments().filter(service=entity), PER_PAGE).get_page(request.GET.get("page"))
    rollouts = list(queries.rollouts().filter(entity=entity)[:10])
    return {
        "entity": entity,
        "page": page,
        "rows": [(row, present.deployment_badge(row.state)) for row in page],
        "rollouts": [(rollout, present.badge(rollout, list(rollout.segments.all()))) for rollout in rollouts],
        "may_start": not any(rollout.active for rollout in rollouts)
        and policy.may(request.user, "operator", entity.owner_ref),
    }


def running(user: User) -> list[ActivityRow]:
    """Rollouts that move."""
    return [_activity(rollout) for rollout in queries.active_rollouts()[:6]]


def search(user: User, text: str, limit: int) -> list[SearchHit]:
    """Rollouts and deployed versions."""
    named = Q(version__icontains=text) | Q(entity__name__icontains=text)
    return [
        SearchHit(
            f"{row.entity.label} {row.version}",
            row.get_absolute_url(),
            f"rollout · {row.state.replace('_', ' ')}",
            "rocket",
        )
        for row in Rollout.objects.filter(named).select_related("entity").order_by("-id")[:limit]
    ]


def released(entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    """The column "Released": version and age."""
    found = queries.latest_released(entities)
    return {
        pk: format_html("{} <small>{}</small>", row.version, tags.ago(row.occurred_at)) for pk, row in found.items()
    }


def _activity(rollout: Rollout) -> ActivityRow:
    segments = list(rollout.segments.all())
    strip, where = present.strip(rollout, segments), present.badge(rollout, segments)
    done = sum(100 if piece["state"] == "done" else piece["progress"] for piece in strip)
    state = {State.PAUSED: "fair", State.ROLLING_BACK: "poor"}.get(State(rollout.state), "good")
    title, note = f"{rollout.entity.label} {rollout.version}", where.label
    return ActivityRow(title, rollout.get_absolute_url(), note, "rocket", state, round(done / max(1, len(strip))))
