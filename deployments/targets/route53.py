"""Weighted DNS records of one name: how much of its lookups are answered with the canary's record.

Resolvers keep an answer for its time to live, so traffic follows the weights with that delay.
"""

from __future__ import annotations

from collections.abc import Mapping

from deployments.models import AwsReference
from deployments.targets.contract import MOVING, SETTLED, Choices, Field, Progress, TargetError, TargetKind
from deployments.targets.found import items, only
from deployments.targets.weighted import Weighted, Weights
from portal.aws import route53
from portal.aws.errors import AwsNotFound
from portal.aws.route53 import Name
from portal.changes.kinds import Target
from services.models import Entity

ROUTE53_WEIGHTS = "route53-weights"
MOST = 255
"""Largest weight of a record set (Route 53 API reference, ResourceRecordSet)."""
FIELDS = (
    Field("zone", "Hosted zone", r"[A-Z0-9]{1,32}", "Its id, such as Z0123456789ABC."),
    Field("type", "Record type", r"A|AAAA|CNAME", default="A"),
    Field("record", "Record name", r"[A-Za-z0-9_*.-]{1,255}", "The DNS name that has the weighted records."),
)
CANARY = Field("canary", "New record", r"[^\s]{1,128}", "The set identifier of the record of the new version.")


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """The name in an account in which discovery has found the service. Raises TargetError."""
    places = items(entity, "aws.account", wanted)
    if not places:
        raise TargetError(f"Discovery has found no account of {entity.name}: check its tags, then discover again.")
    accounts = {item["account"]: item for item in sorted(places, key=lambda item: item["region"], reverse=True)}
    place = only(list(accounts.values()), f"account of {entity.name}", "account")
    for name in ("zone", "record"):
        if not wanted.get(name):
            raise TargetError(f"The weighted records of {entity.name} need a {name}: name it.")
    own = {"zone": wanted["zone"], "type": wanted.get("type") or "A", "record": wanted["record"].rstrip(".").lower()}
    where = {"account": place["account"], "region": place["region"]}
    return {"kind": ROUTE53_WEIGHTS, **where, **own, "canary": wanted["canary"]}


def choices(entity: Entity) -> Choices:
    """Only the record types: discovery reads no hosted zones."""
    return {"type": [("A", "A"), ("AAAA", "AAAA"), ("CNAME", "CNAME")]} if items(entity, "aws.account") else {}


def progress(target: Target) -> Progress:
    """Moving until Route 53 says that all name servers have the last change."""
    change = AwsReference.of(_place(target))
    if change and route53.change_status(_name(target), change) != route53.INSYNC:
        return Progress(MOVING, 0.0, "Not all name servers have the new weights yet.")
    return Progress(SETTLED)


def _read(target: Target) -> Weights:
    found = route53.weights(_name(target))
    if target["canary"] not in found:
        known = ", ".join(sorted(found)) or "none"
        message = f"{target['record']} has no weighted record {target['canary']!r}; it has {known}"
        raise AwsNotFound(
            "route53:ListResourceRecordSets", target["account"], target["region"], "NoSuchRecord", message
        )
    return found


def _write(target: Target, weights: Weights) -> None:
    change = route53.set_weights(_name(target), weights)
    if change:
        AwsReference.keep(_place(target), change)


def _name(target: Target) -> Name:
    return Name(target["account"], target["region"], target["zone"], target["record"], target["type"])


def _place(target: Target) -> str:
    return "/".join(str(target[key]) for key in ("account", "zone", "record", "type"))


WEIGHTS = Weighted("record", MOST, _read, _write)
KIND = TargetKind(
    ROUTE53_WEIGHTS, "Route 53 weights", WEIGHTS.kind(ROUTE53_WEIGHTS, "Route 53 record weights"), FIELDS, locate,
    WEIGHTS.describe, noun="record", wanted=WEIGHTS.wanted, progress=progress, canary=CANARY, choices=choices, order=50,
)  # fmt: skip
