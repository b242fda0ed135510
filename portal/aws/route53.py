"""Weighted record sets of one name: read their weights, set them in one change batch, and ask how far Route 53 is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors

INSYNC = "INSYNC"


@dataclass(frozen=True)
class Name:
    """The name of weighted record sets: hosted zone, DNS name and record type. Route 53 itself has no regions; `region` is
    one of the account's."""

    account: str
    region: str
    zone: str
    record: str
    type: str


def weights(name: Name) -> dict[str, int]:
    """Weight by set identifier; empty where the name has no weighted record sets. Raises AwsError."""
    with aws_errors("route53:ListResourceRecordSets", name.account, name.region):
        return {row["SetIdentifier"]: int(row["Weight"]) for row in _sets(name)}


def set_weights(name: Name, wanted: Mapping[str, int]) -> str:
    """Set the weights that differ, all in one change batch, and leave all else of the records as it is.

    Answers the id of Route 53's change, "" where nothing differs. Raises AwsError.
    """
    with aws_errors("route53:ChangeResourceRecordSets", name.account, name.region):
        changed = [
            {"Action": "UPSERT", "ResourceRecordSet": {**row, "Weight": wanted[row["SetIdentifier"]]}}
            for row in _sets(name)
            if wanted.get(row["SetIdentifier"], row["Weight"]) != row["Weight"]
        ]
        if not changed:
            return ""
        batch = {"Comment": "Weights of a rollout by Colonnade", "Changes": changed}
        reply = _client(name).change_resource_record_sets(HostedZoneId=name.zone, ChangeBatch=batch)
    return str(reply["ChangeInfo"]["Id"]).rpartition("/")[2]


def change_status(name: Name, change: str) -> str:
    """PENDING, or INSYNC once all name servers have it. Raises AwsError."""
    with aws_errors("route53:GetChange", name.account, name.region):
        return str(_client(name).get_change(Id=change)["ChangeInfo"]["Status"])


def _sets(name: Name) -> list[dict[str, Any]]:
    """The weighted record sets, as AWS has them."""
    return [row for row in listed(_client(name), name) if "Weight" in row]


def listed(client: Any, name: Name) -> list[dict[str, Any]]:
    """All record sets of the name and type. The listing is ordered, so it starts at the name and ends behind it."""
    wanted = name.record.rstrip(".").lower()
    found: list[dict[str, Any]] = []
    start: dict[str, Any] = {"StartRecordName": name.record, "StartRecordType": name.type}
    while True:
        page = client.list_resource_record_sets(HostedZoneId=name.zone, **start)
        for row in page["ResourceRecordSets"]:
            if (row["Name"].rstrip(".").lower(), row["Type"]) != (wanted, name.type):
                return found
            found.append(row)
        if not page.get("IsTruncated"):
            return found
        start = {"StartRecordName": page["NextRecordName"], "StartRecordType": page["NextRecordType"]}
        start |= {"StartRecordIdentifier": page["NextRecordIdentifier"]} if page.get("NextRecordIdentifier") else {}


def _client(name: Name) -> Any:
    return session.client(name.account, name.region, "route53", role="rollout", purpose="rollout")
