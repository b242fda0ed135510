"""One sync of a review with its workload in the AWS Well-Architected Tool.

Answers are compared three ways: with what both sides had when they last agreed. Changed here: pushed. Changed there:
pulled. Changed on both sides: a conflict that waits for a person. AWS is never called inside a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.access import audit
from portal.aws import wellarchitected as tool
from portal.aws.wellarchitected import Place, RemoteAnswer
from scorecards.engine.lens import merge
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, placing, standing, sync_milestones
from scorecards.lenses.standing import EVIDENCE, Standing
from scorecards.models import AnswerConflict, Review, WorkloadLink
from scorecards.models.reviews import AWS

BY = "AWS tool"


@dataclass(slots=True)
class Tally:
    """What a sync did. `later` counts answers that moved while it ran; the next one takes them up."""

    pushed: int = 0
    pulled: int = 0
    conflicts: int = 0
    later: int = 0
    milestones_pushed: int = 0
    milestones_pulled: int = 0

    def as_json(self) -> dict[str, int]:
        """For the run."""
        return asdict(self)


def sync(link: WorkloadLink, check: Callable[[], None], say: Callable[[int, int, str], None]) -> Tally:
    """Bring both sides together. Raises AwsError, placing.Waiting and placing.Refused; what was agreed before stays."""
    review, place, tally = link.review, Place(link.account_id, link.region), Tally()
    placing.ensure(link)
    check()
    ours = {one.question.id: one for one in standing.of_review(review)}
    theirs = _theirs(link, place, ours, check, say)
    for question, here in ours.items():
        if question not in theirs:
            continue
        check()
        _one(link, place, here, theirs[question], tally)
    sync_milestones.sync(link, place, tally, {name: _said(one) for name, one in theirs.items()})
    WorkloadLink.objects.filter(pk=link.pk).update(synced_at=timezone.now(), error="")
    return tally


def _theirs(
    link: WorkloadLink, place: Place, ours: Mapping[str, Standing], check: Callable[[], None],
    say: Callable[[int, int, str], None],
) -> dict[str, RemoteAnswer]:  # fmt: skip
    """Their answers with notes. The list tells which questions there are; only a single answer tells its notes."""
    found: dict[str, RemoteAnswer] = {}
    listed = tool.answers(place, link.workload_id, link.lens_arn)
    for number, row in enumerate(listed):
        if row.question in ours:
            check()
            say(number, len(listed), f"{number} of {len(listed)} answers read")
            found[row.question] = tool.answer(place, link.workload_id, link.lens_arn, row.question)
    return found


def _one(link: WorkloadLink, place: Place, here: Standing, there: RemoteAnswer, tally: Tally) -> None:
    question, mine, other = here.question.id, here.said, _said(there)
    base = link.base.get(question)
    verdict = merge.compare(Said.of(base) if base else None, mine, other)
    if verdict == merge.CONFLICT:
        tally.conflicts += 1
        _conflict(link, question, mine, other)
        _note(link, question, None, there.risk)
        return
    if verdict == merge.PUSH and not (here.source == EVIDENCE and base and base.get("cleared")):
        _push(link, place, question, mine, there, tally)
    elif verdict == merge.PULL:
        _pull(link, here, other, there.risk, tally)
    elif verdict == merge.SAME:
        _note(link, question, mine, there.risk)
    _agreed(link, question)


def _push(link: WorkloadLink, place: Place, question: str, mine: Said, seen: RemoteAnswer, tally: Tally) -> None:
    """Write ours, unless theirs has moved since it was read: the API has no condition, so it is read once more."""
    if tool.answer(place, link.workload_id, link.lens_arn, question) != seen:
        tally.later += 1
        return
    said = mine.settled()
    now = tool.update_answer(
        place, link.workload_id, link.lens_arn, question, selected=said.selected, applicable=said.applicable,
        reason=said.reason, notes=said.notes,
    )  # fmt: skip
    tally.pushed += 1
    with transaction.atomic():
        _note(link, question, said, now.risk)
        audit.record(BY, "scorecards.review.push", link.review.entity.ref, question=question, account=link.account_id)


def _pull(link: WorkloadLink, here: Standing, other: Said, risk: str, tally: Tally) -> None:
    """Take theirs over, unless a person has answered here since ours was read."""
    question = here.question.id
    revision = here.answer.revision if here.answer else 0
    try:
        with transaction.atomic():
            answering.put(link.review, question, other.settled(), AWS, BY, revision)
            _note(link, question, other, risk, taken=True)
            audit.record(BY, "scorecards.review.pull", link.review.entity.ref, question=question)
        tally.pulled += 1
    except answering.Stale:
        tally.later += 1


def _note(link: WorkloadLink, question: str, said: Said | None, risk: str, *, taken: bool = False) -> None:
    """Keep what both sides agree on now, and AWS's risk. On a locked row: a person may decide a conflict meanwhile."""
    before = link.base.get(question)
    new = said is not None and (before is None or Said.of(before) != said.settled())
    if not new and link.risks.get(question) == risk:
        return
    with transaction.atomic():
        held = WorkloadLink.objects.select_for_update().get(pk=link.pk)
        held.risks[question] = risk
        if new and said is not None:
            held.base[question] = agreed(said, taken=taken)
        held.save(update_fields=["base", "risks"])
    link.base, link.risks = held.base, held.risks


def agreed(said: Said, *, taken: bool) -> dict[str, Any]:
    """What a base keeps. An answer that AWS took away is marked, so that evidence alone does not bring it back."""
    settled = said.settled()
    gone = taken and settled.applicable and not settled.selected
    return settled.as_json() | ({"cleared": True} if gone else {})


def _conflict(link: WorkloadLink, question: str, mine: Said, other: Said) -> None:
    shown = {"ours": mine.as_json(), "theirs": other.as_json()}
    AnswerConflict.objects.update_or_create(link=link, question_id=question, resolved_at=None, defaults=shown)


def _agreed(link: WorkloadLink, question: str) -> None:
    """Both sides came together without a person's decision: the conflict is over."""
    open_ = AnswerConflict.objects.filter(link=link, question_id=question, resolved_at=None)
    open_.update(resolved_at=timezone.now(), resolved_by=BY, kept="agreed")


def _said(there: RemoteAnswer) -> Said:
    return Said(there.selected, there.applicable, there.reason, there.notes)


def failed(review: Review, error: Exception) -> None:
    """Show on the page why the last sync ended early."""
    WorkloadLink.objects.filter(review=review).update(error=str(error)[:2000])
