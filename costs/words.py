"""How savings and states are written: ranges with currency, verdicts, icons."""

from __future__ import annotations

from collections.abc import Iterable

from costs.engine.money import Range
from costs.models import CostReview, Finding
from portal.templatetags.wording import money

WHOLE_FROM = 20
"""From this amount on, cents say nothing: both ends of a range lose them."""

FINDING_STATES = {
    Finding.State.OPEN: ("fair", "coin", "Open"),
    Finding.State.ACCEPTED: ("neutral", "user-check", "Accepted"),
    Finding.State.DISMISSED: ("stale", "ban", "Dismissed"),
    Finding.State.SNOOZED: ("stale", "clock-pause", "Snoozed"),
    Finding.State.DONE: ("good", "circle-check", "Done"),
}
REVIEW_STATES = {
    CostReview.State.RUNNING: ("neutral", "loader-2", "Running"),
    CostReview.State.DONE: ("good", "circle-check", "Complete"),
    CostReview.State.PARTIAL: ("fair", "alert-triangle", "Partial"),
    CostReview.State.FAILED: ("poor", "circle-x", "Failed"),
}


def span(saving: Range) -> str:
    """A range as people write it: "$21–$68"; one amount where low and high are the same."""
    whole = saving.high >= WHOLE_FROM
    low, high = (money(round(amount) if whole else amount, saving.currency) for amount in (saving.low, saving.high))
    return low if low == high else f"{low}–{high}"


def spans(savings: Iterable[Range]) -> str:
    """Several currencies side by side, never summed; "nothing" without any."""
    return " and ".join(span(saving) for saving in savings) or "nothing"


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 finding", "3 findings"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def verdict(findings: int, savings: Iterable[Range], unjudged: int) -> str:
    """The sentence that a review leads with."""
    if not findings:
        return "Nothing to save was found." if not unjudged else "Nothing to save was found in what could be judged."
    return f"{plural(findings, 'finding')}, {spans(savings)} a month."
