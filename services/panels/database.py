"""The database advisor's card: what fits, why, and how it compares with what is in use."""

from __future__ import annotations

from typing import Any

from portal.access import policy
from services.engine.advisor.pie import NAMES, PAIR_ORDER
from services.engine.advisor.questionnaire import BY_NAME, QUESTIONS
from services.engine.advisor.verdict import Advice
from services.kinds.judgement import Kinds
from services.models import DatabaseAnswers, Entity

EARLIER = 10
CACHE = {
    "advised": ("fair", "bulb", "Put a cache before it."),
    "has": ("good", "circle-check", "It has the cache that it needs."),
    "no": ("neutral", "circle-minus", "No cache."),
    "unknown": ("stale", "help-circle", "Whether a cache pays is not known."),
}


def verdict_words(match: str, severity: str) -> tuple[str, str, str]:
    """State, icon and words of a match."""
    if match == "match":
        return "good", "circle-check", "The database fits"
    if match == "mismatch":
        state = {"high": "poor", "medium": "fair", "low": "neutral"}[severity]
        return state, "alert-triangle", f"The database does not fit: {severity} severity"
    if match == "none":
        return "neutral", "bulb", "No database seen"
    return "stale", "help-circle", "Not answered yet"


def part(found: Kinds, row: DatabaseAnswers | None, user: Any, entity: Entity) -> dict[str, Any]:
    """What the card shows."""
    advice = found.advice
    state, icon, words = verdict_words(advice.match, advice.severity)
    unanswered = [question.text for question in QUESTIONS if not row or question.name not in row.answers]
    earlier = list(entity.database_answers.all()[: EARLIER + 1]) if row else []
    return {
        "advice": advice,
        "state": state,
        "icon": icon,
        "sentence": f"{words}.",
        "letters": _letters(advice),
        "ranked": [(entry, any(fit.store.family == entry.family for fit in advice.fits)) for entry in advice.ranked],
        "cache": CACHE[advice.cache.state] if advice.cache else None,
        "row": row,
        "answers": _words(row) if row else [],
        "open": unanswered,
        "open_count": len(unanswered),
        "earlier": _earlier(earlier),
        "may_edit": policy.may(user, "editor", entity.owner_ref),
    }


def _letters(advice: Advice) -> list[dict[str, Any]]:
    if advice.pie is None:
        return []
    chosen = advice.pie
    return [
        {
            "letter": letter,
            "name": NAMES[letter],
            "total": chosen.totals[letter],
            "wanted": letter in chosen.pair,
            "points": [point for point in chosen.points if point.to == letter],
        }
        for letter in PAIR_ORDER
    ]


def _answer(name: str, value: Any) -> str:
    question = BY_NAME[name]
    if question.kind == "yes":
        return "yes" if value else "no"
    if question.kind == "choice":
        return dict(question.choices).get(value, str(value))
    return f"{value:,g}" if question.high <= 1 else f"{value:,g} {question.unit}"


def _words(row: DatabaseAnswers) -> list[tuple[str, str]]:
    return [(q.text, _answer(q.name, row.answers[q.name])) for q in QUESTIONS if q.name in row.answers]


def _earlier(rows: list[DatabaseAnswers]) -> list[tuple[DatabaseAnswers, list[str]]]:
    """Each version with what it changed against the one before it."""
    found = []
    for row, before in zip(rows, [*rows[1:], None], strict=False):
        was = before.answers if before else {}
        names = [q.name for q in QUESTIONS if row.answers.get(q.name) != was.get(q.name)]
        found.append(
            (
                row,
                [
                    f"{BY_NAME[n].text} {_answer(n, row.answers[n]) if n in row.answers else 'taken back'}"
                    for n in names
                ],
            )
        )
    return found[:EARLIER]
