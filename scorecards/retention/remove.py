"""The job that removes the detail of old results: first their explanations, later the results. Scores stay as they are.

Only intervals that ended are touched, in short transactions. What is about to go is written down before the first row
goes, so that a run that is killed leaves no gap that nobody announced, and the next one goes on with what is left.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.jobs.context import JobContext
from scorecards.models import REASONS, RESULTS, CheckResult, Intervals, Removal
from scorecards.retention import terms

JOB = "scorecards.retention"
#: Rows in one transaction, so that no evaluation waits for long.
BATCH = 2_000


class Misconfigured(Exception):
    """The settings contradict each other, so nothing was removed."""


def run(context: JobContext) -> dict[str, Any] | None:
    """Remove what is older than the settings say; None where that is nothing. Raises Misconfigured."""
    if problems := terms.problems():
        raise Misconfigured(" ".join(problems))
    now, found = timezone.now(), {}
    for kind in (REASONS, RESULTS):
        before = terms.until(kind, now)
        if before is not None:
            found[kind] = remove(kind, before, now, context)
    return found if any(found.values()) else None


def remove(kind: str, before: datetime, now: datetime, context: JobContext) -> int:
    """Remove this kind of detail of intervals that ended up to `before`; how many rows were touched."""
    rows, take = _candidates(kind, before), _empty if kind == REASONS else _delete
    if not rows.exists():
        return 0
    removal = _announced(kind, before, now)
    total, number, ended = rows.count(), 0, None
    while batch := list(_after(rows, ended).values_list("pk", "valid_to")[:BATCH]):
        context.check()
        with transaction.atomic():
            number += take([pk for pk, _ended in batch])
            Removal.objects.filter(pk=removal.pk).update(number=F("number") + len(batch))
        ended = batch[-1][1]
        context.progress(number, total, f"{number} of {total} old {kind} removed")
    Removal.objects.filter(pk=removal.pk).update(ended_at=timezone.now())
    return number


def _candidates(kind: str, before: datetime) -> Intervals:
    """Ended results with something to remove. What a finished removal has passed need not be read again."""
    rows = CheckResult.objects.filter(valid_to__lte=before).order_by("valid_to")
    if kind == RESULTS:
        return rows
    done = Removal.objects.filter(ended_at__isnull=False).line(REASONS)
    return _after(rows, done).exclude(reason={}, cause_detail={})


def _after(rows: Intervals, ended: datetime | None) -> Intervals:
    # Not “later than”: many intervals end at one instant, and a batch may stop among them.
    return rows if ended is None else rows.filter(valid_to__gte=ended)


def _announced(kind: str, before: datetime, now: datetime) -> Removal:
    """The removal that goes on, or a new one; it stands before anything is gone."""
    unfinished = Removal.objects.filter(kind=kind, ended_at=None).first()
    if unfinished is None:
        return Removal.objects.create(kind=kind, before=before, began_at=now)
    Removal.objects.filter(pk=unfinished.pk, before__lt=before).update(before=before)
    return unfinished


def _empty(keys: list[int]) -> int:
    return CheckResult.objects.filter(pk__in=keys, valid_to__isnull=False).update(reason={}, cause_detail={})


def _delete(keys: list[int]) -> int:
    return CheckResult.objects.filter(pk__in=keys, valid_to__isnull=False).delete()[0]
