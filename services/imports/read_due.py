"""The job `services.read-locations`: read every registered location that is due."""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from portal.jobs.context import JobContext
from services.imports import cycles
from services.imports.read_locations import read_location
from services.models import Location
from services.models.sources import FAILING
from services.storing import documents

log = logging.getLogger(__name__)


def run(context: JobContext) -> dict[str, Any]:
    """Read the due locations one by one; one that fails in a way nobody foresaw is logged and does not stop the others."""
    due = list(Location.objects.filter(next_at__lte=timezone.now()).order_by("next_at"))
    totals = {"locations": 0, "stored": 0, "removed": 0, "errors": 0}
    for number, location in enumerate(due):
        context.check()
        context.progress(number, len(due), str(location))
        try:
            result = read_location(location)
        except Exception as error:
            log.exception("location %s could not be read", location)
            context.log(f"{location}: {error}")
            reason = f"The portal failed: {error}"[:500]
            Location.objects.filter(pk=location.pk).update(state=FAILING, error=reason, remedy="Tell an admin.")
            continue
        documents.refresh()
        if result is not None:
            totals["locations"] += 1
            totals |= {key: totals[key] + getattr(result, key) for key in ("stored", "removed", "errors")}
    if due:
        cycles.report()
        context.progress(
            len(due), len(due), f"{_many(totals['locations'], 'location')}, {_many(totals['errors'], 'problem')}"
        )
    return totals


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
