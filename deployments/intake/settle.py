"""Putting reports together: whatever the order in which they arrive, and however often, the same state comes out.

Pure. Each field keeps the moment of the report that it is from (its stamp), so a late, older report fills what is blank and
changes nothing else. The state moves forward only: what has ended does not run again, and of two ends the later one stands. Reports of
the same moment are told apart by their values, never by their order of arrival.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deployments.models.states import CANCELLED, FAILED, ROLLED_BACK, RUNNING, SUCCEEDED

STAMPED = (
    "version", "environment", "tier", "region", "actor", "url", "kind", "commit", "artifact", "trigger", "strategy", "rollback_of",
    "weight", "chain", "finished_at",
)  # fmt: skip
ONCE_TRUE = ("contained", "remediates")
RANK = {RUNNING: 0, SUCCEEDED: 1, CANCELLED: 2, FAILED: 3, ROLLED_BACK: 4}
"""Of two states of one moment the one with the higher rank stands."""
NEVER = datetime.min.replace(tzinfo=UTC)


def settled(held: Mapping[str, Any], told: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The fields of a deployment that a report of the moment `at` changes, with the new `stamps`; empty where it says nothing new.

    `held` are the fields as they are. In `told` a field that is blank or missing is not told.
    """
    changes = stamped(held, told, at, STAMPED)
    if told.get("state") and _state_key(told["state"], at) > _state_key(held["state"], held["occurred_at"]):
        changes |= {"state": told["state"], "occurred_at": at}
    earliest = min((one for one in (held.get("started_at"), told.get("started_at")) if one), default=None)
    changes |= {"started_at": earliest} if earliest != held.get("started_at") else {}
    return changes | {name: True for name in ONCE_TRUE if told.get(name) and not held.get(name)}


def stamped(held: Mapping[str, Any], told: Mapping[str, Any], at: datetime, names: tuple[str, ...]) -> dict[str, Any]:
    """Of these fields those that the report changes: told, and newer than the stamp of the value that stands."""
    stamps, changes = dict(held.get("stamps") or {}), {}
    for name in names:
        value = told.get(name)
        if value in ("", None):
            continue
        before = (datetime.fromisoformat(stamps[name]), _order(held[name])) if name in stamps else (NEVER, "")
        if (at, _order(value)) <= before:
            continue
        stamps[name] = at.isoformat()
        if held.get(name) != value:
            changes[name] = value
    return changes | ({"stamps": stamps} if stamps != (held.get("stamps") or {}) else {})


def _order(value: Any) -> str:
    """A text to compare values by; moments by their UTC form."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _state_key(state: str, at: datetime) -> tuple[bool, datetime, int]:
    return state != RUNNING, at, RANK[state]
