"""The three-way comparison of an answer: here, there, and as both had it when they last agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

SAME, PUSH, PULL, CONFLICT = "same", "push", "pull", "conflict"
NO_REASON = "NONE"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as both sides can hold it. `reason` says why a question does not apply (NONE otherwise)."""

    selected: tuple[str, ...] = ()
    applicable: bool = True
    reason: str = NO_REASON
    notes: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(tuple(data["selected"]), data["applicable"], data["reason"], data["notes"])

    def as_json(self) -> dict[str, Any]:
        """For a row."""
        return {
            "selected": list(self.selected),
            "applicable": self.applicable,
            "reason": self.reason,
            "notes": self.notes,
        }

    def settled(self) -> Said:
        """The same answer in the one form that is compared: choices sorted, what does not count left out."""
        selected = tuple(sorted(set(self.selected))) if self.applicable else ()
        reason = NO_REASON if self.applicable else self.reason
        return Said(selected, self.applicable, reason, self.notes.replace("\r\n", "\n").strip())


def compare(base: Said | None, ours: Said, theirs: Said) -> str:
    """What is to be done with one answer: nothing, push ours, pull theirs, or ask a person.

    Without a base (never agreed before) an untouched side gives way, and two that were touched are a conflict.
    """
    mine, other = ours.settled(), theirs.settled()
    if mine == other:
        return SAME
    before = (base or Said()).settled()
    if other == before:
        return PUSH
    if mine == before:
        return PULL
    return CONFLICT
