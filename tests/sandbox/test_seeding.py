"""The demo organisation is the same each time, complete, and seeding it twice changes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from portal.sandbox.organisation import BY_NAME, SERVICES
from portal.sandbox.seed import seed_service
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import PLATFORM, Clients


def inventory(client: Clients, region: str, account: str = "111111111111") -> dict[str, dict[str, str]]:
    """Tags by ARN."""
    pages = (
        client("resourcegroupstaggingapi", region, account).get_paginator("get_resources").paginate(ResourcesPerPage=7)
    )
    return {
        one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        for page in pages
        for one in page["ResourceTagMappingList"]
    }


def test_the_organisation_has_26_services_in_6_teams_2_accounts_and_2_regions() -> None:
    assert len(SERVICES) == len(BY_NAME) == 26
    assert Counter(service.team for service in SERVICES) == {
        "payments": 5,
        "catalog": 4,
        "search": 4,
        "logistics": 5,
        "identity": 4,
        "data-platform": 4,
    }
    assert {(service.account, service.region) for service in SERVICES} == {
        (account, region) for account in ("111111111111", "222222222222") for region in ("eu-west-1", "us-east-1")
    }
    assert [service.name for service in SERVICES[:3]] == ["checkout", "search-api", "ledger"]


def test_seeding_a_service_twice_changes_nothing(sandbox: Sandbox, client: Clients) -> None:
    seed_service(sandbox.url, "search-api")
    first, points = inventory(client, "us-east-1"), sandbox.state.metrics.points()
    seed_service(sandbox.url, "search-api")
    assert inventory(client, "us-east-1") == first
    assert sandbox.state.metrics.points() == points


def test_seeding_an_empty_sandbox_again_gives_the_same_ids(sandbox: Sandbox, client: Clients) -> None:
    seed_service(sandbox.url, "search-api")
    first = inventory(client, "us-east-1")
    sandbox.reset()
    seed_service(sandbox.url, "search-api")
    again = inventory(client, "us-east-1")
    assert {arn for arn in first if ":instance/" in arn or ":subnet/" in arn} <= set(again)
    assert len(again) == len(first)


def test_one_inventory_call_sees_every_kind_of_tagged_resource(sandbox: Sandbox, client: Clients) -> None:
    for service in ("search-api", "routing", "carrier-gateway", "warehouse", "shipping"):
        seed_service(sandbox.url, service)
    found = inventory(client, "us-east-1")
    kinds = {arn.split(":")[2] for arn in found}
    assert kinds >= {
        "autoscaling",
        "ec2",
        "elasticloadbalancing",
        "es",
        "appmesh",
        "apigateway",
        "lambda",
        "eks",
        "rds",
        "ecs",
        "codepipeline",
        "logs",
        "synthetics",
    }
    assert all(tags["service"] and tags["env"] == "production" for tags in found.values())
    assert inventory(client, "us-east-1", PLATFORM) == {}


def test_buckets_are_listed_only_in_their_own_region(sandbox: Sandbox, client: Clients) -> None:
    seed_service(sandbox.url, "media")
    assert "arn:aws:s3:::media-assets" in inventory(client, "eu-west-1")
    assert inventory(client, "us-east-1") == {}
    assert "arn:aws:s3:::media-uploads-tmp" not in inventory(client, "eu-west-1"), "one bucket is untagged on purpose"


def test_checkout_has_versions_41_and_42_behind_its_alias(sandbox: Sandbox, client: Clients) -> None:
    seed_service(sandbox.url, "checkout")
    functions = client("lambda")
    assert functions.get_alias(FunctionName="checkout", Name="live")["FunctionVersion"] == "41"
    versions = [
        one["Version"]
        for page in functions.get_paginator("list_versions_by_function").paginate(FunctionName="checkout")
        for one in page["Versions"]
    ]
    assert {"41", "42"} <= set(versions)
    assert "43" not in versions


def test_the_search_fleet_spreads_over_three_zones_with_one_encrypted_volume_each(
    sandbox: Sandbox, client: Clients
) -> None:
    seed_service(sandbox.url, "search-api")
    ec2 = client("ec2", "us-east-1")
    machines = [one for group in ec2.describe_instances()["Reservations"] for one in group["Instances"]]
    assert Counter(one["Placement"]["AvailabilityZone"] for one in machines) == {
        f"us-east-1{letter}": 2 for letter in "abc"
    }
    assert {one["MetadataOptions"]["HttpTokens"] for one in machines} == {"required"}
    volumes = ec2.describe_volumes()["Volumes"]
    assert {(one["VolumeType"], one["Encrypted"]) for one in volumes} == {("gp3", True)}
    assert len(volumes) == 6


def test_what_moto_drops_from_ecs_services_is_there(sandbox: Sandbox, client: Clients) -> None:
    seed_service(sandbox.url, "indexer")
    service: dict[str, Any] = client("ecs", "us-east-1").describe_services(cluster="indexer", services=["indexer"])[
        "services"
    ][0]
    assert service["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE_SPOT"
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["runningCount"] == service["desiredCount"] == 2
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_service_behind_a_load_balancer_names_its_target_group(sandbox: Sandbox, client: Clients) -> None:
    seed_service(sandbox.url, "ledger")
    service = client("ecs").describe_services(cluster="ledger", services=["ledger"])["services"][0]
    groups = client("elbv2").describe_target_groups(Names=["ledger"])["TargetGroups"]
    assert [one["targetGroupArn"] for one in service["loadBalancers"]] == [groups[0]["TargetGroupArn"]]


def test_good_and_bad_traits_are_both_there() -> None:
    parts = [part for service in SERVICES for part in service.parts]
    for trait, kinds in {
        "traced": 2,
        "dead_letters": 2,
        "multi_az": 2,
        "encrypted": 2,
        "recovery": 2,
        "blocked": 2,
        "actions": 2,
        "rollback": 2,
        "imds_v2": 2,
    }.items():
        assert len({getattr(part, trait) for part in parts if hasattr(part, trait)}) == kinds, trait
    assert {service.accounted for service in SERVICES} == {True, False}
