"""How a validation stands at one look."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.engine.fleet import FAILED, PASSED, WAITING

LOOK_AGAIN = 3.0


@dataclass(frozen=True)
class Outcome:
    """`state` is waiting, passed or failed; `note` one sentence for people; `due_in` seconds until the next look."""

    state: str
    note: str
    due_in: float = LOOK_AGAIN

    @property
    def over(self) -> bool:
        """Whether nothing more is waited for."""
        return self.state != WAITING


def waiting(note: str, due_in: float = LOOK_AGAIN) -> Outcome:
    """Not decided yet."""
    return Outcome(WAITING, note, due_in)


def passed(note: str) -> Outcome:
    """All is well."""
    return Outcome(PASSED, note)


def failed(note: str) -> Outcome:
    """The segment must not stay."""
    return Outcome(FAILED, note)
