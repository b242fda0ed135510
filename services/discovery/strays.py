"""The untagged bucket: every resource without a service keeps a row, with the services that it may belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.access import audit
from services import queries
from services.discovery.clues import clues
from services.discovery.inventory import Assignments, Found, Inventory
from services.engine.suggest import Clues, Known, suggest
from services.models import Entity, Stray
from services.models.adoption import ADOPTED, ARN_LENGTH, OPEN

KEPT = ("account_name", "family", "kind", "name", "detail", "tags", "suggestions", "gone_at")
BATCH = 500
Key = tuple[str, str, str]


def adopted() -> Assignments:
    """Service names by (account, region, ARN), as people decided. A service that is gone owns nothing."""
    rows = Stray.objects.filter(state=ADOPTED).values_list("account", "region", "arn", "service_ref")
    live = queries.by_refs(row[3] for row in rows)
    return {(account, region, arn): live[ref].name for account, region, arn, ref in rows if ref in live}


def keep(inventory: Inventory) -> int:
    """Make the bucket what the inventory says; returns how many resources are open. What has not changed is not written.

    A resource whose place could not be read stays. One that is gone leaves, unless somebody decided about it.
    """
    now = timezone.now()
    _free()
    standing: dict[Key, Stray] = {_key(row): row for row in Stray.objects.all()}
    wanted = {
        _where(found): found for found in inventory.resources if _loose(found, inventory) or _where(found) in standing
    }
    known = _known(inventory)
    names = {reading.scope.account.account_id: reading.scope.account.name for reading in inventory.readings}
    new: list[Stray] = []
    changed: list[Stray] = []
    for key, found in wanted.items():
        row = standing.get(key)
        fields = _fields(found, known, names)
        if row is None:
            new.append(Stray(account=key[0], region=key[1], arn=key[2][:ARN_LENGTH], found_at=now, **fields))
        elif found.service and row.state == OPEN:
            continue  # it has a service now: the row goes below
        elif any(getattr(row, field) != value for field, value in fields.items()):
            for field, value in fields.items():
                setattr(row, field, value)
            changed.append(row)
    # Two discoveries may find the same resource at the same moment: the second changes nothing.
    Stray.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    Stray.objects.bulk_update(changed, KEPT, batch_size=BATCH)
    _leave(standing, wanted, inventory, now)
    return Stray.objects.filter(state=OPEN).count()


def _loose(found: Found, inventory: Inventory) -> bool:
    """Whether no service has it. Where tags could not be read, nobody can say so."""
    return not found.service and (found.resource.account, found.resource.region) not in inventory.untagged


def _key(row: Stray) -> Key:
    return (row.account, row.region, row.arn)


def _where(found: Found) -> Key:
    return (found.resource.account, found.resource.region, found.resource.arn[:ARN_LENGTH])


def _fields(found: Found, known: Known, names: dict[str, str]) -> dict[str, Any]:
    return {
        "account_name": names.get(found.resource.account, found.resource.account)[:100],
        "family": found.family.key,
        "kind": found.family.title,
        "name": found.resource.name[:255],
        "detail": found.said.text[:200],
        "tags": dict(sorted(found.tags.items())),
        "gone_at": None,
        **({} if found.service else {"suggestions": _suggestions(clues(found), known)}),
    }


def _suggestions(stray: Clues, known: Known) -> list[dict[str, Any]]:
    found = [asdict(one) for one in suggest(stray, known)]
    return [{**one, "reasons": list(one["reasons"])} for one in found]


def _known(inventory: Inventory) -> Known:
    """The services of the catalog, and the resources that each has now."""
    resources: dict[str, list[Clues]] = defaultdict(list)
    for found in inventory.resources:
        if found.service:
            resources[found.service].append(clues(found))
    services = Entity.objects.services().filter(namespace="default").values_list("name", flat=True)
    return Known(services, resources)


def _leave(standing: dict[Key, Stray], wanted: dict[Key, Found], inventory: Inventory, now: datetime) -> None:
    """Rows of resources that are gone, or that have found their service by themselves."""
    given = [row.pk for key, row in standing.items() if key in wanted and wanted[key].service and row.state == OPEN]
    missing = [row for key, row in standing.items() if key not in wanted and _read(row, inventory)]
    _delete([*given, *(row.pk for row in missing if row.state == OPEN)])
    decided = [row.pk for row in missing if row.state != OPEN and row.gone_at is None]
    if decided:
        Stray.objects.filter(pk__in=decided).update(gone_at=now)


def _free() -> None:
    """What was adopted for a service that is gone is without one again."""
    rows = dict(Stray.objects.filter(state=ADOPTED).values_list("pk", "service_ref"))
    live = queries.by_refs(rows.values())
    orphaned = {pk: ref for pk, ref in rows.items() if ref not in live}
    for pk, ref in orphaned.items():
        with transaction.atomic():
            Stray.objects.filter(pk=pk, service_ref=ref).update(state=OPEN, service_ref="", reason="")
            audit.record("discovery", "stray.free", f"stray:{pk}", service=ref)


def _delete(ids: Sequence[int]) -> None:
    for start in range(0, len(ids), BATCH):
        Stray.objects.filter(pk__in=ids[start : start + BATCH], state=OPEN).delete()


def _read(row: Stray, inventory: Inventory) -> bool:
    """Whether this pass could have seen the resource: its account, region and family were read."""
    return any(
        (reading.scope.account.account_id, reading.scope.region, reading.family.key)
        == (row.account, row.region, row.family)
        for reading in inventory.readings
    ) and not inventory.hidden(row.account, row.region, row.family)
