"""Milestones: a review as it stood at a named instant, and what changed between two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from portal.access import audit
from scorecards.engine.lens.risk import NONE, RANK, UNANSWERED, counts
from scorecards.lenses import standing
from scorecards.models import Milestone, Review

MOST = 100
SHORTEST, LONGEST = 3, 100


class Refused(Exception):
    """The milestone cannot be taken; the message says why."""


def take(review: Review, name: str, user: Any) -> Milestone:
    """Keep the review as it stands. Raises Refused: the name is too short, too long or taken, or there are 100."""
    with transaction.atomic():
        Review.objects.select_for_update().get(pk=review.pk)
        made = store(review, name.strip(), state_of(standing.of_review(review)), user.get_username(), timezone.now())
        audit.record(
            user, "scorecards.review.milestone", review.entity.ref, lens=review.lens.key, number=made.number,
            name=made.name, sha=made.sha,
        )  # fmt: skip
    return made


def store(review: Review, name: str, state: dict[str, Any], by: str, when: datetime, origin: str = "here") -> Milestone:
    """Write a milestone inside a transaction of the caller. Raises Refused."""
    taken = review.milestones.count()
    if not SHORTEST <= len(name) <= LONGEST:
        raise Refused(f"A name has {SHORTEST} to {LONGEST} characters.")
    if taken >= MOST:
        raise Refused(f"A review has at most {MOST} milestones, as in the AWS tool.")
    if review.milestones.filter(name=name).exists():
        raise Refused(f"“{name}” exists already: milestones never change, so choose another name.")
    newest = review.milestones.first()
    return Milestone.objects.create(
        review=review, number=newest.number + 1 if newest else 1, name=name, taken_at=when, taken_by=by,
        origin=origin, lens_version=review.lens_version, state=state,
        counts=counts(entry["risk"] for entry in state.values()),
        sha=hashlib.sha256(orjson.dumps(state, option=orjson.OPT_SORT_KEYS)).hexdigest(),
    )  # fmt: skip


def state_of(standings: Iterable[standing.Standing]) -> dict[str, Any]:
    """What a milestone keeps of each question."""
    return {one.question.id: one.said.as_json() | {"risk": one.risk, "source": one.source} for one in standings}


@dataclass(frozen=True, slots=True)
class Difference:
    """A question whose answer or risk is not the same in two states."""

    question: str
    title: str
    before: str
    after: str
    added: list[str]
    dropped: list[str]

    @property
    def better(self) -> bool | None:
        """Whether the risk fell; None where it stayed, or cannot be compared."""
        old, new = _rank(self.before), _rank(self.after)
        return None if old is None or new is None or old == new else new < old


def _rank(risk: str) -> int | None:
    return RANK["HIGH"] + 1 if risk == UNANSWERED else RANK.get(risk)


def compare(review: Review, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changed between two states, in the order of the lens; questions that only one of them has come last."""
    known = {question.id: question for _, question in review.lens_version.parsed.questions()}
    order = [*known, *sorted((before.keys() | after.keys()) - known.keys())]
    found = []
    for name in order:
        old, new = before.get(name) or _nothing(), after.get(name) or _nothing()
        if (old["risk"], set(old["selected"])) == (new["risk"], set(new["selected"])):
            continue
        question = known.get(name)
        titles = {choice.id: choice.title for choice in question.choices} if question else {}
        found.append(
            Difference(
                name, question.title if question else name, old["risk"], new["risk"],
                [titles.get(one, one) for one in new["selected"] if one not in old["selected"]],
                [titles.get(one, one) for one in old["selected"] if one not in new["selected"]],
            )
        )  # fmt: skip
    return found


def _nothing() -> dict[str, Any]:
    return {"risk": UNANSWERED, "selected": []}


def clear(counted: Mapping[str, int]) -> int:
    """How many questions carry no risk."""
    return counted.get(NONE, 0)
