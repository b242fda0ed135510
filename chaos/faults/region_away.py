"""A region is down: the records of a name of the service that point into it get no more traffic."""

from __future__ import annotations

import re

from chaos.engine import dns
from chaos.engine.dns import CannotLeave, Row
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import route53_records
from portal.aws.route53 import Name
from portal.changes.kinds import Kind, Seen, Target
from services import facts
from services.models import Entity

KEY = "region-dns-away"
COMMENT = "Chaos experiment by Colonnade"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which records of the name point into the region, and whether others are left to answer. Raises AwsError."""
    target = {key: arguments[key] for key in ("account", "region", "zone", "type")}
    target["record"] = arguments["record"].rstrip(".").lower()
    region, record = target["region"], target["record"]
    rows = route53_records.record_sets(_name(target))
    inside = dns.pointing(rows, region)
    refusal = "" if not inside or _owned(service, target, inside) else _foreign(service, record)
    try:
        dns.away(rows, region)
    except CannotLeave as error:
        refusal = refusal or f"{record}: {error}."
    return Preview(
        target=target,
        sentence=f"{record} no longer answers with {region}: {len(inside)} of {len(rows)} records lose their traffic.",
        rows=tuple((str(row.get("SetIdentifier", "")), ", ".join(dns.answers(row))) for row in inside),
        refusal=refusal,
        hit=len(inside),
        total=len(rows),
    )


def _foreign(service: Entity, record: str) -> str:
    return (
        f"{record} is not a name of {service.name}: tag its hosted zone with service={service.name}, "
        "or let it point at load balancers of the service."
    )


def _owned(service: Entity, target: Target, inside: list[Row]) -> bool:
    """Whether the hosted zone is tagged for the service, or all that its records answer with are its load balancers."""
    fact = facts.current(service).get("aws.alb")
    items = fact.value.get("items", []) if fact else []
    names = "|".join(re.escape(item["name"].lower()) for item in items if item.get("region") == target["region"])
    own = re.compile(rf"(?:dualstack\.)?(?:internal-)?(?:{names})-[0-9a-f]+\.[a-z0-9.-]*\bamazonaws\.com\.?")
    answers = [answer.lower() for row in inside for answer in dns.answers(row)]
    if names and answers and all(own.fullmatch(answer) for answer in answers):
        return True
    return route53_records.zone_service(_name(target)) == service.name


def observe(target: Target) -> Seen:
    """The record sets of the name, whole. Raises AwsError; ValueError where the region cannot be left (any more)."""
    rows = route53_records.record_sets(_name(target))
    dns.away(rows, target["region"])
    return {"account": target["account"], "region": target["region"], "rows": rows}


def apply(target: Target) -> None:
    """Take the traffic away in one change batch."""
    rows = route53_records.record_sets(_name(target))
    left = dns.away(rows, target["region"])
    wanted = {row["SetIdentifier"]: left.get(row["SetIdentifier"]) for row in rows}
    route53_records.change(_name(target), dns.steps(rows, wanted), COMMENT)


def undo(target: Target, before: Seen) -> None:
    """Put the records back in one change batch; what somebody else has changed since stays."""
    rows = route53_records.record_sets(_name(target))
    wanted = dns.back(before["rows"], rows, target["region"])
    route53_records.change(_name(target), dns.steps(rows, wanted), f"{COMMENT}: undo")


def verify_applied(target: Target) -> bool:
    """Whether no record that gets traffic points into the region. Resolvers follow within the time to live."""
    return dns.is_away(route53_records.record_sets(_name(target)), target["region"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether nothing is left to put back, and all name servers have the last change."""
    return _restored(target, before) and route53_records.settled(_name(target))


def undoing(target: Target, before: Seen) -> bool:
    """Whether Route 53 has taken the records back and is telling its name servers."""
    return _restored(target, before)


def _restored(target: Target, before: Seen) -> bool:
    return not dns.back(before["rows"], route53_records.record_sets(_name(target)), target["region"])


def _name(target: Target) -> Name:
    return Name(target["account"], target["region"], target["zone"], target["record"], target["type"])


KIND = Kind(
    key=KEY,
    title="DNS traffic away from a region",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Region down by DNS",
    description="Takes the traffic from the weighted, latency or failover records of a name that point into a region.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("zone", "Hosted zone", r"[A-Z0-9]{1,32}", "Z0123456789ABC"),
        Argument("record", "Record name", r"[A-Za-z0-9_*.-]{1,255}", "search.example.com"),
        Argument("type", "Record type", r"A|AAAA|CNAME", "A"),
    ),
    max_seconds=3600,
    preview=preview,
    order=14,
)
