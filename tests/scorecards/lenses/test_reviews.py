"""Answers, evidence that never overrules a person, milestones, and moving to another version."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from portal.access.models import AuditEvent
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, library, milestones, standing, words
from scorecards.models import Answer, Milestone, Review
from services.models import Entity
from tests.scorecards.lenses.conftest import prove

pytestmark = pytest.mark.django_db
Q = "rel_backup"


def now(review: Review) -> standing.Standing:
    (one,) = standing.of_review(review)
    return one


def test_a_service_has_one_review_under_a_lens(review: Review, mira: Any) -> None:
    with pytest.raises(answering.Invalid, match="has a review under this lens already"):
        answering.start(review.entity, review.lens, mira)


def test_a_team_is_not_reviewed(small: Any, mira: Any) -> None:
    team = Entity.objects.create(kind="group", name="payments")
    with pytest.raises(answering.Invalid, match="Only services and systems"):
        answering.start(team, small.lens, mira)


def test_a_draft_cannot_be_used(document: dict[str, Any], service: Callable[..., Entity], mira: Any) -> None:
    draft = library.import_lens(json.dumps(document), "admin").version
    with pytest.raises(answering.Invalid, match="No version of this lens is published"):
        answering.start(service("ledger"), draft.lens, mira)


def test_an_answer_decides_the_risk_and_is_audited(review: Review, mira: Any) -> None:
    assert now(review).risk == "UNANSWERED"
    answering.answer(review, Q, Said(("backup_taken",), notes="  since May "), mira)
    one = now(review)
    assert (one.risk, one.source, one.said.notes) == ("MEDIUM", "person", "since May")
    assert words.remedy(one) == "No risk: take up “backup restored”."
    assert AuditEvent.objects.filter(action="scorecards.review.answer", actor="mira").count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said(("nonsense",)), "selected"),
        (Said(("backup_taken", "backup_no")), "selected"),
        (Said((), applicable=False), "reason"),
        (Said((), applicable=False, reason="BECAUSE"), "reason"),
        (Said((), notes="n" * 2085), "notes"),
        (Said((), notes="a\x00b"), "notes"),
    ],
)
def test_a_wrong_answer_names_its_field(review: Review, mira: Any, said: Said, field: str) -> None:
    with pytest.raises(answering.Invalid) as caught:
        answering.answer(review, Q, said, mira)
    assert caught.value.field == field
    assert not Answer.objects.exists()


def test_a_question_that_does_not_apply_has_a_reason_and_no_risk(review: Review, mira: Any) -> None:
    answering.answer(review, Q, Said(("backup_taken",), False, "OUT_OF_SCOPE"), mira)
    one = now(review)
    assert (one.risk, one.selected, one.said.reason) == ("NOT_APPLICABLE", (), "OUT_OF_SCOPE")


def test_nobody_overwrites_what_they_have_not_seen(review: Review, mira: Any, jon: Any) -> None:
    first = answering.answer(review, Q, Said(("backup_taken",)), mira, revision=0)
    answering.answer(review, Q, Said(("backup_no",)), jon, revision=first.revision)
    with pytest.raises(answering.Stale, match="jon has changed this answer"):
        answering.answer(review, Q, Said(("backup_restored",)), mira, revision=first.revision)
    assert now(review).selected == ("backup_no",)


def test_evidence_answers_where_nobody_has(linked: None, review: Review) -> None:
    prove(review.entity, "x.taken")
    prove(review.entity, "x.restored", "fail")
    one = now(review)
    assert (one.source, one.selected, one.risk) == ("evidence", ("backup_taken",), "MEDIUM")
    assert one.proofs["backup_taken"][0].url.endswith("/checkout/scorecard/#x.taken")
    assert one.remedy is not None
    assert (one.remedy.add, one.remedy.cost) == (("backup_restored",), 30)


def test_evidence_never_overrules_a_person_but_is_shown(linked: None, review: Review, mira: Any) -> None:
    answering.answer(review, Q, Said(("backup_restored", "backup_measured")), mira)
    prove(review.entity, "x.taken")
    prove(review.entity, "x.restored", "fail")
    one = now(review)
    assert one.selected == ("backup_restored", "backup_measured")
    assert (one.claimed, one.missed, one.disputed) == (("backup_restored",), ("backup_taken",), True)
    assert one.by_evidence == ("backup_taken", "backup_measured")


def test_following_evidence_gives_up_none_of_these(linked: None, review: Review, mira: Any) -> None:
    answering.answer(review, Q, Said(("backup_no",)), mira)
    prove(review.entity, "x.taken")
    assert now(review).by_evidence == ("backup_taken",)


def test_notes_alone_leave_the_question_to_evidence(linked: None, review: Review, mira: Any) -> None:
    prove(review.entity, "x.taken")
    answering.answer(review, Q, Said((), notes="ask Jon"), mira)
    one = now(review)
    assert (one.source, one.said.notes, one.disputed) == ("evidence", "ask Jon", False)


def test_a_system_is_proven_only_where_each_of_its_services_is(
    linked: None, small: Any, service: Callable[..., Entity], mira: Any
) -> None:
    system = Entity.objects.create(kind="system", name="shop", owner_ref="group:default/payments")
    review = answering.start(system, small.lens, mira)
    one, two = (service(name, system="shop") for name in ("basket", "stock"))
    prove(one, "x.taken")
    prove(two, "x.taken", "not_applicable")
    assert now(review).selected == ("backup_taken",)
    prove(two, "x.taken", "fail")
    assert now(review).selected == ()


def test_a_milestone_is_the_review_at_an_instant_and_never_changes(review: Review, mira: Any) -> None:
    answering.answer(review, Q, Said(("backup_no",)), mira)
    before = milestones.take(review, "Before the launch", mira)
    answering.answer(review, Q, Said(("backup_taken", "backup_restored")), mira)
    assert before.counts["HIGH"] == 1
    (change,) = milestones.compare(review, before.state, milestones.state_of(standing.of_review(review)))
    assert (change.before, change.after, change.better) == ("HIGH", "NONE", True)
    assert (change.added, change.dropped) == (["backup taken", "backup restored"], ["None of these"])
    before.name = "Other"
    with pytest.raises(TypeError, match="immutable"):
        before.save()


@pytest.mark.parametrize(("name", "says"), [("ab", "3 to 100"), ("n" * 101, "3 to 100"), ("First", "exists already")])
def test_a_milestone_needs_a_new_name(review: Review, mira: Any, name: str, says: str) -> None:
    milestones.take(review, "First", mira)
    with pytest.raises(milestones.Refused, match=says):
        milestones.take(review, name, mira)


def test_there_are_at_most_a_hundred_milestones(review: Review, mira: Any) -> None:
    rows = [
        Milestone(review=review, number=number, name=f"Old {number}", taken_at=timezone.now(), taken_by="mira",
                  lens_version=review.lens_version, counts={}, state={}, sha="0")
        for number in range(1, 101)
    ]  # fmt: skip
    Milestone.objects.bulk_create(rows)
    with pytest.raises(milestones.Refused, match="at most 100"):
        milestones.take(review, "One more", mira)


def test_a_review_moves_to_a_new_version_and_a_milestone_keeps_what_was(
    review: Review, document: dict[str, Any], mira: Any
) -> None:
    answering.answer(review, Q, Said(("backup_taken", "backup_measured")), mira)
    choices = document["pillars"][0]["questions"][0]["choices"]
    del choices[2]
    newer = library.import_lens(json.dumps(document), "admin").version
    assert not answering.upgrade(review, mira)
    library.publish(newer, "admin")
    assert answering.upgrade(review, mira)
    review.refresh_from_db()
    assert (review.lens_version, now(review).selected) == (newer, ("backup_taken",))
    kept = review.milestones.get()
    assert (kept.name, kept.state[Q]["selected"]) == (
        "Before version 2 of the lens", ["backup_taken", "backup_measured"],
    )  # fmt: skip


def test_the_plan_puts_the_highest_risk_first_and_the_cheapest_before_the_dear(
    service: Callable[..., Entity], mira: Any
) -> None:
    review = answering.start(service("ledger"), library.keep_own_lens().lens, mira)
    answering.answer(review, "cost_transfer", Said(("cost_transfer_no",)), mira)
    answering.answer(review, "ops_release", Said(("ops_release_gradual",)), mira)
    plan = standing.by_risk(standing.of_review(review))
    assert [one.risk for one in plan[:3]] == ["HIGH", "MEDIUM", "UNANSWERED"]
    costs = [one.remedy.cost for one in plan[2:] if one.remedy]
    assert costs == sorted(costs)
    state, sentence, detail = words.headline(standing.risks(standing.of_review(review)), plan)
    assert (state, sentence) == ("poor", "1 high and 1 medium risks, and 40 questions are unanswered.")
    assert detail.startswith("The cheapest to mend takes about")
