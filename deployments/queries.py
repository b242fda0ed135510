"""Reads with more than one join."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from deployments.models import Deployment, Judgement, Rollout, RolloutSegment
from deployments.models.states import ACTIVE_STATES, SUCCEEDED
from services.models import Entity


def deployments() -> QuerySet[Deployment]:
    """All deployments with their service, newest first."""
    return Deployment.objects.select_related("service").order_by("-occurred_at", "-id")


def rollouts() -> QuerySet[Rollout]:
    """All rollouts with service, plan and segments, newest first; three queries however many."""
    segments = Prefetch("segments", queryset=RolloutSegment.objects.order_by("order"))
    return Rollout.objects.select_related("entity", "plan").prefetch_related(segments).order_by("-id")


def active_rollouts() -> QuerySet[Rollout]:
    """Rollouts that still move."""
    return rollouts().filter(state__in=ACTIVE_STATES)


def last_judgements(found: Iterable[Rollout]) -> dict[int, Judgement]:
    """The newest judgement of each rollout, in one query."""
    newest = Judgement.objects.filter(rollout=OuterRef("pk")).order_by("-id").values("pk")[:1]
    ids = Rollout.objects.filter(pk__in=[rollout.pk for rollout in found]).annotate(newest=Subquery(newest))
    rows = Judgement.objects.filter(pk__in=ids.values("newest"))
    return {row.rollout_id: row for row in rows}


def latest_released(entities: Sequence[Entity]) -> dict[int, Deployment]:
    """The newest successful production deployment of each service, in one query."""
    done = Deployment.objects.filter(service=OuterRef("pk"), state=SUCCEEDED, environment="production")
    newest = done.order_by("-occurred_at", "-id").values("pk")[:1]
    ids = Entity.objects.filter(pk__in=[entity.pk for entity in entities]).annotate(newest=Subquery(newest))
    return {row.service_id: row for row in Deployment.objects.filter(pk__in=ids.values("newest"))}


def shown_rollout(entity: Entity) -> Rollout | None:
    """The rollout that the service's page shows: the active one, else the newest."""
    return rollouts().filter(entity=entity).first()
