"""What guards a service is read as it is: doors, keys, capacities, and what the account does for everything in it."""

from __future__ import annotations

from typing import Any

import pytest

from portal.aws import dynamodb, kms, security_groups
from portal.sandbox.seeding.aws import Aws, Place
from portal.sandbox.server import Sandbox
from services import facts
from services.discover import discover
from services.models import DiscoveryReport, Entity
from tests.conftest import ACCOUNTS

pytestmark = pytest.mark.django_db
HERE, THERE = sorted(ACCOUNTS)
REGION = "eu-west-1"


def place(aws: Sandbox, account: str = HERE) -> Place:
    return Place(Aws(aws.url), account, REGION)


def logs(where: Place, service: str) -> None:
    """The least that makes a service of the catalog."""
    where.client("logs").create_log_group(logGroupName=f"/{service}", tags={"service": service, "team": "payments"})


def rails(service: str) -> list[dict[str, Any]]:
    """The guard rails that a service was told of."""
    entity = Entity.objects.get(kind="component", name=service)
    value: dict[str, Any] = facts.current(entity)["aws.guardrails"].value
    return list(value["items"])


def run() -> None:
    discover(lambda done, total, text: None, lambda: None)


def test_what_an_account_does_is_told_to_all_its_services_and_to_no_others(aws: Sandbox) -> None:
    here, there = place(aws), place(aws, THERE)
    for where, name in ((here, "checkout"), (here, "ledger"), (there, "search")):
        logs(where, name)
    here.client("ec2").enable_ebs_encryption_by_default()
    run()
    told = {name: [(row["account"], row["disks_encrypted"]) for row in rails(name)] for name in ("ledger", "search")}
    assert told == {"ledger": [(HERE, True)], "search": [(THERE, False)]}
    assert rails("checkout") == rails("ledger")


def test_what_the_role_may_not_read_of_an_account_is_unknown_and_not_missing(aws: Sandbox) -> None:
    logs(place(aws), "checkout")
    aws.state.refusals["iam", "", HERE, ""] = ("AccessDenied", 403)
    run()
    row = rails("checkout")[0]
    assert {"root_mfa", "root_keys", "password_length"} & set(row) == set()
    assert (row["audited"], row["budgets"]) == (False, 0)
    report = DiscoveryReport.objects.get(account=HERE, region=REGION, kind="Guard rails of accounts")
    assert (report.state, "iam:GetAccountSummary" in report.remedy) == ("partial", True)


def tcp(low: int, high: int, **who: Any) -> dict[str, Any]:
    """A rule that lets somebody in at these ports."""
    return {"IpProtocol": "tcp", "FromPort": low, "ToPort": high, **who}


ANYBODY, OFFICE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, {"IpRanges": [{"CidrIp": "203.0.113.0/24"}]}
DOORS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "ssh": (tcp(22, 22, **ANYBODY), (22,)),
    "all-ports-by-ipv6": (tcp(0, 65535, Ipv6Ranges=[{"CidrIpv6": "::/0"}]), (22, 3389)),
    "all-protocols": ({"IpProtocol": "-1", **ANYBODY}, (22, 3389)),
    "office": (tcp(22, 22, **OFFICE), ()),
    "web": (tcp(443, 443, **ANYBODY), ()),
    "udp": ({"IpProtocol": "udp", "FromPort": 22, "ToPort": 22, **ANYBODY}, ()),
}


def test_a_door_is_open_where_anybody_reaches_an_admin_port(aws: Sandbox) -> None:
    ec2 = place(aws).client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for name, (rule, _) in DOORS.items():
        group = ec2.create_security_group(GroupName=name, Description="-", VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    found = {one.name: one.open_admin_ports for one in security_groups.security_groups(HERE, REGION)}
    assert found == {"default": ()} | {name: ports for name, (_, ports) in DOORS.items()}


def test_keys_of_aws_and_keys_that_are_switched_off_are_left_out(aws: Sandbox) -> None:
    client = place(aws).client("kms")
    client.describe_key(KeyId="alias/aws/rds")
    off = client.create_key()["KeyMetadata"]["KeyId"]
    client.disable_key(KeyId=off)
    signing = client.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    own = client.create_key()["KeyMetadata"]["Arn"]
    # AWS cannot rotate a key that signs, so that nobody can be blamed for it.
    assert {key.arn: key.rotates for key in kms.keys(HERE, REGION)} == {own: False, signing: None}


def test_a_table_scales_where_its_reads_and_its_writes_do(aws: Sandbox) -> None:
    table = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    }
    for name, kinds in (("fixed", ()), ("half", ("Read",)), ("whole", ("Read", "Write"))):
        place(aws).client("dynamodb").create_table(TableName=name, **table)
        for kind in kinds:
            place(aws).client("application-autoscaling").register_scalable_target(
                ServiceNamespace="dynamodb", ResourceId=f"table/{name}", MinCapacity=5, MaxCapacity=50,
                ScalableDimension=f"dynamodb:table:{kind}CapacityUnits",
            )  # fmt: skip
    found = {one.name: one.scales for one in dynamodb.tables(HERE, REGION)}
    assert found == {"fixed": False, "half": False, "whole": True}
