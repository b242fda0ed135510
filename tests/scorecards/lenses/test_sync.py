"""Answers in step with the AWS Well-Architected Tool: the stateful one of the sandbox, over HTTP with real signing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.access.models import AuditEvent
from portal.aws import wellarchitected as tool
from scorecards.engine.lens import merge
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, linking
from scorecards.lenses import sync as syncing
from scorecards.models import AnswerConflict, LensCopy, WorkloadLink
from tests.scorecards.lenses.aws_side import Q, here, run, say_there, there
from tests.scorecards.lenses.conftest import prove

pytestmark = pytest.mark.django_db


def test_a_second_sync_does_nothing(link: WorkloadLink, mira: Any) -> None:
    answering.answer(link.review, Q, Said(("backup_taken",)), mira)
    run(link)
    assert run(link) == syncing.Tally()
    assert LensCopy.objects.count() == 1


def test_what_changed_in_aws_alone_is_pulled(link: WorkloadLink) -> None:
    run(link)
    say_there(link, "backup_no", notes="from the console")
    assert run(link).pulled == 1
    assert here(link) == Said(("backup_no",), notes="from the console")
    assert link.review.answers.get().source == "aws"
    assert AuditEvent.objects.filter(action="scorecards.review.pull").count() == 1


def test_a_question_that_does_not_apply_goes_over_with_its_reason(link: WorkloadLink, mira: Any) -> None:
    answering.answer(link.review, Q, Said((), False, "OUT_OF_SCOPE", "no data"), mira)
    run(link)
    answer = there(link)
    assert (answer.applicable, answer.reason, answer.risk) == (False, "OUT_OF_SCOPE", "NOT_APPLICABLE")


def test_what_changed_on_both_sides_is_a_conflict_and_nothing_is_overwritten(torn: WorkloadLink) -> None:
    assert run(torn).conflicts == 1
    assert here(torn).selected == ("backup_taken", "backup_restored")
    assert there(torn).selected == ("backup_no",)
    conflict = AnswerConflict.objects.get()
    assert (conflict.ours["selected"], conflict.theirs["selected"]) == (
        ["backup_taken", "backup_restored"],
        ["backup_no"],
    )


@pytest.mark.parametrize(
    ("keep", "selected"), [("here", {"backup_taken", "backup_restored"}), ("there", {"backup_no"})]
)
def test_a_person_decides_and_the_next_sync_carries_it_over(
    torn: WorkloadLink, mira: Any, keep: str, selected: set[str]
) -> None:
    linking.resolve(AnswerConflict.objects.get(), keep, mira)
    assert run(torn).conflicts == 0
    assert set(here(torn).selected) == set(there(torn).selected) == selected
    row = AnswerConflict.objects.get()
    assert (row.kept, row.resolved_by) == (keep, "mira")
    with pytest.raises(linking.Refused, match="decided this conflict already"):
        linking.resolve(row, keep, mira)


def test_a_decision_is_no_licence_to_overwrite_what_came_later(torn: WorkloadLink, mira: Any) -> None:
    linking.resolve(AnswerConflict.objects.get(), "here", mira)
    say_there(torn, "backup_measured")
    assert run(torn).conflicts == 1
    assert there(torn).selected == ("backup_measured",)


def test_taking_theirs_is_refused_where_ours_has_moved(torn: WorkloadLink, mira: Any) -> None:
    answering.answer(torn.review, Q, Said(("backup_measured",)), mira)
    with pytest.raises(linking.Refused, match="has changed since"):
        linking.resolve(AnswerConflict.objects.get(), "there", mira)


def test_a_conflict_ends_where_both_come_to_say_the_same(torn: WorkloadLink, mira: Any) -> None:
    answering.answer(torn.review, Q, Said(("backup_no",)), mira)
    assert run(torn).conflicts == 0
    assert AnswerConflict.objects.get().kept == "agreed"


def test_an_answer_given_during_a_sync_is_not_lost(
    link: WorkloadLink, mira: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(link)
    say_there(link, "backup_no")
    read = tool.answer

    def slow(*args: Any) -> Any:
        found = read(*args)
        answering.answer(link.review, Q, Said(("backup_taken",)), mira)
        return found

    monkeypatch.setattr(tool, "answer", slow)
    assert run(link).later == 1
    monkeypatch.setattr(tool, "answer", read)
    assert here(link).selected == ("backup_taken",)
    assert run(link).conflicts == 1


def test_an_answer_given_in_aws_during_a_sync_is_not_overwritten(
    link: WorkloadLink, mira: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(link)
    answering.answer(link.review, Q, Said(("backup_taken",)), mira)
    read, calls = tool.answer, []

    def moved(*args: Any) -> Any:
        if calls:
            say_there(link, "backup_no")
        calls.append(args)
        return read(*args)

    monkeypatch.setattr(tool, "answer", moved)
    assert run(link).later == 1
    assert there(link).selected == ("backup_no",)


def test_evidence_is_pushed_but_does_not_bring_back_what_aws_took_away(linked: None, link: WorkloadLink) -> None:
    prove(link.review.entity, "x.taken")
    assert run(link).pushed == 1
    assert there(link).selected == ("backup_taken",)
    say_there(link)
    assert run(link).pulled == 1
    assert run(link).pushed == 0
    assert there(link).selected == ()


def test_the_job_syncs_and_the_page_tells(torn: WorkloadLink, mira: Any, browse: Callable[..., Any]) -> None:
    page = browse(mira).get(torn.review.get_absolute_url()).content.decode()
    assert "changed on both sides" in page
    address = f"{torn.review.get_absolute_url()}aws/conflicts/{Q}/"
    assert browse(mira).post(address, {"keep": "nonsense"}).status_code == 302
    assert AnswerConflict.objects.get().resolved_at is None
    browse(mira).post(address, {"keep": "there"})
    assert here(torn).selected == ("backup_no",)
    assert browse(mira).post(address, {"keep": "there"}).status_code == 404


answers = st.sets(st.sampled_from(["aaa", "bbb"]), max_size=2).map(lambda some: Said(tuple(sorted(some))))


class TwoSides(RuleBasedStateMachine):
    """Whatever both sides do between syncs: an answer that one side gave is overwritten only by a person's decision, or by a
    later answer of the other side given after it had been carried over."""

    def __init__(self) -> None:
        super().__init__()
        self.ours = self.theirs = Said()
        self.base: Said | None = None
        self.untold_ours = self.untold_theirs = False

    @rule(said=answers)
    def answer_here(self, said: Said) -> None:
        self.untold_ours = self.untold_ours or said != self.ours
        self.ours = said

    @rule(said=answers)
    def answer_there(self, said: Said) -> None:
        self.untold_theirs = self.untold_theirs or said != self.theirs
        self.theirs = said

    @rule()
    def sync(self) -> None:
        verdict = merge.compare(self.base, self.ours, self.theirs)
        if verdict == merge.PUSH:
            assert self.untold_ours
            assert self.theirs == (self.base or Said())
            self.theirs = self.ours
        elif verdict == merge.PULL:
            assert self.untold_theirs
            assert self.ours == (self.base or Said())
            self.ours = self.theirs
        if verdict != merge.CONFLICT:
            self.base = self.ours
            self.untold_ours = self.untold_theirs = False

    @rule(keep=st.sampled_from(["here", "there"]))
    def decide(self, keep: str) -> None:
        if merge.compare(self.base, self.ours, self.theirs) == merge.CONFLICT:
            self.base = self.theirs
            if keep == "there":
                self.ours = self.theirs
            self.untold_ours, self.untold_theirs = self.ours != self.theirs, False

    @invariant()
    def a_conflict_needs_two_changes(self) -> None:
        if merge.compare(self.base, self.ours, self.theirs) == merge.CONFLICT:
            assert self.untold_ours
            assert self.untold_theirs


class TestTwoSides(TwoSides.TestCase):  # type: ignore[misc,name-defined]
    """Run the machine."""

    settings = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
