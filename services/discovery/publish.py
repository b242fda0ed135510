"""Facts: what an inventory says of one service, under the keys `aws.*`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services import facts
from services.discovery import families, item
from services.discovery.grouping import missing_tags
from services.discovery.inventory import Found, Inventory
from services.facts import FactView
from services.models import Entity

LIFE = timedelta(days=1)


def publish(component: Entity, found: Sequence[Found], inventory: Inventory, now: datetime) -> int:
    """Publish the service's facts; returns how many changed.

    A fact with items of a place that could not be read this time is left alone: it ages until it expires.
    """
    items: dict[str, list[dict[str, Any]]] = defaultdict(list)
    stands_in = {(entry.resource.account, entry.resource.region) for entry in found}
    shared = [one for one in inventory.shared if (one.resource.account, one.resource.region) in stands_in]
    for entry in (*found, *shared):
        items[entry.family.fact].append(item(entry.resource))
    always = {family.fact for family in families.items() if family.always} if found else set()
    standing = facts.current(component)
    changed = 0
    for key in sorted({family.fact for family in families.items()}):
        failed = inventory.failed(key)
        view = standing.get(key)
        if view and any((old["account"], old["region"]) in failed for old in view.value["items"]):
            continue
        if items[key] or (key in always and not failed):
            changed += _put(component, key, items[key], now)
        elif view and not failed:
            changed += facts.retire(component, key)
    if found:
        tags = [_tag_item(entry) for entry in found if not entry.family.beside]
        places = _account_items(found, inventory)
        changed += _put(component, "aws.tags", tags + _unseen(standing.get("aws.tags"), tags, inventory), now)
        changed += _put(component, "aws.account", places + _unseen(standing.get("aws.account"), places, inventory), now)
    return changed


def _unseen(view: FactView | None, seen: Sequence[dict[str, Any]], inventory: Inventory) -> list[dict[str, Any]]:
    """What stood before and could not be looked at this time: it is not gone."""
    known = {(entry["arn"], entry["region"]) for entry in seen}
    return [
        old
        for old in (view.value["items"] if view else ())
        if (old["arn"], old["region"]) not in known
        and inventory.hidden(old["account"], old["region"], old.get("family", ""))
    ]


def _put(component: Entity, key: str, items: list[dict[str, Any]], now: datetime) -> int:
    ordered = sorted(items, key=lambda entry: (entry["account"], entry["region"], entry["name"], entry["arn"]))
    value = {"items": ordered, "count": len(ordered)}
    return facts.publish(component, key, value, source="aws", observed_at=now, expires_at=now + LIFE)


def _tag_item(entry: Found) -> dict[str, Any]:
    resource = entry.resource
    return {
        "name": resource.name,
        "arn": resource.arn,
        "account": resource.account,
        "region": resource.region,
        "family": entry.family.key,
        "tags": dict(sorted(entry.tags.items())),
        "missing": missing_tags(entry.tags),
        "cost_center": entry.tags.get("CostCenter", ""),
    }


def _account_items(found: Sequence[Found], inventory: Inventory) -> list[dict[str, Any]]:
    names = {reading.scope.account.account_id: reading.scope.account.name for reading in inventory.readings}
    places = sorted({(entry.resource.account, entry.resource.region) for entry in found})
    return [
        {
            "name": names.get(account, account),
            "arn": f"arn:aws:iam::{account}:root",
            "account": account,
            "region": region,
        }
        for account, region in places
    ]
