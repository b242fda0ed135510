"""The sync with the AWS Well-Architected Tool, against the stateful one of the sandbox, over HTTP with real signing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.access.models import AuditEvent
from portal.aws import wellarchitected as tool
from portal.aws.errors import AwsError
from portal.aws.models import Account
from portal.aws.wellarchitected import Place
from portal.jobs import queue, runner
from portal.jobs.models import Run
from scorecards.engine.lens import merge
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, library, linking, milestones, placing, standing
from scorecards.lenses import sync as syncing
from scorecards.models import AnswerConflict, Lens, LensCopy, Review, WorkloadLink
from tests.scorecards.lenses.conftest import prove

pytestmark = pytest.mark.django_db
Q, HOME = "rel_backup", Place("111111111111", "eu-west-1")


@pytest.fixture
def link(aws: Any, review: Review, mira: Any, monkeypatch: pytest.MonkeyPatch) -> WorkloadLink:
    """The review, linked and not yet synced."""
    monkeypatch.setattr("portal.jobs.doorbell.send", lambda run_id, name: None)
    linking.link(review, HOME.account, HOME.region, mira)
    return WorkloadLink.objects.get(review=review)


def run(link: WorkloadLink) -> syncing.Tally:
    """One sync as the job does it."""
    fresh = WorkloadLink.objects.select_related("review__entity", "review__lens", "review__lens_version__lens").get(
        pk=link.pk
    )
    tally = syncing.sync(fresh, lambda: None, lambda done, total, text: None)
    link.refresh_from_db()
    return tally


def here(link: WorkloadLink) -> Said:
    (one,) = standing.of_review(Review.objects.select_related("entity", "lens").get(pk=link.review_id))
    return one.said


def there(link: WorkloadLink) -> tool.RemoteAnswer:
    return tool.answer(HOME, link.workload_id, link.lens_arn, Q)


def say_there(link: WorkloadLink, *selected: str, notes: str = "") -> None:
    tool.update_answer(
        HOME, link.workload_id, link.lens_arn, Q, selected=selected, applicable=True, reason="NONE", notes=notes
    )


def test_the_first_sync_brings_lens_workload_and_answers(
    link: WorkloadLink, mira: Any, document: dict[str, Any]
) -> None:
    answering.answer(link.review, Q, Said(("backup_taken",), notes="since May"), mira)
    assert run(link).pushed == 1
    copy = LensCopy.objects.get()
    assert (copy.aws_version, copy.arn) == ("1.0", link.lens_arn)
    assert json.loads(tool.export_lens(HOME, copy.arn)) == document
    answer = there(link)
    assert (answer.selected, answer.notes, answer.risk) == (("backup_taken",), "since May", "MEDIUM")
    assert link.risks == {Q: "MEDIUM"}
    assert link.synced_at is not None


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


@pytest.fixture
def torn(link: WorkloadLink, mira: Any) -> WorkloadLink:
    """Changed on both sides since they agreed."""
    answering.answer(link.review, Q, Said(("backup_taken",)), mira)
    run(link)
    answering.answer(link.review, Q, Said(("backup_taken", "backup_restored")), mira)
    say_there(link, "backup_no")
    assert run(link).conflicts == 1
    return link


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


def test_milestones_go_both_ways_once(link: WorkloadLink, mira: Any) -> None:
    answering.answer(link.review, Q, Said(("backup_taken",)), mira)
    milestones.take(link.review, "Ours", mira)
    assert run(link).milestones_pushed == 1
    say_there(link, "backup_no")
    tool.create_milestone(HOME, link.workload_id, "Theirs", "token")
    assert run(link).milestones_pulled == 1
    pulled = link.review.milestones.get(name="Theirs")
    assert (pulled.origin, pulled.state[Q]["risk"], pulled.counts["HIGH"]) == ("aws", "HIGH", 1)
    assert run(link) == syncing.Tally()
    assert [row.name for row in tool.milestones(HOME, link.workload_id)] == ["Ours", "Theirs"]


def test_a_milestone_of_an_answer_that_has_moved_on_stays_here(link: WorkloadLink, mira: Any) -> None:
    answering.answer(link.review, Q, Said(("backup_no",)), mira)
    milestones.take(link.review, "Early", mira)
    answering.answer(link.review, Q, Said(("backup_taken",)), mira)
    assert run(link).milestones_pushed == 0
    assert tool.milestones(HOME, link.workload_id) == []


def test_a_new_version_of_the_lens_is_published_and_the_workload_moves(
    link: WorkloadLink, mira: Any, document: dict[str, Any]
) -> None:
    answering.answer(link.review, Q, Said(("backup_taken",)), mira)
    run(link)
    document["pillars"][0]["questions"][0]["title"] = "Do restores work?"
    library.publish(library.import_lens(json.dumps(document), "admin").version, "admin")
    review = Review.objects.select_related("entity", "lens", "lens_version").get(pk=link.review_id)
    answering.upgrade(review, mira)
    run(link)
    assert tool.review_version(HOME, link.workload_id, link.lens_arn) == LensCopy.objects.get().aws_version == "2.0"
    assert there(link).selected == ("backup_taken",)


def test_a_sync_that_died_after_the_workload_was_made_makes_no_second_one(
    link: WorkloadLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tool.create_workload

    def die(*args: Any, **more: Any) -> str:
        make(*args, **more)
        raise RuntimeError("power cut")

    monkeypatch.setattr(tool, "create_workload", die)
    with pytest.raises(RuntimeError):
        run(link)
    monkeypatch.setattr(tool, "create_workload", make)
    run(link)
    assert len(HOME.client().list_workloads()["WorkloadSummaries"]) == 1


def test_while_aws_takes_in_the_lens_another_run_is_asked_for(
    link: WorkloadLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "lenses", lambda place, status="ALL": [])
    first = Run.objects.get(job="scorecards.sync-review")
    runner.execute(first.pk, heartbeat=False)
    first.refresh_from_db()
    assert (first.state, first.result) == ("succeeded", {"waiting": True})
    again = Run.objects.exclude(pk=first.pk).get(job="scorecards.sync-review")
    assert again.state == "queued"
    assert again.due_at > first.created_at


def test_a_refusal_of_aws_is_shown_on_the_page(link: WorkloadLink, mira: Any, browse: Callable[..., Any]) -> None:
    Account.objects.filter(account_id=HOME.account).update(review_role_arn="")
    first = Run.objects.get(job="scorecards.sync-review")
    runner.execute(first.pk, heartbeat=False)
    first.refresh_from_db()
    assert first.state == "failed"
    link.refresh_from_db()
    assert "has no review role" in link.error
    assert "has no review role" in browse(mira).get(link.review.get_absolute_url()).content.decode()


def test_the_job_syncs_and_the_page_tells(torn: WorkloadLink, mira: Any, browse: Callable[..., Any]) -> None:
    page = browse(mira).get(torn.review.get_absolute_url()).content.decode()
    assert "changed on both sides" in page
    address = f"{torn.review.get_absolute_url()}aws/conflicts/{Q}/"
    assert browse(mira).post(address, {"keep": "nonsense"}).status_code == 302
    assert AnswerConflict.objects.get().resolved_at is None
    browse(mira).post(address, {"keep": "there"})
    assert here(torn).selected == ("backup_no",)
    assert browse(mira).post(address, {"keep": "there"}).status_code == 404


def test_only_a_listed_account_with_a_review_role_is_linked(aws: Any, review: Review, mira: Any) -> None:
    for account, region in (("999999999999", "eu-west-1"), (HOME.account, "ap-south-1"), ("", "")):
        with pytest.raises(linking.Refused, match="no review role"):
            linking.link(review, account, region, mira)


def test_a_review_under_an_older_version_than_aws_has_is_told_to_move(
    link: WorkloadLink, document: dict[str, Any], service: Callable[..., Any], mira: Any
) -> None:
    run(link)
    document["description"] = "Newer."
    library.publish(library.import_lens(json.dumps(document), "admin").version, "admin")
    other = answering.start(service("ledger"), link.review.lens, mira)
    linking.link(other, HOME.account, HOME.region, mira)
    run(WorkloadLink.objects.get(review=other))
    with pytest.raises(placing.Refused, match="move the review to the newer version first"):
        run(link)


def test_a_review_joins_a_workload_that_is_there(
    link: WorkloadLink, service: Callable[..., Any], mira: Any, document: dict[str, Any]
) -> None:
    run(link)
    document["name"] = "Second lens"
    second = library.import_lens(json.dumps(document), "admin").version
    library.publish(second, "admin")
    other = answering.start(link.review.entity, second.lens, mira)
    linking.link(other, HOME.account, HOME.region, mira, link.workload_id)
    joined = WorkloadLink.objects.get(review=other)
    run(joined)
    assert tool.workload_lenses(HOME, link.workload_id) == [link.lens_arn, joined.lens_arn]
    say_there(joined, "backup_taken")
    assert run(joined).pulled == 1
    assert here(joined).selected == ("backup_taken",)
    assert run(link) == syncing.Tally()


def test_an_admin_fetches_a_lens_from_aws_as_a_draft(
    link: WorkloadLink, admin: Any, mira: Any, browse: Callable[..., Any], document: dict[str, Any]
) -> None:
    run(link)
    document["name"] = "Made in AWS"
    arn = tool.import_lens(HOME, json.dumps(document), "x").arn
    tool.publish_lens(HOME, arn, "1.0", "y")
    form = {"place": f"{HOME.account}/{HOME.region}", "arn": arn}
    assert browse(mira).post("/scorecards/lenses/from-aws/fetch/", form).status_code == 403
    browse(admin).post("/scorecards/lenses/from-aws/fetch/", {**form, "arn": "arn:aws:s3:::bucket"})
    assert not Run.objects.filter(job="scorecards.fetch-lens").exists()
    browse(admin).post("/scorecards/lenses/from-aws/fetch/", form)
    asked = Run.objects.get(job="scorecards.fetch-lens")
    runner.execute(asked.pk, heartbeat=False)
    asked.refresh_from_db()
    assert asked.result == {"lens": "made-in-aws", "version": 1, "new": True}
    assert AuditEvent.objects.filter(action="scorecards.lens.import", actor="admin", target="made-in-aws").exists()


def test_linked_reviews_are_synced_once_an_hour(link: WorkloadLink) -> None:
    Run.objects.all().delete()
    keep = queue.enqueue("scorecards.lenses")
    runner.execute(keep.pk, heartbeat=False)
    keep.refresh_from_db()
    assert keep.result == {"asked": 1}
    again = queue.enqueue("scorecards.lenses")
    runner.execute(again.pk, heartbeat=False)
    again.refresh_from_db()
    assert again.result is None
    assert library.current(Lens.objects.get(key="colonnade")) is not None


def test_a_workload_id_that_cannot_be_is_refused(aws: Any, review: Review, mira: Any) -> None:
    with pytest.raises(linking.Refused, match="32 of the characters"):
        linking.link(review, HOME.account, HOME.region, mira, "../workloads")


def test_unlinking_leaves_aws_as_it_is(torn: WorkloadLink, mira: Any, browse: Callable[..., Any]) -> None:
    browse(mira).post(f"{torn.review.get_absolute_url()}aws/unlink/")
    assert not WorkloadLink.objects.exists()
    assert not AnswerConflict.objects.exists()
    assert len(HOME.client().list_workloads()["WorkloadSummaries"]) == 1
    assert AuditEvent.objects.filter(action="scorecards.review.unlink", actor="mira").count() == 1


def test_an_unknown_workload_is_an_error_of_aws(link: WorkloadLink) -> None:
    run(link)
    WorkloadLink.objects.filter(pk=link.pk).update(workload_id="0" * 32)
    with pytest.raises(AwsError):
        run(link)


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
