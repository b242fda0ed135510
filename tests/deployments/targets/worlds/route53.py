"""Three weighted records of one name."""

from __future__ import annotations

from deployments.targets.route53 import ROUTE53_WEIGHTS
from portal.sandbox.server import Sandbox

from .world import ACCOUNT, REGION, Clock, World, client


def build(sandbox: Sandbox, clock: Clock) -> World:
    """All lookups are answered with `blue`."""
    dns = client("route53")
    zone = dns.create_hosted_zone(Name="shop.example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]

    def put(weights: dict[str, int]) -> None:
        changes = [
            {
                "Action": "UPSERT",
                "ResourceRecordSet": {
                    "Name": "pay.shop.example.com", "Type": "A", "SetIdentifier": name, "Weight": weight, "TTL": 30,
                    "ResourceRecords": [{"Value": f"192.0.2.{number}"}],
                },
            }
            for number, (name, weight) in enumerate(weights.items(), 1)
        ]  # fmt: skip
        dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})

    put({"blue": 10, "green": 0, "other": 0})
    target = {"kind": ROUTE53_WEIGHTS, "account": ACCOUNT, "region": REGION, "zone": zone, "type": "A"}
    place = {"name": "production", "arn": f"arn:aws:iam::{ACCOUNT}:root", "account": ACCOUNT, "region": REGION}
    return World(
        sandbox, clock, {**target, "record": "pay.shop.example.com", "canary": "green"}, "blue",
        (("route53", "ChangeResourceRecordSets"),), meddle=lambda: put({"blue": 0, "green": 0, "other": 5}),
        facts={"aws.account": [place]}, missing={"canary": "gone"},
    )  # fmt: skip
