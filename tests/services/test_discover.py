"""Discovery: AWS becomes entities and facts; what cannot be read never hides or removes what can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal.aws.dynamodb import Table
from portal.aws.errors import AwsDenied, AwsThrottled, AwsUnsupported
from portal.aws.models import Account
from portal.aws.tagging import TaggedResource
from services import facts
from services.discover import discover
from services.discovery.grouping import entity_name, resource_name, service_of, verdict
from services.ingest import ingest
from services.models import DiscoveryReport, Entity, Fact, Relation

from .conftest import PLACE, World, table

pytestmark = pytest.mark.django_db
OTHER = ("222222222222", "eu-west-1")


def run() -> dict[str, Any]:
    return discover(lambda done, total, text: None, lambda: None)


def denied(place: tuple[str, str] = PLACE) -> AwsDenied:
    return AwsDenied("dynamodb:ListTables", *place, "AccessDenied", "no")


def items(name: str = "checkout", key: str = "aws.dynamodb") -> list[str]:
    entity = Entity.objects.get(kind="component", name=name)
    return [entry["name"] for entry in facts.current(entity)[key].value["items"]]


def test_a_service_is_made_from_tags_with_its_team_and_tier(world: World) -> None:
    world.put(table("orders"))
    assert run()["services"] == 1
    service = Entity.objects.services().get()
    assert (service.ref, service.owner_ref, service.tier, service.lifecycle) == (
        "component:default/checkout", "group:default/payments", 1, "production",
    )  # fmt: skip


def test_resources_hang_on_their_service_at_both_ends(world: World) -> None:
    world.put(table("orders"))
    run()
    resource = Entity.objects.get(kind="resource")
    service = Entity.objects.services().get()
    assert ("dependsOn", resource.ref) in service.relations.values_list("type", "target_ref")
    assert ("dependencyOf", service.ref) in resource.relations.values_list("type", "target_ref")
    assert resource.title == "orders"


def test_facts_carry_their_items_and_expire_after_a_day(world: World) -> None:
    world.put(table("orders"), table("carts"))
    run()
    view = facts.current(Entity.objects.services().get())["aws.dynamodb"]
    assert view.value["count"] == 2
    first = view.value["items"][0]
    assert (first["name"], first["account"], first["point_in_time_recovery"]) == ("carts", "111111111111", True)
    assert "tags" not in first
    assert view.expires_at is not None
    assert timedelta(hours=23) < view.expires_at - timezone.now() <= timedelta(days=1)


def test_a_second_run_changes_no_entity_relation_or_fact(world: World) -> None:
    world.put(table("orders"), table("ledger-table", "ledger", OTHER))
    run()
    before = (
        list(Entity.objects.values()),
        list(Relation.objects.values()),
        list(Fact.objects.values_list("pk", "valid_to")),
    )
    assert run()["facts_changed"] == 0
    after = (
        list(Entity.objects.values()),
        list(Relation.objects.values()),
        list(Fact.objects.values_list("pk", "valid_to")),
    )
    assert before == after


def test_a_changed_setting_changes_one_fact_and_keeps_the_old_one(world: World) -> None:
    world.put(table("orders"))
    run()
    world.put(table("orders", point_in_time_recovery=False))
    assert run()["facts_changed"] == 1
    assert Fact.objects.filter(key="aws.dynamodb").count() == 2
    assert Fact.objects.filter(key="aws.dynamodb", valid_to=None).count() == 1


def test_a_denied_account_gives_a_partial_result_with_its_remedy(world: World) -> None:
    world.put(table("orders"), table("ledger-table", "ledger", OTHER))
    world.errors[OTHER] = denied(OTHER)
    assert run()["trouble"] == 1
    assert items() == ["orders"]
    report = DiscoveryReport.objects.get(state="denied")
    assert (report.account_name, report.kind) == ("platform", "DynamoDB tables")
    assert report.remedy == "Allow dynamodb:ListTables to the read role of account platform (222222222222)."


def test_what_cannot_be_read_any_more_keeps_its_fact_until_it_expires(world: World) -> None:
    world.put(table("orders"))
    run()
    seen = facts.current(Entity.objects.services().get())["aws.dynamodb"].observed_at
    world.errors[PLACE] = denied()
    run()
    view = facts.current(Entity.objects.services().get())["aws.dynamodb"]
    assert (view.observed_at, view.fresh) == (seen, True)
    assert Entity.objects.live().filter(kind="resource").count() == 1
    assert Relation.objects.filter(type="dependsOn").count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert not facts.current(Entity.objects.services().get())["aws.dynamodb"].fresh


def test_a_service_in_two_accounts_keeps_the_one_that_cannot_be_seen(world: World) -> None:
    world.put(table("orders"), table("orders-copy", "checkout", OTHER))
    run()
    world.errors[OTHER] = denied(OTHER)
    assert run()["facts_changed"] == 0
    assert items(key="aws.tags") == ["orders", "orders-copy"]
    assert items(key="aws.account") == ["production", "platform"]
    world.errors.clear()
    world.put(table("orders"))
    run()
    assert items(key="aws.tags") == ["orders"]
    assert items(key="aws.account") == ["production"]


def test_without_tags_nothing_is_taken_for_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = table("orders", tags={})
    world.put(bare)
    answers = {PLACE: [TaggedResource(bare.arn, {"service": "checkout", "team": "payments"})]}
    monkeypatch.setattr("portal.aws.tagging.resources", lambda *place: answers.get(place, []))
    run()
    before = list(Fact.objects.values_list("pk", "valid_to"))

    def refuse(*place: str) -> list[TaggedResource]:
        raise AwsDenied("tag:GetResources", *place, "AccessDenied", "no")

    monkeypatch.setattr("portal.aws.tagging.resources", refuse)
    assert run()["trouble"] == 2
    assert list(Fact.objects.values_list("pk", "valid_to")) == before
    assert Entity.objects.live().filter(kind="resource").count() == 1
    assert Relation.objects.filter(type="dependsOn").count() == 1


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AwsThrottled("x", *PLACE, "Throttling", "slow down"), "throttled"),
        (AwsUnsupported("x", *PLACE, "Unknown", "no such thing"), "unsupported"),
        (KeyError("TableNames"), "failed"),
    ],
)
def test_every_way_to_fail_is_reported_and_everything_else_goes_on(world: World, error: Exception, state: str) -> None:
    world.put(table("ledger-table", "ledger", OTHER))
    world.errors[PLACE] = error
    run()
    assert DiscoveryReport.objects.get(account=PLACE[0], kind="DynamoDB tables").state == state
    assert items("ledger") == ["ledger-table"]


def test_the_report_heals_when_the_permission_comes(world: World) -> None:
    world.errors[PLACE] = denied()
    run()
    world.errors.clear()
    run()
    assert not DiscoveryReport.objects.exclude(state="ok").exists()


def test_the_report_of_an_account_that_is_switched_off_goes(world: World) -> None:
    world.errors[OTHER] = denied(OTHER)
    run()
    Account.objects.filter(account_id=OTHER[0]).update(enabled=False)
    assert run()["trouble"] == 0
    assert set(DiscoveryReport.objects.values_list("account", flat=True)) == {PLACE[0]}


def test_a_resource_that_is_gone_is_removed_with_its_edges_and_the_fact_retires(world: World) -> None:
    world.put(table("orders"))
    run()
    world.put()
    run()
    assert not Entity.objects.live().filter(kind="resource").exists()
    assert not Relation.objects.filter(type="dependsOn").exists()
    assert "aws.dynamodb" not in facts.current(Entity.objects.services().get())


def test_a_resource_without_a_service_tag_is_counted_and_left_alone(world: World) -> None:
    world.put(table("orphan", ""))
    assert run()["without_service"] == 1
    assert not Entity.objects.exists()


def test_a_descriptor_is_stronger_than_tags(world: World) -> None:
    ingest(
        b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: checkout}\n"
        b"spec: {type: website, lifecycle: experimental, owner: storefront}\n",
        "a.yaml",
    )
    world.put(table("orders"))
    run()
    service = Entity.objects.services().get()
    assert (service.owner_ref, service.type, service.lifecycle) == (
        "group:default/storefront",
        "website",
        "experimental",
    )
    assert ("dependsOn") in service.relations.values_list("type", flat=True)
    assert set(facts.current(service)) >= {"catalog.descriptor", "aws.dynamodb", "aws.alarms", "aws.tags"}


@pytest.mark.parametrize(("tags", "owner"), [({"team": "payments"}, "group:default/payments"), ({}, "")])
def test_of_a_service_without_a_descriptor_only_the_owner_is_known(
    world: World, tags: dict[str, str], owner: str
) -> None:
    world.put(table("orders", tags={"service": "checkout", **tags}))
    run()
    known = facts.current(Entity.objects.services().get())
    assert known["catalog.descriptor"].value == {"owner": owner, "has_owner": bool(owner)}
    assert "catalog.drift" not in known


def test_a_service_without_alarms_has_a_fact_that_says_so(world: World) -> None:
    world.put(table("orders"))
    run()
    assert items(key="aws.alarms") == []


def test_the_tags_fact_names_what_is_missing(world: World) -> None:
    world.put(table("orders", tags={"service": "checkout", "team": "payments"}))
    run()
    (entry,) = facts.current(Entity.objects.services().get())["aws.tags"].value["items"]
    assert entry["missing"] == ["env", "owner"]


def test_a_stop_between_two_services_leaves_whole_services(world: World) -> None:
    world.put(table("orders"), table("x", "xylophone"))
    asked: list[int] = []

    def stop_at_the_third() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        discover(lambda done, total, text: None, stop_at_the_third)
    assert set(Entity.objects.services().values_list("name", flat=True)) == {"checkout"}
    assert items() == ["orders"]


def test_progress_names_the_account_and_how_far_it_is(world: World) -> None:
    world.put(table("orders"))
    said: list[str] = []
    discover(lambda done, total, text: said.append(text), lambda: None)
    assert "production, eu-west-1: DynamoDB tables (0 resources so far)" in said
    assert said[-1] == "1 resource found"


@pytest.mark.parametrize(
    ("tags", "service"),
    [
        ({"service": "Check Out"}, "check-out"),
        ({"App": "shop"}, "shop"),
        ({"aws:cloudformation:stack-name": "stack"}, "stack"),
        ({"service": "a", "aws:cloudformation:stack-name": "stack"}, "a"),
        (
            {"awsApplication": "arn:aws:resource-groups:eu-west-1:111111111111:group/orders/0abc", "service": "a"},
            "orders",
        ),
        ({"awsApplication": "nonsense", "service": "a"}, "a"),
        ({"Name": "x"}, ""),
        ({"service": "///"}, ""),
    ],
)
def test_grouping_asks_the_application_then_the_service_then_the_stack(tags: dict[str, str], service: str) -> None:
    assert service_of(tags) == service


def test_names_are_bounded_and_differ_where_arns_differ() -> None:
    names = {resource_name("x" * 300, "dynamodb-table", f"arn:{number}") for number in range(50)}
    assert len(names) == 50
    assert all(len(name) <= 63 and entity_name(name) == name for name in names)


def test_the_most_frequent_tag_wins() -> None:
    said = verdict([{"team": "a", "tier": "x"}, {"team": "b"}, {"team": "b", "env": "staging"}])
    assert (said.team, said.tier, said.lifecycle) == ("b", None, "experimental")


@pytest.mark.django_db(transaction=True)
def test_aws_is_never_asked_inside_a_transaction(world: World) -> None:
    world.put(table("orders"))
    seen: list[bool] = []
    real = world.tables
    world.tables = Watched(real, seen)
    run()
    assert seen == [False, False]


class Watched(dict[tuple[str, str], list[Table]]):
    """Notes at each reading whether a transaction is open."""

    def __init__(self, tables: dict[tuple[str, str], list[Table]], seen: list[bool]) -> None:
        super().__init__(tables)
        self.seen = seen

    def get(self, *args: Any) -> Any:
        self.seen.append(connection.in_atomic_block)
        return super().get(*args)


def test_an_account_without_a_role_does_not_stop_the_other(aws: Any) -> None:
    from portal.aws.models import Account
    from portal.sandbox.seed import seed_service

    seed_service(aws.url, "refunds")
    Account.objects.filter(account_id="222222222222").update(read_role_arn="")
    run()
    assert items("refunds", "aws.sqs") == ["refunds-dead-letters", "refunds-queue"]
    states = DiscoveryReport.objects.values_list("account", "state").distinct()
    assert set(states) == {("111111111111", "ok"), ("222222222222", "denied")}
    assert not DiscoveryReport.objects.filter(state="denied", remedy="").exists()


def test_the_embedded_aws_is_discovered_over_http(aws: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from portal.sandbox.seed import seed_service

    seed_service(aws.url, "checkout")
    seed_service(aws.url, "routing")
    call_command("discover")
    assert "0 reads with trouble" in capsys.readouterr().out
    checkout = facts.current(Entity.objects.get(kind="component", name="checkout"))
    (function,) = checkout["aws.lambda"].value["items"]
    assert {alias["name"]: alias["version"] for alias in function["aliases"]} == {"live": "41"}
    assert checkout["aws.alb"].value["items"][0]["serves_lambda"] is True
    assert checkout["aws.apigateway"].value["items"][0]["private"] is True
    assert items() == ["orders-table"]
    (mesh,) = facts.current(Entity.objects.get(kind="component", name="routing"))["aws.mesh"].value["items"]
    assert (mesh["technology"], mesh["supported"]) == ("App Mesh", False)
    call_command("discover")
    assert "0 facts changed" in capsys.readouterr().out
