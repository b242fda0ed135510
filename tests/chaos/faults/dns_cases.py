"""The fault of a region that DNS leaves: weighted, latency and failover records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.chaos.faults.case import PLACE, Case, Stage

RECORD = "suggest.example.com"
US, EU = "suggest-1234567890.us-east-1.elb.amazonaws.com", "suggest-987654321.eu-west-1.elb.amazonaws.com"
ZONE = "ZCHAOSEXAMPLE"
ARGUMENTS = {**PLACE, "zone": ZONE, "record": RECORD, "type": "CNAME"}
INSYNC = 7.0


def row(identifier: str, answer: str, name: str = RECORD, **policy: Any) -> dict[str, Any]:
    values = [{"Value": answer}]
    return {"Name": name, "Type": "CNAME", "SetIdentifier": identifier, "TTL": 60, "ResourceRecords": values, **policy}


WEIGHTED = [row("us", US, Weight=120), row("us-2", US, Weight=3), row("eu", EU, Weight=40)]
LATENCY = [row("us", US, Region="us-east-1"), row("eu", EU, Region="eu-west-1")]
FAILOVER = [row("us", US, Failover="PRIMARY"), row("eu", EU, Failover="SECONDARY")]


def write(stage: Stage, rows: list[dict[str, Any]], action: str = "UPSERT") -> None:
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": one} for one in rows]}
    stage.client("route53").change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=batch)


def zone(stage: Stage, rows: list[dict[str, Any]]) -> None:
    """A hosted zone of a known id with these records, and one of another service in it."""
    from moto.backends import get_backend

    route53 = stage.client("route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="test")["HostedZone"]["Id"]
    zones = get_backend("route53")[PLACE["account"]]["aws"].zones
    found = zones.pop(made.rpartition("/")[2])
    found.resource_id = ZONE
    zones[ZONE] = found
    write(stage, [*rows, row("theirs", "checkout-1.us-east-1.elb.amazonaws.com", "pay.example.com", Weight=1)])


def records(stage: Stage) -> Any:
    rows = stage.client("route53").list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
    return sorted((one for one in rows if one["Type"] == "CNAME"), key=lambda one: str(one["SetIdentifier"]))


def _weights(stage: Stage) -> None:
    write(stage, [row("us", US, Weight=77)])


WEIGHTS = Case(
    "region-dns-away", ARGUMENTS, records, ("route53", "ChangeResourceRecordSets"),
    {**ARGUMENTS, "record": "pay.example.com"}, "not a name of suggest", service="suggest",
    facts={"aws.alb": {"items": [{**PLACE, "name": "suggest"}], "count": 1}},
    prepare=lambda stage: zone(stage, WEIGHTED), wait=INSYNC,
    theirs=_weights, kept=lambda stage: [one["Weight"] for one in records(stage)] == [40, 1, 77, 3],
)  # fmt: skip
BY_LATENCY = replace(
    WEIGHTS, prepare=lambda stage: zone(stage, LATENCY),
    theirs=lambda stage: write(stage, [row("us", EU, Region="us-east-1")]),
    kept=lambda stage: EU in str(records(stage)[-1]["ResourceRecords"]),
)  # fmt: skip
BY_FAILOVER = replace(
    WEIGHTS, prepare=lambda stage: zone(stage, FAILOVER),
    theirs=lambda stage: write(stage, [row("us", EU, Failover="SECONDARY")]),
    kept=lambda stage: [one.get("Failover") for one in records(stage)] == ["PRIMARY", None, "SECONDARY"],
)  # fmt: skip
CASES = {"dns-weights": WEIGHTS, "dns-latency": BY_LATENCY, "dns-failover": BY_FAILOVER}
