"""What the page of a review shows of AWS: where it is linked, how fresh that is, conflicts and differing risks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.jobs.models import ACTIVE, Run
from scorecards.engine.lens.merge import Said
from scorecards.lenses import tasks
from scorecards.lenses.forms import LinkForm
from scorecards.lenses.standing import Standing
from scorecards.models import AnswerConflict, Review, WorkloadLink


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One conflict with both answers, readable."""

    row: AnswerConflict
    standing: Standing
    ours: Said
    theirs: Said


def context(review: Review, every: Sequence[Standing]) -> dict[str, Any]:
    """For the template of the review."""
    link = WorkloadLink.objects.filter(review=review).first()
    if link is None:
        return {"link": None, "link_form": LinkForm()}
    known = {one.question.id: one for one in every}
    open_ = link.conflicts.filter(resolved_at=None)
    return {
        "link": link,
        "run": Run.objects.filter(job=tasks.SYNC, unique=unique(review), state__in=ACTIVE).first(),
        "conflicts": [
            ConflictLine(row, known[row.question_id], Said.of(row.ours), Said.of(row.theirs))
            for row in open_
            if row.question_id in known
        ],
        "differing": [(one, link.risks[one.question.id]) for one in every if _differs(one, link)],
    }


def _differs(one: Standing, link: WorkloadLink) -> bool:
    """Whether AWS rates the very same answer otherwise than we do."""
    base = link.base.get(one.question.id)
    agreed = base is not None and Said.of(base).settled() == one.said.settled()
    return agreed and link.risks.get(one.question.id, one.risk) != one.risk


def unique(review: Review) -> str:
    """The key under which only one sync of a review runs at a time."""
    return f"review-{review.pk}"
