"""Who may advance a rollout: a compare-and-set on its token, held for a short while, asked again before each write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from deployments.engine.rollout import State, move
from deployments.models import Rollout, RolloutSegment, RolloutStep
from deployments.models.states import ACTIVE_STATES

HOLD = timedelta(seconds=45)
LEASE = timedelta(minutes=3)
"""How long traffic stays shifted when no worker is left: then recovery sends it back."""
WORKER = "portal"


class Interrupted(Exception):
    """Somebody else moved the rollout, or the claim is over: write nothing more."""


def due(now: datetime) -> QuerySet[Rollout]:
    """Active rollouts whose time has come and which nobody holds."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Rollout.objects.filter(free, state__in=ACTIVE_STATES, due_at__lte=now).order_by("due_at")


@contextmanager
def claimed(pk: int, now: datetime) -> Iterator[Rollout | None]:
    """The rollout for this worker alone, or None where another worker was first. Let go at the end."""
    token = Rollout.objects.filter(pk=pk).values_list("token", flat=True).first()
    raised = {"token": F("token") + 1, "claimed_until": timezone.now() + HOLD, "rung_until": None}
    if token is None or not due(now).filter(pk=pk, token=token).update(**raised):
        yield None
        return
    rollout = Rollout.objects.select_related("entity", "plan").get(pk=pk)
    try:
        yield rollout
    finally:
        Rollout.objects.filter(pk=pk, token=rollout.token).update(claimed_until=None)


def write(rollout: Rollout, **fields: Any) -> None:
    """Set fields only while this worker holds the rollout and nobody has moved it. Raises Interrupted, or IllegalMove."""
    if "state" in fields:
        move(State(rollout.state), State(fields["state"]))
    mine = Rollout.objects.filter(
        pk=rollout.pk,
        token=rollout.token,
        state=rollout.state,
        segment_index=rollout.segment_index,
        claimed_until__gt=timezone.now(),
    )
    if not mine.update(**fields):
        raise Interrupted(f"rollout {rollout.pk} was moved by somebody else")
    for name, value in fields.items():
        setattr(rollout, name, value)


def hold(rollout: Rollout) -> None:
    """Prolong the claim; to be asked right before AWS is touched. Raises Interrupted."""
    write(rollout, claimed_until=timezone.now() + HOLD)


def enter(rollout: Rollout, segment: RolloutSegment, state: str, **fields: Any) -> None:
    """The segment's next phase, while this worker holds the rollout. Raises Interrupted."""
    with transaction.atomic():
        hold(rollout)
        RolloutSegment.objects.filter(pk=segment.pk).update(state=state, phase_at=timezone.now(), **fields)


def later(rollout: Rollout, seconds: float) -> None:
    """Look again in so many seconds."""
    write(rollout, due_at=timezone.now() + timedelta(seconds=seconds))


def log(rollout: Rollout, text: str, by: str = WORKER) -> None:
    """Add a line to the rollout's log; the same line twice in a row is written once."""
    text = text[:500]
    last = RolloutStep.objects.filter(rollout=rollout).order_by("-id").first()
    if last is None or last.text != text:
        RolloutStep.objects.create(rollout=rollout, by=by, text=text)
