"""The risk of a question: the first of its rules that is true for the selected choices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from scorecards.engine.lens.document import HIGH, MEDIUM, NO_RISK, Question

# Names of the API; the file format says HIGH_RISK, MEDIUM_RISK and NO_RISK.
UNANSWERED, NOT_APPLICABLE, NONE = "UNANSWERED", "NOT_APPLICABLE", "NONE"
RISKS = ("HIGH", "MEDIUM", NONE, UNANSWERED, NOT_APPLICABLE)
OF_RULE = {HIGH: "HIGH", MEDIUM: "MEDIUM", NO_RISK: NONE}
RANK = {NONE: 0, "MEDIUM": 1, "HIGH": 2}


def risk(question: Question, selected: Collection[str], *, applicable: bool = True) -> str:
    """HIGH, MEDIUM, NONE, UNANSWERED (nothing selected) or NOT_APPLICABLE."""
    if not applicable:
        return NOT_APPLICABLE
    chosen = frozenset(selected)
    if not chosen:
        return UNANSWERED
    return next((OF_RULE[rule.risk] for rule in question.rules if rule.condition.holds(chosen)), UNANSWERED)


def tidy(question: Question, selected: Iterable[str]) -> tuple[str, ...]:
    """The selected choices that the question has, in its order, each once. Raises ValueError for an unknown one, and
    where "none of these" stands beside others."""
    wanted = set(selected)
    unknown = sorted(wanted - set(question.choice_ids))
    if unknown:
        raise ValueError(f"{unknown[0][:60]!r} is no choice of this question.")
    chosen = [choice for choice in question.choices if choice.id in wanted]
    if len(chosen) > 1 and any(choice.none_of_these for choice in chosen):
        raise ValueError("“None of these” excludes every other choice: take one or the other.")
    return tuple(choice.id for choice in chosen)


def counts(risks: Iterable[str]) -> dict[str, int]:
    """How many questions have each risk, all five named."""
    seen = Counter(risks)
    return {name: seen.get(name, 0) for name in RISKS}
