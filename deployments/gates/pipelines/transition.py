"""The change "stage-transition": the way into a stage of a pipeline is closed, and opened again by its undo.

A transition that somebody else has closed is not ours: it is neither closed a second time nor ever opened by the portal.
"""

from __future__ import annotations

from portal.aws import codepipeline_control as control
from portal.aws.codepipeline_state import Transition
from portal.aws.errors import AwsNotFound
from portal.changes.kinds import Kind, Seen, Target

KEY = "stage-transition"


class Taken(Exception):
    """Somebody else holds the transition closed."""


def observe(target: Target) -> Seen:
    """Whether the way is open, and if not who closed it and why."""
    seen = _look(target)
    return {"open": seen.open, "reason": seen.reason, "by": seen.changed_by}


def apply(target: Target) -> None:
    """Close the way with the target's reason. Raises Taken where somebody else has closed it."""
    seen = _look(target)
    if not seen.open and not _ours(seen, target):
        raise Taken(f"{seen.changed_by or 'Somebody'} holds {target['stage']} closed: {seen.reason}")
    if seen.open:
        control.close(*_where(target), target["reason"])


def undo(target: Target, before: Seen) -> None:
    """Open the way if it is closed with our reason; a pipeline that is gone has nothing to open."""
    try:
        if _ours(_look(target), target):
            control.reopen(*_where(target))
    except AwsNotFound:
        return


def verify_applied(target: Target) -> bool:
    """Whether the way is closed with our reason."""
    return _ours(_look(target), target)


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether nothing of ours closes the way any more."""
    try:
        return not _ours(_look(target), target)
    except AwsNotFound:
        return True


def _ours(seen: Transition, target: Target) -> bool:
    return not seen.open and seen.reason == control.reason_text(target["reason"])


def _look(target: Target) -> Transition:
    return control.transition(*_where(target))


def _where(target: Target) -> tuple[str, str, str, str]:
    return target["account"], target["region"], target["pipeline"], target["stage"]


KIND = Kind(KEY, "Stage transition closed", observe, apply, undo, verify_applied, verify_undone)
