"""What a state of an AWS FIS experiment means for the run that started it."""

from __future__ import annotations

STARTED = ("pending", "initiating", "running")
OVER = ("completed", "stopped", "failed", "cancelled")


def gone_wrong(status: str, reason: str) -> str:
    """Why the fault cannot count as in place, as a sentence; "" while it goes as planned (ended by itself included)."""
    because = f": {reason.rstrip('.')}" if reason else ""
    if status == "cancelled":
        return f"Blocked by the safety lever of AWS FIS{because}."
    if status in ("stopped", "stopping"):
        return f"Aborted by AWS FIS{because}."
    if status == "failed":
        return f"The FIS experiment failed{because}."
    return ""


def selected(mode: str, found: int) -> int:
    """How many of so many resources a selection mode hits: ALL, COUNT(n), PERCENT(n), of a percentage at least one."""
    word, _, rest = mode.strip().upper().rstrip(")").partition("(")
    if word not in ("COUNT", "PERCENT") or not rest.isascii() or not rest.isdigit():
        return found
    number = int(rest)
    return min(found, number) if word == "COUNT" else min(found, max(1, found * number // 100)) if found else 0
