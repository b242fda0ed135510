"""How gates write a moment: on the clock of the zone that the rule speaks of."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def until(moment: datetime, zone: str) -> str:
    """`Fri 27 Nov 2026 16:00 CET`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M %Z}"
