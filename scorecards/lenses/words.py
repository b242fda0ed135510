"""Words of the reviews: risks, sources of an answer, and the sentence that a page begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.templatetags import wording
from scorecards.engine.lens.risk import NONE, NOT_APPLICABLE, UNANSWERED
from scorecards.lenses.standing import EVIDENCE, Standing
from scorecards.models.reviews import AWS, PERSON


@dataclass(frozen=True, slots=True)
class RiskWords:
    """How a risk is drawn and read."""

    label: str
    kind: str
    icon: str


RISKS: dict[str, RiskWords] = {
    "HIGH": RiskWords("High risk", "poor", "alert-triangle"),
    "MEDIUM": RiskWords("Medium risk", "fair", "alert-circle"),
    NONE: RiskWords("No risk", "good", "circle-check"),
    UNANSWERED: RiskWords("Unanswered", "stale", "circle-dashed"),
    NOT_APPLICABLE: RiskWords("Does not apply", "neutral", "circle-minus"),
}
SOURCES = {PERSON: "answered by a person", AWS: "answered in the AWS tool", EVIDENCE: "answered from evidence"}


def headline(counts: Mapping[str, int], plan: Sequence[Standing]) -> tuple[str, str, str]:
    """(state, sentence, detail) of a review: how many risks there are, and the cheapest way on."""
    high, medium, open_ = counts["HIGH"], counts["MEDIUM"], counts[UNANSWERED]
    unanswered = "one question is unanswered" if open_ == 1 else f"{open_} questions are unanswered"
    if high or medium:
        named = [f"{number} {word}" for number, word in ((high, "high"), (medium, "medium")) if number]
        risks = f"{' and '.join(named)} risk{'s' if high + medium > 1 else ''}"
        return "poor" if high else "fair", f"{risks}{f', and {unanswered}' if open_ else ''}.", _next(plan)
    if open_:
        return "stale", f"No risk is known, but {unanswered}.", ""
    return "good", "No risk: every question that applies is answered well.", ""


def _next(plan: Sequence[Standing]) -> str:
    costs = [(one.remedy.cost, one.question.title) for one in plan if one.remedy and one.risk != UNANSWERED]
    if not costs:
        return ""
    minutes, title = min(costs)
    return f"The cheapest to mend takes about {wording.effort(minutes)}: {title}"


def remedy(standing: Standing) -> str:
    """“No risk: take up A and B; give up C.”, or why there is nothing to say."""
    change = standing.remedy
    if change is None:
        return "" if standing.risk in (NONE, NOT_APPLICABLE) else "No choice of this question lowers the risk."
    titles = {choice.id: choice.title for choice in standing.question.choices}
    none = {choice.id for choice in standing.question.choices if choice.none_of_these}
    parts = []
    if change.add:
        parts.append("take up " + _listed([titles[name] for name in change.add]))
    given_up = [titles[name] for name in change.drop if name not in none]
    if given_up:
        parts.append("give up " + _listed(given_up))
    return f"{RISKS[change.risk].label}: {'; '.join(parts)}."


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
