"""The instant that a page shows: now, or the end of the day that its address names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from scorecards.filters import day

NAME = "as_of"


@dataclass(frozen=True, slots=True)
class View:
    """`now` is the instant shown, `when` the same or None where that is today; `problem` says what is wrong with the day."""

    now: datetime
    when: datetime | None = None
    problem: str = ""
    back: str = ""


def view_of(request: HttpRequest) -> View:
    """What `as_of` asks for (a day, UTC); today and days to come are now. `back` is the same address without it."""
    now, asked = timezone.now(), request.GET.get(NAME, "")
    end = day(asked) if asked else now
    if end is None:
        return View(now, problem="Write the day like 2026-11-20; today is shown.")
    if end >= now:
        return View(now)
    rest = request.GET.copy()
    del rest[NAME]
    return View(end, end, back=f"{request.path}?{rest.urlencode()}" if rest else request.path)


def control(request: HttpRequest) -> dict[str, Any]:
    """The control that chooses the day."""
    return {"name": NAME, "label": "As of", "type": "date", "value": request.GET.get(NAME, "")}
