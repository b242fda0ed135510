"""Beginning a review and answering it. Each write is audited; none overwrites what somebody else has just said."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access import audit
from scorecards.engine.lens.document import Question
from scorecards.engine.lens.merge import NO_REASON, Said
from scorecards.engine.lens.risk import tidy
from scorecards.lenses import library, milestones
from scorecards.models import Answer, Lens, LensVersion, Review
from scorecards.models.reviews import NOTES, PERSON, REASONS
from services.models import Entity

KINDS = ("component", "system")


class Invalid(Exception):
    """What was asked for cannot be; `field` and `message` say what and why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class Stale(Exception):
    """Somebody else has changed the answer since it was shown."""

    def __init__(self, now: Answer) -> None:
        super().__init__(f"{now.answered_by} has changed this answer since you opened it. Look at it and save again.")
        self.now = now


def start(entity: Entity, lens: Lens, user: Any) -> Review:
    """A review of a service or system under the newest published version. Raises Invalid."""
    if entity.kind not in KINDS:
        raise Invalid("entity", "Only services and systems are reviewed.")
    version = library.current(lens)
    if version is None:
        raise Invalid("lens", "No version of this lens is published yet: ask an admin to publish one.")
    try:
        with transaction.atomic():
            made = Review.objects.create(entity=entity, lens=lens, lens_version=version, created_by=user.get_username())
            audit.record(user, "scorecards.review.start", entity.ref, lens=lens.key, version=version.number)
    except IntegrityError as error:
        raise Invalid("lens", f"{entity.label} has a review under this lens already.") from error
    return made


def answer(review: Review, question_id: str, said: Said, user: Any, revision: int | None = None) -> Answer:
    """Store a person's answer. With `revision` (0: none seen) it must still be the one that the person saw.

    An answer without a selection leaves the question to evidence; its notes stay. Raises Invalid and Stale.
    """
    question = question_of(review.lens_version, question_id)
    checked = check(question, said)
    with transaction.atomic():
        found = put(review, question_id, checked, PERSON, user.get_username(), revision)
        audit.record(
            user, "scorecards.review.answer", review.entity.ref, lens=review.lens.key, question=question_id,
            selected=list(checked.selected), applicable=checked.applicable,
        )  # fmt: skip
    return found


def question_of(version: LensVersion, question_id: str) -> Question:
    """A question of the lens. Raises Invalid."""
    found = version.parsed.question(question_id)
    if found is None:
        raise Invalid("question", f"{question_id[:60]!r} is no question of this lens.")
    return found[1]


def check(question: Question, said: Said) -> Said:
    """The answer as it may be stored. Raises Invalid for unknown choices, a missing or unknown reason, long notes."""
    try:
        selected = tidy(question, said.selected)
    except ValueError as error:
        raise Invalid("selected", str(error)) from error
    if said.reason not in REASONS:
        raise Invalid("reason", f"{said.reason[:60]!r}: a reason is one of {', '.join(REASONS)}.")
    if not said.applicable and said.reason == NO_REASON:
        raise Invalid("reason", "Say why the question does not apply.")
    if len(said.notes) > NOTES:
        raise Invalid("notes", f"The notes have {len(said.notes):,} characters; at most {NOTES:,} are allowed.")
    if "\x00" in said.notes:
        raise Invalid("notes", "The notes hold a NUL character: remove it.")
    notes = said.notes.replace("\r\n", "\n").strip()
    if not said.applicable:
        return Said((), False, said.reason, notes)
    return Said(selected, notes=notes)


def put(review: Review, question_id: str, said: Said, source: str, by: str, revision: int | None) -> Answer:
    """Write the row inside a transaction of the caller; raises Stale where another revision is there."""
    Review.objects.select_for_update().get(pk=review.pk)
    found = Answer.objects.filter(review=review, question_id=question_id).first()
    if found is not None and revision is not None and found.revision != revision:
        raise Stale(found)
    row = found or Answer(review=review, question_id=question_id, revision=0)
    row.selected, row.applicable, row.reason, row.notes = list(said.selected), said.applicable, said.reason, said.notes
    row.source, row.answered_by, row.answered_at = source, by, timezone.now()
    row.revision += 1
    row.save()
    Review.objects.filter(pk=review.pk).update(changed_at=row.answered_at)
    return row


def upgrade(review: Review, user: Any) -> bool:
    """Move a review to the newest published version of its lens; false where it is there.

    A milestone keeps what was; answers keep those of their choices that the new version still has.
    """
    newest = library.current(review.lens)
    if newest is None or newest.number <= review.lens_version.number:
        return False
    with transaction.atomic():
        before = review.lens_version.number
        milestones.take(review, f"Before version {newest.number} of the lens", user)
        for row in review.answers.all():
            found = newest.parsed.question(row.question_id)
            kept = [name for name in row.selected if found and found[1].choice(name)]
            if kept != row.selected:
                row.selected, row.revision = kept, row.revision + 1
                row.save()
        review.lens_version, review.changed_at = newest, timezone.now()
        review.save()
        audit.record(
            user, "scorecards.review.upgrade", review.entity.ref, lens=review.lens.key, before=before,
            after=newest.number,
        )  # fmt: skip
    return True
