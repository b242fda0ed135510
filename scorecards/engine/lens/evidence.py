"""What evidence answers: a choice is proven where its checks pass, disproven where one fails, and open otherwise.

Where none of its checks applies there is nothing that the choice could be about ("databases fail over", of a service without
one). Such a choice is void: it goes with what is proven, and is never held against anybody. A waived check proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scorecards.engine.check import FAIL, MET, NOT_APPLICABLE
from scorecards.engine.lens.document import Question

PROVEN, DISPROVEN, VOID, OPEN = "proven", "disproven", "void", "open"
Links = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Check ids by question id and choice id."""


@dataclass(frozen=True, slots=True)
class Evidenced:
    """A question by evidence: the state of each choice that checks cover, and the answer which follows, () for none."""

    states: Mapping[str, str]
    selected: tuple[str, ...]

    def claimed(self, selected: Collection[str]) -> tuple[str, ...]:
        """Choices that were selected although evidence speaks against them."""
        return tuple(name for name, state in self.states.items() if state == DISPROVEN and name in selected)

    def missed(self, selected: Collection[str]) -> tuple[str, ...]:
        """Choices that were not selected although evidence proves them."""
        return tuple(name for name, state in self.states.items() if state == PROVEN and name not in selected)


def of_choice(states: Iterable[str]) -> str:
    """One choice from the states of its checks (of all services where it is a system's); one failure disproves it."""
    every = list(states)
    decided = [state for state in every if state != NOT_APPLICABLE]
    if FAIL in decided:
        return DISPROVEN
    if not decided:
        return VOID if every else OPEN
    return PROVEN if all(state in MET for state in decided) else OPEN


def of_question(
    question: Question, links: Mapping[str, tuple[str, ...]], states: Mapping[str, Collection[str]]
) -> Evidenced:
    """What the checks' states say about a question. "None of these" follows only where every other choice is disproven."""
    found = {
        choice.id: of_choice(state for check in links[choice.id] for state in states.get(check, ()))
        for choice in question.choices
        if links.get(choice.id)
    }
    if PROVEN in found.values():
        return Evidenced(found, tuple(name for name in question.choice_ids if found.get(name) in (PROVEN, VOID)))
    practices = [choice.id for choice in question.choices if not choice.none_of_these]
    nothing = [choice.id for choice in question.choices if choice.none_of_these]
    if nothing and practices and all(found.get(name) == DISPROVEN for name in practices):
        return Evidenced(found, (nothing[0],))
    return Evidenced(found, ())
