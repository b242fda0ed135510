"""What the accounts say of pipelines becomes one fact a service; where AWS is silent nothing is claimed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deployments import observe
from deployments.observe import Seen
from portal.aws import codedeploy, codepipeline, config
from portal.aws.codedeploy import Group
from portal.aws.codepipeline import Pipeline, Stage
from portal.aws.config import Evaluation, RuleCompliance
from services import facts
from services.models import Entity

PLACE = ("111111111111", "eu-west-1")


def group(application: str, **fields: Any) -> Group:
    """A group with everything on."""
    values: dict[str, Any] = {
        "application": application, "name": "production", "account": PLACE[0], "region": PLACE[1], "platform": "Lambda",
        "config": "CodeDeployDefault.LambdaCanary10Percent5Minutes", "auto_rollback": True, "rollback_events": (),
        "alarms": ("errors",), "alarms_enabled": True,
    }  # fmt: skip
    return Group(**(values | fields))


def rule(name: str, resource: str, compliance: str) -> RuleCompliance:
    """A rule that looked at one resource."""
    return RuleCompliance(name, *PLACE, compliance, (Evaluation(name, "AWS::X", resource, compliance, "", None),))


@pytest.fixture
def checkout(service: Callable[..., Entity]) -> Entity:
    """A service with a table."""
    entity = service("checkout")
    item = {"name": "orders-table", "arn": "arn:aws:dynamodb:1", "account": PLACE[0], "region": PLACE[1]}
    facts.publish(entity, "aws.dynamodb", {"items": [item], "count": 1}, source="test")
    return entity


def told(entity: Entity) -> dict[str, Any]:
    """The published value."""
    fact = facts.current(entity).get("deployments.pipeline")
    return fact.value if fact else {}


def test_groups_go_to_the_service_whose_name_they_bear(checkout: Entity, service: Callable[..., Entity]) -> None:
    other = service("checkout-admin")
    seen = Seen(groups=[group("checkout"), group("checkout-admin-blue", auto_rollback=False), group("checkouts")])
    observe.publish([checkout, other], seen)
    assert [row["application"] for row in told(checkout)["groups"]] == ["checkout"]
    assert [row["auto_rollback"] for row in told(other)["groups"]] == [False]


def test_alarms_that_are_switched_off_do_not_count(checkout: Entity) -> None:
    observe.publish(
        [checkout], Seen(groups=[group("checkout", alarms_enabled=False, config="CodeDeployDefault.AllAtOnce")])
    )
    assert (told(checkout)["groups"][0]["alarm_count"], told(checkout)["groups"][0]["all_at_once"]) == (0, True)


def test_compliance_is_told_of_the_services_own_resources(checkout: Entity) -> None:
    rules = [rule("pitr", "orders-table", "COMPLIANT"), rule("encrypted", "ledger-table", "NON_COMPLIANT")]
    observe.publish([checkout], Seen(rules=rules))
    assert (told(checkout)["compliance"], told(checkout)["rules"]) == ("compliant", 1)
    observe.publish([checkout], Seen(rules=[rule("pitr", "orders-table", "NON_COMPLIANT")]))
    assert (told(checkout)["compliance"], told(checkout)["noncompliant"]) == ("noncompliant", ["pitr"])


@pytest.mark.parametrize("compliance", ["INSUFFICIENT_DATA", "NOT_APPLICABLE"])
def test_insufficient_data_is_not_compliance(compliance: str, checkout: Entity) -> None:
    observe.publish([checkout], Seen(rules=[rule("pitr", "orders-table", compliance)]))
    assert "compliance" not in told(checkout)


def test_a_region_that_did_not_answer_leaves_the_last_fact_to_run_out(checkout: Entity) -> None:
    observe.publish([checkout], Seen(groups=[group("checkout")]))
    observe.publish([checkout], Seen(silent={PLACE}))
    assert told(checkout)["groups"]


def test_a_pipeline_tells_its_gate_and_its_failed_stage(checkout: Entity) -> None:
    stages = (
        Stage("Build", "Succeeded", True, "", False, False),
        Stage("Production", "Failed", True, "", False, False),
    )
    observe.publish([checkout], Seen(pipelines=[Pipeline("checkout", *PLACE, "V2", None, stages, True)]))
    pipeline = told(checkout)["pipelines"][0]
    assert (pipeline["gated"], pipeline["failed_stage"]) == (False, "Production")


def test_a_condition_before_a_stage_is_a_gate_too(checkout: Entity) -> None:
    stages = (Stage("Production", "", True, "", False, False, entry_conditions=1),)
    observe.publish([checkout], Seen(pipelines=[Pipeline("checkout", *PLACE, "V2", None, stages, True)]))
    assert told(checkout)["pipelines"][0]["gated"] is True


def test_the_embedded_accounts_are_read_as_they_are_seeded(aws: Any, db: None) -> None:
    from portal.sandbox.seed import seed_service

    seed_service(aws.url, "reviews")
    seed_service(aws.url, "products")
    found = {row.application: row for row in codedeploy.groups(*PLACE)}
    assert (found["reviews"].auto_rollback, found["reviews"].all_at_once, found["reviews"].alarms) == (False, True, ())
    pipeline = next(row for row in codepipeline.pipelines(*PLACE) if row.name == "products")
    assert [stage.name for stage in pipeline.stages] == ["Source", "Build", "Staging", "Approval", "Production"]
    assert any(stage.approval for stage in pipeline.stages)
    assert {row.name for row in config.compliance(*PLACE)} >= {"required-tags", "rds-storage-encrypted"}
