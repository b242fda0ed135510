"""Discovery: ask AWS what there is, then write it down. Never an AWS call inside a transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.access import audit
from portal.jobs import queue
from portal.jobs.context import JobContext
from portal.jobs.models import Run
from services.discovery import drifting, strays
from services.discovery.inventory import SETTLED, Inventory, read_everything
from services.discovery.record import record
from services.models import DiscoveryReport

JOB = "services.discover"


def discover(progress: Callable[[int, int, str], None], check: Callable[[], None]) -> dict[str, Any]:
    """One pass over all enabled accounts. A refusal gives a partial result and a report with its remedy."""
    inventory = read_everything(progress, strays.adopted())
    check()
    services, changed = record(inventory, check)
    check()
    in_bucket = strays.keep(inventory)
    changed += drifting.publish(inventory, check)
    trouble = report(inventory)
    unowned = sum(1 for found in inventory.resources if not found.service)
    return {
        "resources": len(inventory.resources),
        "services": services,
        "without_service": unowned,
        "in_bucket": in_bucket,
        "facts_changed": changed,
        "trouble": trouble,
    }


def report(inventory: Inventory) -> int:
    """Keep the newest reading of each account, region and kind; returns how many went wrong.

    Reports of places that are no longer on the list go: nobody can mend them.
    """
    now = timezone.now()
    rows = [
        DiscoveryReport(
            account=reading.scope.account.account_id,
            account_name=reading.scope.account.name,
            region=reading.scope.region,
            kind=reading.family.title,
            state=reading.state,
            found=reading.found,
            error=reading.error,
            remedy=reading.remedy,
            at=now,
        )
        for reading in inventory.readings
    ]
    DiscoveryReport.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "region", "kind"],
        update_fields=["account_name", "state", "found", "error", "remedy", "at"],
    )
    read = {(row.account, row.region, row.kind) for row in rows}
    standing = DiscoveryReport.objects.values_list("pk", "account", "region", "kind")
    DiscoveryReport.objects.filter(pk__in=[pk for pk, *place in standing if tuple(place) not in read]).delete()
    return sum(1 for reading in inventory.readings if reading.state not in SETTLED)


def run(context: JobContext) -> dict[str, Any]:
    """The job `services.discover`."""

    def progress(done: int, total: int, text: str) -> None:
        context.check()
        context.progress(done, total, text)

    result = discover(progress, context.check)
    context.progress(1, 1, f"{result['resources']} resources of {result['services']} services")
    return result


def start(user: Any) -> Run:
    """Enqueue one discovery, or find the one that is on its way; the audit row comes with it."""
    with transaction.atomic():
        audit.record(user, "discovery.start", "aws")
        return queue.enqueue(JOB, by=user.get_username(), unique="now")
