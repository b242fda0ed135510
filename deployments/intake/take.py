"""One message through all of intake: split, read, accept; what is refused is written down and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployments.intake import refused
from deployments.intake.accept import IGNORED, Taken, accept
from deployments.intake.dialects import READERS, cloudevents
from deployments.intake.record import Message, Refusal
from deployments.intake.reporters import Reporter


@dataclass(frozen=True)
class Refused:
    """One event that was refused, and the row that keeps it."""

    refusal: Refusal
    row: int

    def answer(self) -> dict[str, Any]:
        """For the sender."""
        error = self.refusal
        return {
            "state": "refused", "reason": error.reason, "field": error.field, "remedy": error.remedy, "refused_event": self.row,
        }  # fmt: skip


def take(message: Message, dialect: str, reporter: Reporter) -> list[Taken | Refused]:
    """What became of each event of the message, in order; each is stored in a transaction of its own."""
    try:
        parts = cloudevents.split(message) if dialect == "events" else [message]
    except Refusal as error:
        return [_refused(message, dialect, reporter, error)]
    return [outcome for part in parts for outcome in _one(part, dialect, reporter)]


def _one(message: Message, dialect: str, reporter: Reporter) -> list[Taken | Refused]:
    try:
        return [accept(record, reporter) for record in READERS[dialect](message)] or [Taken(IGNORED)]
    except Refusal as error:
        return [_refused(message, dialect, reporter, error)]


def _refused(message: Message, dialect: str, reporter: Reporter, error: Refusal) -> Refused:
    return Refused(error, refused.keep(message, dialect, reporter, error).pk)
