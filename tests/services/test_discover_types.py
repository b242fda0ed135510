"""Every AWS type of the discovery table, read over HTTP from the embedded AWS: fields, families, and a place for all."""

from __future__ import annotations

from typing import Any

import pytest

from portal.aws.codedeploy_groups import Pace
from portal.sandbox.seed import seed_service
from services import facts
from services.discover import discover
from services.discovery.grouping import service_of
from services.discovery.inventory import read_everything
from services.models import Entity, Stray
from services.observed import schema

pytestmark = pytest.mark.django_db
SEEDED = (
    "checkout", "refunds", "login", "media", "prices", "reports", "audit-log", "tracking", "exports", "products",
)  # fmt: skip


def item(service: str, key: str, name: str = "") -> dict[str, Any]:
    """The one item of a fact, or the one with this name."""
    entity = Entity.objects.get(kind="component", name=service)
    items = facts.current(entity)[f"aws.{key}"].value["items"]
    return next(entry for entry in items if entry["name"] == (name or items[0]["name"]))


@pytest.fixture
def found(aws: Any) -> None:
    for name in SEEDED:
        seed_service(aws.url, name)
    discover(lambda done, total, text: None, lambda: None)


def test_every_field_of_the_table_arrives_with_its_type(found: None) -> None:
    function = item("prices", "lambda")
    assert (function["urls"][0]["auth"], function["open_url"], function["canary"]) == ("AWS_IAM", False, False)
    assert item("media", "lambda")["open_url"] is True
    assert item("audit-log", "lambda")["sources"] == ["arn:aws:sqs:eu-west-1:222222222222:intake-buffer"]

    ecs = item("login", "ecs")
    assert (ecs["strategy"], ecs["canary_percent"], ecs["bake_minutes"]) == ("CANARY", 10.0, 10)
    assert (ecs["running"], ecs["rollout_state"], ecs["capacity_providers"]) == (4, "COMPLETED", ["FARGATE"])
    assert ecs["last_deployment"] == {
        "status": "SUCCESSFUL", "stage": "CLEAN_UP", "rolled_back": False, "alarms": ["login-errors"],
        "alarms_triggered": [],
    }  # fmt: skip
    assert len(ecs["target_groups"]) == 1

    runner = item("prices", "apprunner")
    assert (runner["public"], runner["observed"], runner["health_check"], runner["cpu"]) == (
        True, True, "/healthz", "1024",
    )  # fmt: skip
    assert item("reports", "apprunner")["observed"] is False

    api = item("prices", "apigateway")
    assert (api["protocol"], api["private"], api["stages"][0]["access_logs"]) == ("HTTP", False, True)
    assert item("media", "apigateway")["stages"][0]["access_logs"] is False

    entity = Entity.objects.get(kind="component", name="products")
    caches = facts.current(entity)["aws.elasticache"].value["items"]
    assert sorted((entry["serverless"], entry["nodes"]) for entry in caches) == [(False, 2), (True, 0)]
    assert item("tracking", "sns")["encrypted"] is True

    group = item("checkout", "codedeploy")
    assert (group["name"], group["auto_rollback"], group["all_at_once"]) == ("checkout/production", True, False)
    assert Pace(**group["pace"]) == Pace("", 0, "TimeBasedCanary", 10, False)
    pipeline = item("products", "codepipeline")
    assert (pipeline["gated"], pipeline["rolls_back"]) == (True, True)
    assert [stage["name"] for stage in pipeline["stages"]][-1] == "Production"
    _fields_have_types()


def _fields_have_types() -> None:
    """What is published is what checks can be validated against."""
    known = schema()
    for key in ("lambda", "ecs", "apprunner", "sns", "codedeploy", "codepipeline", "elasticache", "apigateway"):
        for entity in Entity.objects.services():
            view = facts.current(entity).get(f"aws.{key}")
            for entry in view.value["items"] if view else ():
                assert {f"aws.{key}.items[*].{field}" for field in entry} <= set(known) | {
                    f"aws.{key}.items[*].tags"
                }, key
    assert known["aws.ecs.items[*].last_deployment.status"] == "string"
    assert known["aws.codedeploy.items[*].pace.zonal"] == "boolean"
    assert known["aws.lambda.items[*].urls[*].auth"] == "string"
    assert known["aws.lambda.items[*].open_url"] == "boolean"


def test_every_resource_has_a_service_or_a_place_in_the_bucket_with_the_right_suggestion(found: None) -> None:
    seen = {(one.resource.account, one.resource.region, one.resource.arn) for one in _all()}
    owned = {
        (entry["account"], entry["region"], entry["arn"])
        for entity in Entity.objects.services()
        for entry in facts.current(entity)["aws.tags"].value["items"]
    }
    loose = set(Stray.objects.values_list("account", "region", "arn"))
    assert owned | loose == seen
    assert not owned & loose
    assert len(seen) > 60
    best = {row.name: row.suggestions[0]["service"] if row.suggestions else "" for row in Stray.objects.all()}
    assert best == {
        "media-uploads-tmp": "media", "refunds-retry": "refunds", "intake-buffer": "audit-log",
        "tracking-latency": "tracking", "old-exports-backup": "exports", "poc-2019": "", "broadcast-2021": "",
        "audit-trail-111111111111": "audit-log", "audit-trail-222222222222": "audit-log",
    }  # fmt: skip
    assert Stray.objects.get(name="poc-2019").kind == "DynamoDB tables"
    intake = Stray.objects.get(name="intake-buffer")
    assert intake.suggestions[0]["reasons"] == ["It is named by audit-log."]


def _all() -> Any:
    return read_everything(lambda done, total, text: None).resources


def test_the_keys_of_tags_are_a_setting_and_the_first_one_wins() -> None:
    tags = {"Product": "Shop", "service": "cart"}
    assert service_of(tags, ["product", "service"]) == "shop"
    assert service_of(tags, ["service", "product"]) == "cart"
    assert service_of(tags, []) == ""
    assert service_of({**tags, "awsApplication": "arn:aws:resource-groups:x:1:group/own/1"}, ["product"]) == "own"


def test_a_stack_is_no_service_where_the_setting_says_so(aws: Any, settings: Any) -> None:
    settings.DISCOVERY_SERVICE_TAGS = ["tier"]
    seed_service(aws.url, "tracking")
    assert {one.service for one in _all()} == {"2", ""}
    assert service_of({"aws:cloudformation:stack-name": "shop"}, stacks=False) == ""
