"""What AWS knows of deployments is read from every account and region; one that is silent leaves the others."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from deployments import ingest
from deployments.intake.pull import codepipeline, lambda_aliases, run
from deployments.intake.pull.contract import Place
from deployments.models import Deployment, Pipeline, PipelineExecution, PullState
from portal.aws import session
from portal.aws.lambda_aliases import AliasState
from portal.sandbox.seed import seed_service

PLACE = ("111111111111", "eu-west-1")
CONTEXT: Any = SimpleNamespace(check=lambda: None, progress=lambda *_: None, log=lambda _: None)
START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def look() -> dict[str, Any]:
    """One run of the job, as if all sources were due."""
    PullState.objects.update(looked_at=None)
    return run.run(CONTEXT)


@pytest.fixture
def refuse(aws: Any) -> Callable[..., None]:
    """refuse("ecs", "ListClusters", account=…): AWS denies it."""

    def ask(service: str, operation: str, **body: Any) -> None:
        data = json.dumps({"service": service, "operation": operation, **body}).encode()
        request = urllib.request.Request(f"{aws.url}/_sandbox/refuse", data, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=5).close()

    return ask


@pytest.fixture
def reviews(aws: Any, service: Callable[..., Any]) -> Any:
    """A service that CodeDeploy deploys."""
    seed_service(aws.url, "reviews")
    return service("reviews", team="catalog")


def codedeploy() -> Any:
    return session.client(*PLACE, "codedeploy", role="rollout")


def deploy(**more: Any) -> str:
    revision = {
        "revisionType": "S3",
        "s3Location": {"bucket": "builds", "key": "reviews-3.1.0.zip", "bundleType": "zip"},
    }
    reply = codedeploy().create_deployment(
        applicationName="reviews", deploymentGroupName="production", revision=revision, **more
    )
    return str(reply["deploymentId"])


def test_a_deployment_of_codedeploy_stands_once_however_often_it_is_read(reviews: Any) -> None:
    name = deploy()
    look()
    look()
    row = Deployment.objects.get(source="codedeploy")
    assert (row.external_id, row.service, row.state, row.version) == (name, reviews, "running", "reviews-3.1.0.zip")
    assert row.tier == "production"


def test_a_rollback_of_codedeploy_marks_what_it_takes_back(reviews: Any) -> None:
    name = deploy()
    codedeploy().get_deployment(deploymentId=name)
    codedeploy().stop_deployment(deploymentId=name, autoRollbackEnabled=True)
    look()
    undone, back = Deployment.objects.get(external_id=name), Deployment.objects.get(kind="rollback")
    assert (undone.state, back.rollback_of) == ("rolled_back", name)
    look()
    assert Deployment.objects.filter(source="codedeploy").count() == 2


def test_a_service_deployment_of_ecs_is_read_to_its_end(aws: Any, service: Callable[..., Any]) -> None:
    seed_service(aws.url, "products")
    products = service("products", team="catalog")
    look()
    row = Deployment.objects.filter(source="ecs").earliest("started_at")
    assert (row.service, row.state, row.region) == (products, "succeeded", "eu-west-1")
    assert row.external_id.startswith("111111111111/eu-west-1/products/products/")
    before = Deployment.objects.filter(source="ecs").count()
    look()
    assert Deployment.objects.filter(source="ecs").count() == before


def test_one_denied_api_of_one_account_leaves_all_the_others(reviews: Any, refuse: Callable[..., None]) -> None:
    deploy()
    refuse("ecs", "ListClusters", account=PLACE[0])
    done = look()
    assert done["silent"] == 2
    assert Deployment.objects.filter(source="codedeploy").exists()
    silent = PullState.objects.exclude(error="")
    assert {(row.source, row.account) for row in silent} == {("ecs", PLACE[0])}
    assert "ecs:ListClusters" in silent[0].error
    assert PullState.objects.get(source="ecs", account="222222222222", region="eu-west-1").read_at


def test_a_source_that_answers_again_reads_on_from_its_last_good_look(
    reviews: Any, refuse: Callable[..., None]
) -> None:
    refuse("codedeploy", "ListDeployments", account=PLACE[0])
    look()
    deploy()
    refuse("codedeploy", "ListDeployments", account=PLACE[0], code="")
    look()
    assert Deployment.objects.filter(source="codedeploy").count() == 1
    assert not PullState.objects.exclude(error="").exists()


def test_each_source_is_looked_at_in_its_own_time(aws: Any, db: None) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        assert run.run(CONTEXT)["looks"] == 16
        assert run.run(CONTEXT)["looks"] == 0
        now.shift(60)
        assert run.run(CONTEXT)["looks"] == 8
        now.shift(300)
        assert run.run(CONTEXT)["looks"] == 16


def test_what_belongs_to_no_service_is_named_on_the_page(aws: Any, db: None, vera: Any, browse: Any) -> None:
    seed_service(aws.url, "reviews")
    deploy()
    look()
    assert not Deployment.objects.exists()
    assert PullState.objects.get(source="codedeploy", account=PLACE[0], region=PLACE[1]).unmatched == ["reviews"]
    assert "reviews" in browse(vera).get("/deployments/sources/").content.decode()


def test_accounts_that_are_no_longer_listed_are_forgotten(aws: Any, db: None) -> None:
    from portal.aws.models import Account

    look()
    Account.objects.filter(account_id=PLACE[0]).delete()
    look()
    assert set(PullState.objects.values_list("account", flat=True)) == {"222222222222"}


# CodePipeline: as the job "Look at pipelines" has stored it.


@pytest.fixture
def release(service: Callable[..., Any]) -> Callable[..., PipelineExecution]:
    """release("Succeeded", minute=3): an execution of the pipeline of checkout that ended then."""
    service("checkout")
    pipeline = Pipeline.objects.create(name="checkout-release", account=PLACE[0], region=PLACE[1])

    def make(status: str, minute: int, **fields: Any) -> PipelineExecution:
        return PipelineExecution.objects.create(
            pipeline=pipeline, execution_id=f"execution-{minute}", status=status, started_at=START + timedelta(minutes=minute),
            updated_at=START + timedelta(minutes=minute + 2), **fields,
        )  # fmt: skip

    return make


def pulled() -> None:
    """One look at the pipelines."""
    with time_machine.travel(START + timedelta(hours=1), tick=False):
        state, _ = PullState.objects.get_or_create(source="codepipeline", account=PLACE[0], region=PLACE[1])
        run.look(codepipeline.SOURCE, state, run.Owners.known(), {"deployments": 0, "looks": 0, "silent": 0})


def test_ended_executions_are_deployments_and_superseded_ones_are_not(release: Any) -> None:
    for minute, status in enumerate(("Succeeded", "Failed", "Stopped", "Superseded", "InProgress")):
        release(status, 5 * minute, revision="3f786850e387550fdab836ed7e6dc881de23001b")
    pulled()
    states = dict(Deployment.objects.values_list("external_id", "state"))
    assert states == {"execution-0": "succeeded", "execution-5": "failed", "execution-10": "cancelled"}
    assert {row.commit for row in Deployment.objects.all()} == {"3f786850e387550fdab836ed7e6dc881de23001b"}


def test_a_rollback_execution_takes_back_the_newest_release_before_it(release: Any) -> None:
    release("Succeeded", 0)
    release("Failed", 5)
    release("Succeeded", 10, kind="ROLLBACK", trigger="AutomatedRollback")
    pulled()
    back = Deployment.objects.get(external_id="execution-10")
    assert (back.kind, back.rollback_of, back.state) == ("rollback", "execution-5", "succeeded")
    assert Deployment.objects.get(external_id="execution-5").state == "rolled_back"
    assert Deployment.objects.get(external_id="execution-0").state == "succeeded"


def test_a_release_that_codedeploy_carries_out_is_one_deployment_with_the_commit_of_the_pipeline(release: Any) -> None:
    row = release("Succeeded", 0, revision="3f786850e387550fdab836ed7e6dc881de23001b", trigger="Webhook")
    ingest.record(
        Pipeline.objects.get().service or _checkout(), source="codedeploy", external_id="d-1", occurred_at=START + timedelta(minutes=2),
        state="succeeded", started_at=START + timedelta(minutes=1), region=PLACE[1],
    )  # fmt: skip
    pulled()
    child = Deployment.objects.get()
    assert (child.external_id, child.commit, child.trigger, child.chain) == (
        "d-1",
        row.revision,
        "Webhook",
        "execution-0",
    )


def _checkout() -> Any:
    from services.models import Entity

    return Entity.objects.get(name="checkout")


# Lambda aliases: what changed between two looks.


def alias(version: str, **weights: float) -> AliasState:
    """The alias live of checkout; weights by version, written v42=0.1."""
    shares = {name.removeprefix("v"): share for name, share in weights.items()}
    return AliasState("checkout", "arn:aws:lambda:eu-west-1:111111111111:function:checkout", "live", version, shares)


def story(*states: AliasState) -> list[tuple[str, str, str, float | None]]:
    """(id without time, state, version, weight) of what is told over these looks, a minute apart."""
    told, seen = [], None
    for minute, state in enumerate(states):
        now = START + timedelta(minutes=minute)
        records, seen = lambda_aliases.changes(seen, state, Place(*PLACE, since=START, now=now))
        told += [(one.external_id.rpartition("@")[2], one.status, one.version, one.weight) for one in records]
    return told


def test_the_first_look_at_an_alias_tells_nothing() -> None:
    assert story(alias("41")) == []
    assert story(alias("41"), alias("41")) == []


def test_an_alias_that_points_elsewhere_is_a_deployment() -> None:
    assert story(alias("41"), alias("42")) == [("20261120T100100", "succeeded", "42", 100.0)]


def test_a_canary_runs_grows_and_ends_as_one_deployment() -> None:
    mark = "20261120T100100"
    assert story(alias("41"), alias("41", v42=0.1), alias("41", v42=0.1), alias("41", v42=0.5), alias("42")) == [
        (mark, "running", "42", 10.0), (mark, "running", "42", 50.0), (mark, "succeeded", "42", 100.0),
    ]  # fmt: skip


def test_a_canary_whose_traffic_is_taken_away_was_rolled_back() -> None:
    mark = "20261120T100100"
    assert story(alias("41"), alias("41", v42=0.1), alias("41")) == [
        (mark, "running", "42", 10.0), (mark, "rolled_back", "42", 0.0),
    ]  # fmt: skip


def test_an_alias_is_read_from_aws_and_a_change_by_hand_is_told(aws: Any, service: Callable[..., Any]) -> None:
    seed_service(aws.url, "checkout")
    checkout = service("checkout")
    look()
    client = session.client(*PLACE, "lambda", role="rollout")
    before = client.get_alias(FunctionName="checkout", Name="live")["FunctionVersion"]
    client.update_alias(FunctionName="checkout", Name="live", FunctionVersion="42" if before == "41" else "41")
    look()
    row = Deployment.objects.get(source="lambda")
    assert (row.service, row.state, row.kind) == (checkout, "succeeded", "deploy")
    look()
    assert Deployment.objects.filter(source="lambda").count() == 1


def test_what_a_rollout_of_the_portal_did_to_an_alias_is_not_told_twice(service: Callable[..., Any]) -> None:
    checkout = service("checkout")
    ingest.record(checkout, source="colonnade", external_id="rollout-1", occurred_at=timezone.now(), state="running")
    now = timezone.now()
    records, _ = lambda_aliases.changes({"version": "41"}, alias("42"), Place(*PLACE, since=now, now=now, last=now))
    assert lambda_aliases.explained(records[0], checkout.pk, Place(*PLACE, since=now, now=now, last=now))
