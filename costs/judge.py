"""Puts facts and measured use together into what the engine judges: one list of answers for each service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from costs.detectors import judge_fleet, judge_table
from costs.engine.findings import EVERY, Answer, Insufficient, Measure, Subject
from costs.engine.fleet import Fleet
from costs.engine.table import Table
from costs.inventory import KINDS, Item, ServiceInventory
from costs.measure import Key, Readings
from portal.aws.utilisation import HOUR, Usage

INTERRUPTIBLE = "interruptible"
STATEFUL = "stateful"


def answers(inventory: ServiceInventory, readings: Readings) -> list[Answer]:
    """What every detector says about every resource of one service, "insufficient data" included."""
    found: list[Answer] = []
    for item in inventory.of("asg"):
        fleet = as_fleet(item, readings)
        found += judge_fleet(fleet, readings.markets.get(_key(item.subject, fleet.instance_type)))
    for item in inventory.of("dynamodb"):
        found += judge_table(as_table(item, inventory, readings))
    found = [_with_denial(answer, readings) for answer in found]
    return found + [_stale(inventory, key) for key in inventory.stale]


def _key(subject: Subject, name: str = "") -> Key:
    return (subject.account, subject.region, name or subject.name)


def _with_denial(answer: Answer, readings: Readings) -> Answer:
    denial = readings.denied.get((answer.subject.account, answer.subject.region))
    return replace(answer, reason=denial) if denial and isinstance(answer, Insufficient) else answer


def _stale(inventory: ServiceInventory, key: str) -> Insufficient:
    subject = Subject(KINDS[key], inventory.service.name, "", "", "")
    return Insufficient(EVERY, subject, f"The fact {key} has expired: run discovery, then the review again.")


def _tagged(fields: Mapping[str, Any], tag: str) -> bool:
    return str((fields.get("tags") or {}).get(tag, "")).lower() in {"true", "yes", "1"}


def as_fleet(item: Item, readings: Readings) -> Fleet:
    """An auto scaling group of the fact aws.asg with its CPU; a group of mixed types is priced at its first type."""
    fields = item.fields
    use = readings.cpu.get(_key(item.subject))
    kinds = fields.get("instance_types") or ["unknown"]
    return Fleet(
        subject=item.subject,
        instance_type=kinds[0],
        count=int(fields.get("desired") or 0),
        zones=int(fields.get("zone_count") or 1),
        spot_share=float(fields.get("spot_share") or 0),
        behind_load_balancer=bool(fields.get("load_balanced")),
        interruptible=_tagged(fields, INTERRUPTIBLE),
        stateful=_tagged(fields, STATEFUL),
        cpu=_measure(use, use.mean if use else None, "%", "AWS/EC2 CPUUtilization, 14 days, hourly"),
        cpu_peak=use.quantile(1.0) if use else None,
    )


def as_table(item: Item, inventory: ServiceInventory, readings: Readings) -> Table:
    """A table of the fact aws.dynamodb with its use, the service's cache and the application's own miss counter."""
    fields = item.fields
    use = readings.tables.get(_key(item.subject))
    provisioned = fields.get("billing_mode") == "PROVISIONED"
    source = "AWS/DynamoDB consumed units, 14 days, hourly"
    return Table(
        subject=item.subject,
        provisioned_reads=int(fields.get("read_capacity") or 0) if provisioned else 0,
        reads=_per_second(use.reads if use else None, source),
        writes=_per_second(use.writes if use else None, source),
        cache_hit_rate=_hit_rate(inventory, readings),
        miss_share=_miss_share(item.subject, inventory, readings),
    )


def _measure(use: Usage | None, value: float | None, unit: str, source: str) -> Measure | None:
    if use is None or value is None:
        return None
    return Measure(value, use.coverage, unit, source)


def _per_second(use: Usage | None, source: str) -> Measure | None:
    mean = use.mean if use else None
    return _measure(use, mean / HOUR if mean is not None else None, "a second", source)


def _hit_rate(inventory: ServiceInventory, readings: Readings) -> Measure | None:
    for item in inventory.of("elasticache"):
        use = readings.caches.get(_key(item.subject))
        if use is not None and use.hit_share is not None:
            source = f"AWS/ElastiCache hits and misses of {item.subject.name}, taken to stand in front of the table"
            return _measure(use.hits, use.hit_share, "share", source)
    return None


def _miss_share(subject: Subject, inventory: ServiceInventory, readings: Readings) -> Measure | None:
    use = readings.lookups.get(_key(subject, inventory.service.name))
    if use is None:
        return None
    return _measure(use.lookups, use.miss_share, "share", "the application's own Lookups and Misses")
