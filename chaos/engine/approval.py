"""Two people for production: does a second person's yes stand for exactly what is about to be done?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Given:
    """One approval, as it was given. With `standing` it is bound to the shape of the targets, for runs of a schedule."""

    by: str
    experiment_sha256: str
    bound_to: str
    standing: bool
    expires_at: datetime
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is about to be done. Empty hashes: the targets are not known yet, and only the rest is asked."""

    experiment_sha256: str
    targets_hash: str
    shape_hash: str
    people: frozenset[str]
    """Who asks for it and who wrote it: none of them can be the second person."""
    scheduled: bool


def refusal(wanted: Wanted, given: Sequence[Given], now: datetime) -> str:
    """Why this may not go on, or "". `given` is newest first: the newest approval says what is missing."""
    whys = [why_not(wanted, one, now) for one in given]
    if "" in whys:
        return ""
    if not whys:
        return "needs the approval of a second person: this is production"
    return f"needs approval again, because {whys[0]}"


def why_not(wanted: Wanted, one: Given, now: datetime) -> str:
    """Why this approval does not count for what is wanted, or ""."""
    if one.withdrawn_by:
        return f"{one.withdrawn_by} withdrew it"
    if one.experiment_sha256 != wanted.experiment_sha256:
        return "the experiment was edited since"
    if one.expires_at <= now:
        return f"the approval of {one.by} expired at {one.expires_at:%Y-%m-%d %H:%M} UTC"
    if one.by in wanted.people:
        return f"{one.by} approved it and asks for it, or wrote it: somebody else has to"
    if one.standing and not wanted.scheduled:
        return f"{one.by} approved only the runs of its schedule"
    bound = wanted.shape_hash if one.standing else wanted.targets_hash
    if bound and one.bound_to != bound:
        return "what it would hit changed since"
    return ""


def shape(target: Any, named: Collection[str]) -> Any:
    """What stays the same of a target when hosts come and go: its keys, how many are in each list, and what is `named`.

    Other texts, such as ids that AWS gave, count only as being there; numbers and flags count as they are.
    """
    if isinstance(target, dict):
        return {key: shape(value, named) for key, value in target.items()}
    if isinstance(target, list):
        return {"count": len(target)}
    if isinstance(target, str):
        return target if target in named else "text"
    return target
