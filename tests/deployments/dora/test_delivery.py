"""What the scorecards may read of a service's delivery, and what the checks say to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone

import deployments
from deployments import ingest
from deployments.dora import delivery, demo
from deployments.models import Deployment, Judgement, PostTest, Rollout, RolloutPlan
from deployments.report import SOURCE
from deployments.rollouts.start import plan_rollout
from scorecards.engine.check import compile_check, judge
from scorecards.engine.evidence import Evidence, Snapshot
from services import facts
from services.models import Entity

from .conftest import History

CHECKS = {
    one["id"]: compile_check(one)
    for one in yaml.safe_load((Path(deployments.__file__).parent / "checks.yaml").read_text())["checks"]
}


class Nothing:
    """A job that nobody stops."""

    def check(self) -> None:
        """Go on."""


def published(service: Entity) -> dict[str, Any]:
    """The fact after one run of the job."""
    delivery.run(Nothing())  # type: ignore[arg-type]
    found = facts.current(service).get(delivery.FACT)
    return found.value if found else {}


def said(value: dict[str, Any], name: str) -> str:
    """What a check says to this value of the fact."""
    now = timezone.now().timestamp()
    snapshot = Snapshot({delivery.FACT: Evidence(delivery.FACT, value, now)} if value else {}, now)
    return judge(CHECKS[f"deployments.{name}"], snapshot)


@pytest.fixture
def recent(worked: History) -> History:
    """The worked example, as if it had begun 20 days ago."""
    began = min(row.finished_at for row in Deployment.objects.all() if row.finished_at)
    shift = timezone.now() - timedelta(days=20) - began
    for row in Deployment.objects.all():
        assert row.finished_at is not None
        at = row.finished_at + shift
        Deployment.objects.filter(pk=row.pk).update(finished_at=at, occurred_at=at)
        for commit in row.commits.all():
            row.commits.filter(pk=commit.pk).update(committed_at=commit.committed_at + shift)
        for incident in row.incidents.all():
            assert incident.resolved_at is not None
            row.incidents.filter(pk=incident.pk).update(resolved_at=incident.resolved_at + shift)
    return worked


def rolled_out(service: Entity, state: str = "succeeded", **weights: Any) -> Rollout:
    """A rollout that has ended."""
    segments = [{"name": "Canary", "weight": 5}, {"name": "All", "weight": 100}]
    plan = RolloutPlan.objects.create(
        name=f"p{RolloutPlan.objects.count()}", definition={"segments": segments, **weights}
    )
    target = {"account": "1", "region": "eu-west-1", "function": "f", "alias": "live", "canary": "2"}
    rollout = plan_rollout(service, plan, target, version="1", by="mira")
    Rollout.objects.filter(pk=rollout.pk).update(state=state, finished_at=timezone.now())
    return rollout


def with_test(rollout: Rollout, state: str) -> None:
    """A test of its first segment."""
    PostTest.objects.create(
        rollout=rollout, segment=rollout.segments.all()[0], name=f"t{PostTest.objects.count()}", kind="sns", place="t",
        key=f"k{PostTest.objects.count()}", token_hash=f"h{PostTest.objects.count()}", state=state, deadline_at=timezone.now(),
    )  # fmt: skip


def test_the_metrics_of_a_service_leave_as_a_fact(recent: History) -> None:
    found = published(recent.service)
    assert (found["deployments"], found["fail_rate"], found["rework_rate"]) == (8, 0.375, 0.25)
    assert found["recovery_hours"] == pytest.approx(3.9167, abs=0.001)
    assert found["lead_hours"] == pytest.approx(12.0, abs=0.001)
    assert "38% failed" in found["summary"]
    assert said(found, "recovers-within-a-day") == "pass"
    assert said(found, "few-fail") == "fail"


def test_every_field_of_the_fact_is_declared_and_every_check_asks_for_a_declared_one(recent: History) -> None:
    rollout = rolled_out(recent.service)
    with_test(rollout, "passed")
    declared = {name.removeprefix("deployments.delivery.") for name in SOURCE.schema if "delivery" in name}
    assert set(published(recent.service)) - {"days"} <= declared
    for check in CHECKS.values():
        for leaf in check.asked:
            if leaf.path.key == delivery.FACT:
                assert leaf.path.steps[0] in declared


def test_a_service_without_deployments_has_no_fact_and_its_checks_ask_nothing(service: Callable[..., Entity]) -> None:
    assert published(service()) == {}
    for name in ("tests-run", "segmented", "canary-judged", "rollback-proven", "recovers-within-a-day", "few-fail"):
        assert said({}, name) in ("not_applicable", "unknown"), name


def test_the_last_rollout_says_whether_it_was_segmented_judged_and_tested(service: Callable[..., Entity]) -> None:
    entity = service()
    rollout = rolled_out(entity)
    found = published(entity)
    assert (said(found, "segmented"), said(found, "canary-judged"), said(found, "tests-run")) == (
        "pass",
        "fail",
        "fail",
    )
    with_test(rollout, "passed")
    Judgement.objects.create(
        rollout=rollout, segment=rollout.segments.all()[0], state="no_worse", evidence=0.1, verdict={}
    )
    found = published(entity)
    assert (said(found, "canary-judged"), said(found, "tests-run")) == ("pass", "pass")
    with_test(rollout, "timed_out")
    assert said(published(entity), "tests-run") == "fail"


def test_a_rollback_is_proven_by_a_rollout_that_was_taken_back(service: Callable[..., Entity]) -> None:
    entity = service()
    rolled_out(entity)
    assert said(published(entity), "rollback-proven") == "fail"
    rolled_out(entity, "rolled_back")
    assert said(published(entity), "rollback-proven") == "pass"
    Rollout.objects.filter(state="rolled_back").update(finished_at=timezone.now() - timedelta(days=91))
    assert said(published(entity), "rollback-proven") == "fail"


def test_a_rollout_of_one_segment_is_not_segmented(service: Callable[..., Entity]) -> None:
    entity = service()
    rollout = rolled_out(entity)
    rollout.segments.filter(order=0).delete()
    assert said(published(entity), "segmented") == "fail"


@pytest.mark.parametrize("services", [3, 60])
def test_the_job_takes_the_same_queries_for_few_and_many(
    services: int, service: Callable[..., Entity], django_assert_max_num_queries: Any
) -> None:
    for number in range(services):
        rolled_out(service(f"service-{number}"))
    with django_assert_max_num_queries(24):
        delivery.run(Nothing())  # type: ignore[arg-type]


def test_the_demo_tells_the_same_history_once_and_leaves_alone_what_is_live(service: Callable[..., Entity]) -> None:
    entity = service("checkout")
    live = Deployment.objects.create(
        service=entity, version="2026.11.2", source="pipeline", external_id="1", state="succeeded",
        occurred_at=timezone.now() - timedelta(days=9), finished_at=timezone.now() - timedelta(days=9),
    )  # fmt: skip
    told = demo.load()
    assert told > 40
    assert demo.load() == 0
    assert Deployment.objects.order_by("-occurred_at").first() == live
    assert Deployment.objects.filter(contained=True).exists()


@pytest.mark.parametrize(("reached", "contained"), [(0, True), (1, True), (2, False)])
def test_a_rollout_that_is_taken_back_before_all_traffic_is_contained(
    reached: int, contained: bool, service: Callable[..., Entity]
) -> None:
    rollout = rolled_out(service(), "rolled_back")
    rollout.segments.filter(order__lt=reached).update(started_at=timezone.now())
    row = ingest.from_rollout(rollout, "rolled_back", timezone.now())
    assert (row.contained, row.strategy) == (contained, "canary")
