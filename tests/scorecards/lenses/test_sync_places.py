"""Lenses, workloads and milestones in AWS: made once, joined, moved, fetched, and refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from portal.access.models import AuditEvent
from portal.aws import wellarchitected as tool
from portal.aws.errors import AwsError
from portal.aws.models import Account
from portal.jobs import queue, runner
from portal.jobs.models import Run
from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, library, linking, milestones, placing
from scorecards.lenses import sync as syncing
from scorecards.models import AnswerConflict, Lens, LensCopy, Review, WorkloadLink
from tests.scorecards.lenses.aws_side import HOME, Q, here, run, say_there, there

pytestmark = pytest.mark.django_db


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
