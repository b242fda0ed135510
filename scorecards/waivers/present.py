"""Waivers as lines of a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from scorecards.models import CheckVersion, Waiver
from scorecards.words import WAIVERS


def lines(waivers: Sequence[Waiver] | QuerySet[Waiver], now: datetime) -> list[dict[str, Any]]:
    """Waivers with the titles of their checks, from one query."""
    versions = CheckVersion.objects.filter(check_id__in={waiver.check_key for waiver in waivers})
    titles = dict(versions.order_by("version").values_list("check_id", "title"))
    return [
        {
            "waiver": waiver,
            "words": WAIVERS[waiver.state_at(now)],
            "title": titles.get(waiver.check_key, waiver.check_key),
        }
        for waiver in waivers
    ]
