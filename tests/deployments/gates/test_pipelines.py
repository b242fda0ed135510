"""Pipelines of all accounts are seen; one that is not compliant is closed, and opened again when it is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from deployments.gates import demo
from deployments.gates.pipelines import answer, block, observe, policies, transition
from deployments.models import CompliancePolicy, DeployGroup, Pipeline
from portal.access.models import AuditEvent
from portal.aws import session
from portal.aws.codepipeline_control import ApprovalGone, reason_text
from portal.aws.errors import AwsError
from portal.changes import engine
from portal.changes.models import APPLIED, ARMED, UNDONE, Change
from portal.jobs.models import Run
from portal.sandbox import amends, clock
from portal.sandbox.seed import seed_service
from services import facts

PLACE = ("111111111111", "eu-west-1")
CONTEXT: Any = SimpleNamespace(check=lambda: None, progress=lambda *_: None, log=lambda _: None)


@dataclass
class Wall:
    """The embedded AWS's clock, moved by hand."""

    at: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def wall(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """Time of the embedded AWS."""
    moved = Wall()
    monkeypatch.setattr(aws.state, "wall", moved)
    return moved


@pytest.fixture
def pipeline(aws: Any, wall: Wall, service: Callable[..., Any]) -> Pipeline:
    """The pipeline of products, with an approval before production, as the job has seen it."""
    seed_service(aws.url, "products")
    service("products", team="catalog")
    wall.at += 300
    observe.run(CONTEXT)
    return Pipeline.objects.get()


def judged(entity: Any, *broken: str) -> None:
    """What AWS Config says of the service."""
    value = {"compliance": "noncompliant" if broken else "compliant", "noncompliant": list(broken), "rules": 2}
    facts.publish(
        entity, "deployments.pipeline", value, source="test", expires_at=timezone.now() + timedelta(minutes=9)
    )


def way(pipeline: Pipeline, stage: str = "Production") -> dict[str, Any]:
    """The transition as AWS tells it."""
    client = session.client(*PLACE, "codepipeline", role="rollout")
    stages = client.get_pipeline_state(name=pipeline.name)["stageStates"]
    return dict(next(one for one in stages if one["stageName"] == stage)["inboundTransitionState"])


def act(operation: str, pipeline: Pipeline, **more: Any) -> None:
    """Somebody else closes or opens the way into Production."""
    client = session.client(*PLACE, "codepipeline", role="rollout")
    getattr(client, operation)(pipelineName=pipeline.name, stageName="Production", transitionType="Inbound", **more)


def blocking(pipeline: Pipeline, *broken: str) -> Pipeline:
    """A pipeline that compliance may close, of a service that breaks these rules."""
    CompliancePolicy.objects.update_or_create(pipeline=pipeline, defaults={"policy": "block", "set_by": "test"})
    judged(pipeline.service, *broken)
    return pipeline


def test_stages_approvals_and_runs_are_seen_with_their_service(pipeline: Pipeline) -> None:
    assert (pipeline.service.name, pipeline.waiting, pipeline.closed) == ("products", True, False)
    assert [stage["name"] for stage in pipeline.stages] == ["Source", "Build", "Staging", "Approval", "Production"]
    waits = pipeline.stages[3]["approvals"][0]
    assert (waits["action"], waits["execution"]) == ("Approve", pipeline.stages[3]["execution"])
    assert "token" not in str(pipeline.stages)
    assert pipeline.executions.count() == 11
    assert {run.status for run in pipeline.executions.all()} == {"InProgress", "Succeeded", "Failed"}


def test_a_pipeline_that_is_gone_is_forgotten_and_a_place_that_is_silent_keeps_its_rows(
    aws: Any, pipeline: Pipeline
) -> None:
    refusal = {"service": "codepipeline", "operation": "ListPipelines"}
    aws.state.refusals["codepipeline", "ListPipelines", "", ""] = ("AccessDeniedException", 400)
    observe.run(CONTEXT)
    assert "ListPipelines" in Pipeline.objects.get().note, refusal
    aws.state.refusals.clear()
    session.client(*PLACE, "codepipeline", role="rollout").delete_pipeline(name="products")
    observe.run(CONTEXT)
    assert not Pipeline.objects.exists()


def test_codedeploy_groups_are_seen_with_their_last_deployment(
    aws: Any, wall: Wall, service: Callable[..., Any]
) -> None:
    seed_service(aws.url, "checkout")
    service("checkout")
    client = session.client(*PLACE, "codedeploy", role="rollout")
    content = '{"version": 0.0, "Resources": [{"checkout": {"Type": "AWS::Lambda::Function"}}]}'
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
    made = client.create_deployment(applicationName="checkout", deploymentGroupName="production", revision=revision)
    wall.at += 5
    observe.run(CONTEXT)
    group = DeployGroup.objects.get()
    assert (group.service.name, group.deployment_id, group.status) == ("checkout", made["deploymentId"], "InProgress")


def test_without_a_choice_a_broken_rule_only_warns(pipeline: Pipeline) -> None:
    judged(pipeline.service, "rds-multi-az")
    assert policies.of([pipeline])[pipeline.pk].policy == "warn"
    block.run(CONTEXT)
    assert way(pipeline)["enabled"]


def test_a_broken_rule_closes_the_way_into_the_last_stage_and_names_itself(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az", "required-tags")
    assert block.run(CONTEXT)["closed"] == 1
    seen = way(pipeline)
    assert not seen["enabled"]
    assert "rds-multi-az required-tags" in seen["disabledReason"]
    pipeline.refresh_from_db()
    assert pipeline.closed
    change = Change.objects.get()
    assert (change.state, change.before["open"]) == (APPLIED, True)


def test_it_stays_closed_with_its_lease_renewed_while_it_is_wanted(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    soon = timezone.now() + timedelta(minutes=1)
    Change.objects.update(lease_until=soon)
    block.run(CONTEXT)
    assert Change.objects.get().lease_until > soon
    assert engine.recover() == 0


def test_it_is_opened_when_all_rules_are_kept(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    judged(pipeline.service)
    assert block.run(CONTEXT)["opened"] == 1
    assert way(pipeline)["enabled"]
    assert Change.objects.get().state == UNDONE
    pipeline.refresh_from_db()
    assert not pipeline.closed


def test_not_knowing_neither_closes_nor_opens(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    facts.retire(pipeline.service, "deployments.pipeline")
    block.run(CONTEXT)
    assert way(pipeline)["enabled"]
    judged(pipeline.service, "rds-multi-az")
    block.run(CONTEXT)
    facts.retire(pipeline.service, "deployments.pipeline")
    block.run(CONTEXT)
    assert not way(pipeline)["enabled"]


def test_a_policy_that_is_taken_back_opens_it(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    CompliancePolicy.objects.update(policy="warn")
    block.run(CONTEXT)
    assert way(pipeline)["enabled"]


def test_what_somebody_else_has_closed_is_left_alone(pipeline: Pipeline) -> None:
    act("disable_stage_transition", pipeline, reason="Black Friday")
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    assert way(pipeline)["disabledReason"] == "Black Friday"
    assert not Change.objects.exists()
    judged(pipeline.service)
    block.run(CONTEXT)
    assert not way(pipeline)["enabled"]


def test_our_undo_leaves_alone_what_somebody_else_closed_meanwhile(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    act("enable_stage_transition", pipeline)
    act("disable_stage_transition", pipeline, reason="Black Friday")
    judged(pipeline.service)
    block.run(CONTEXT)
    assert way(pipeline)["disabledReason"] == "Black Friday"
    assert Change.objects.get().state == UNDONE


def test_a_way_that_was_opened_by_hand_is_closed_anew(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    act("enable_stage_transition", pipeline)
    block.run(CONTEXT)
    block.run(CONTEXT)
    assert not way(pipeline)["enabled"]
    assert [change.state for change in Change.objects.order_by("id")] == [UNDONE, APPLIED]


@pytest.mark.parametrize("applied", [False, True])
def test_a_worker_that_dies_between_arming_and_closing_changes_nothing_in_the_outcome(
    applied: bool, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocking(pipeline, "rds-multi-az")
    real = engine.apply

    def dies(change: Change) -> Change:
        if applied:
            Change.objects.filter(pk=change.pk).update(applied_at=timezone.now())
            transition.apply(change.target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "apply", dies)
        with pytest.raises(KeyboardInterrupt):
            block.run(CONTEXT)
    assert Change.objects.get().state == ARMED
    assert engine.apply is real
    block.run(CONTEXT)
    block.run(CONTEXT)
    assert not way(pipeline)["enabled"]
    assert Change.objects.filter(state=APPLIED).count() == 1
    judged(pipeline.service)
    block.run(CONTEXT)
    assert way(pipeline)["enabled"]


def test_a_portal_that_is_gone_leaves_no_pipeline_closed(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    Change.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert engine.recover() == 1
    assert way(pipeline)["enabled"]


def test_a_pipeline_that_was_deleted_has_nothing_to_open(pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    block.run(CONTEXT)
    session.client(*PLACE, "codepipeline", role="rollout").delete_pipeline(name="products")
    assert engine.undo(Change.objects.get(), "gone").state == UNDONE


def test_a_refusal_of_aws_is_told_and_tried_again(aws: Any, pipeline: Pipeline) -> None:
    blocking(pipeline, "rds-multi-az")
    aws.state.refusals["codepipeline", "DisableStageTransition", "", ""] = ("AccessDeniedException", 400)
    assert block.run(CONTEXT)["closed"] == 0
    assert way(pipeline)["enabled"]
    aws.state.refusals.clear()
    block.run(CONTEXT)
    block.run(CONTEXT)
    assert not way(pipeline)["enabled"]


def test_a_reason_names_rules_within_what_codepipeline_takes() -> None:
    row = Pipeline(name="products")
    text = block.reason(row, tuple(f"a-rule-with-quite-a-long-name-{number}" for number in range(30)))
    assert len(text) <= 300
    assert " more - opens by itself" in text
    assert reason_text("a/b: c_d, 100 %") == "a b c d 100"
    assert reason_text("<>") == "Closed"


def test_a_non_compliant_pipeline_is_blocked_and_released_in_the_demo(
    aws: Any, wall: Wall, service: Callable[..., Any], person: Callable[..., Any]
) -> None:
    from deployments import observe as config_observe

    seed_service(aws.url, "invoices")
    person("admin", "admin")
    person("mira", "operator", "payments")
    entity = service("invoices")
    items = [
        {"name": name, "arn": f"arn:{name}", "account": PLACE[0], "region": PLACE[1]}
        for name in ("invoices", "invoices-documents")
    ]
    facts.publish(entity, "aws.rds", {"items": items, "count": 2}, source="test")
    demo.load(CONTEXT)
    clock.tick(aws.state, 10, random.Random(1))
    for job in (config_observe, observe, block):
        job.run(CONTEXT)
    row = Pipeline.objects.get(name="invoices")
    assert not way(row)["enabled"]
    assert "rds-storage-encrypted" in way(row)["disabledReason"]
    wall.at += amends.AFTER
    clock.tick(aws.state, 10, random.Random(1))
    for job in (config_observe, observe, block):
        job.run(CONTEXT)
    assert way(row)["enabled"]
    assert Change.objects.get().state == UNDONE


def approve(client: Any, pipeline: Pipeline, **body: Any) -> Any:
    """Answer over REST."""
    values = {"stage": "Approval", "action": "Approve", "verdict": "approve", "reason": "looks good", **body}
    return client.post(f"/api/v1/deployments/pipelines/{pipeline.pk}/approvals/", values)


def given(run: int) -> Any:
    """Do what the worker does."""
    args = Run.objects.get(pk=run).args
    return answer.run(SimpleNamespace(args=args, check=lambda: None, log=lambda _: None))  # type: ignore[arg-type]


def test_an_approval_is_given_by_a_worker_and_the_run_goes_on(
    wall: Wall, pipeline: Pipeline, person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    kai = person("kai", "operator", "catalog")
    reply = approve(api(kai), pipeline)
    assert reply.status_code == 202
    assert approve(api(kai), pipeline).json() == reply.json()
    given(reply.json()["run"])
    wall.at += 30
    observe.run(CONTEXT)
    pipeline.refresh_from_db()
    assert (pipeline.status, pipeline.waiting) == ("Succeeded", False)
    assert AuditEvent.objects.filter(action="pipeline.approve", actor="kai", severity="high").exists()


def test_a_rejection_needs_a_reason_and_fails_the_run(pipeline: Pipeline, admin: Any, api: Callable[..., Any]) -> None:
    assert approve(api(admin), pipeline, verdict="reject", reason="").status_code == 400
    given(approve(api(admin), pipeline, verdict="reject").json()["run"])
    pipeline.refresh_from_db()
    assert pipeline.status == "Failed"


def test_another_run_than_the_one_that_was_decided_about_is_left_alone(
    wall: Wall, pipeline: Pipeline, admin: Any, api: Callable[..., Any]
) -> None:
    run = approve(api(admin), pipeline).json()["run"]
    client = session.client(*PLACE, "codepipeline", role="rollout")
    client.stop_pipeline_execution(
        pipelineName="products", pipelineExecutionId=pipeline.stages[3]["execution"], abandon=True
    )
    client.start_pipeline_execution(name="products")
    wall.at += 60
    with pytest.raises(ApprovalGone):
        given(run)
    assert AuditEvent.objects.filter(action="pipeline.approve-failed").exists()


@pytest.mark.parametrize("who", ["vera", "mira", "ana"])
def test_only_operators_of_the_owning_team_answer_or_choose_a_policy(
    who: str, pipeline: Pipeline, request: pytest.FixtureRequest, api: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    user, page = request.getfixturevalue(who), f"/deployments/pipelines/{pipeline.pk}/"
    assert approve(api(user), pipeline).status_code == 403
    assert api(user).put(f"/api/v1/deployments/pipelines/{pipeline.pk}/policy/", {"policy": "off"}).status_code == 403
    assert browse(user).post(f"{page}policy/", {"policy": "off"}).status_code == 403
    assert browse(user).post(f"{page}decide/", {"stage": "Approval", "action": "Approve"}).status_code == 403
    assert not Run.objects.filter(job=answer.KEY).exists()


def test_a_policy_names_a_stage_that_has_a_way_into_it(pipeline: Pipeline, admin: Any, api: Callable[..., Any]) -> None:
    address = f"/api/v1/deployments/pipelines/{pipeline.pk}/policy/"
    assert api(admin).put(address, {"policy": "block", "stage": "Source"}).status_code == 400
    assert api(admin).put(address, {"policy": "never"}).status_code == 400
    assert api(admin).put(address, {"policy": "block", "stage": "Staging"}).json()["stage"] == "Staging"
    assert api(admin).get(f"/api/v1/deployments/pipelines/{pipeline.pk}/").json()["policy"]["source"] == "pipeline"


def test_nothing_waits_where_nothing_was_seen_to_wait(pipeline: Pipeline, admin: Any, api: Callable[..., Any]) -> None:
    assert approve(api(admin), pipeline, stage="Build", action="Build").status_code == 409
    assert approve(api(admin), pipeline, verdict="maybe").status_code == 400


def test_no_page_calls_aws(pipeline: Pipeline, admin: Any, browse: Callable[..., Any], aws: Any) -> None:
    aws.state.refusals["", "", "", ""] = ("AccessDeniedException", 400)
    session.forget()
    for address in (
        "/deployments/pipelines/",
        f"/deployments/pipelines/{pipeline.pk}/",
        "/deployments/pipelines/?format=csv",
    ):
        assert browse(admin).get(address).status_code == 200
    with pytest.raises(AwsError):
        observe.look(PLACE, observe.Owners.known())
