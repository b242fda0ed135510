"""Takes what AWS billed from Cost Explorer, where it holds anything, and keeps it by service and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from costs.models import Spend
from portal.aws import costexplorer
from portal.aws.errors import AwsError
from services.models import Entity

DAYS = 30


def collect(accounts: Sequence[str], today: date) -> list[str]:
    """One Cost Explorer request an account ($0.01 each); returns what has to be said about its absence."""
    notes: list[str] = []
    for account in accounts:
        try:
            rows = costexplorer.billed_by_service(account, today - timedelta(days=DAYS), today)
        except AwsError as error:
            notes.append(f"Cost Explorer of account {account} did not answer: {error}")
            continue
        if not _keep(account, rows):
            notes.append(f"Cost Explorer holds no cost by service tag for account {account}: figures are list prices.")
    return notes


def _keep(account: str, rows: Sequence[costexplorer.BilledDay]) -> int:
    by_name = {service.name: service for service in Entity.objects.services()}
    wanted = [
        Spend(service=by_name[row.service], day=row.day, amount=row.amount, currency=row.currency, account=account)
        for row in rows
        if row.service in by_name
    ]
    Spend.objects.bulk_create(
        wanted, update_conflicts=True, unique_fields=["service", "account", "day", "currency"], update_fields=["amount"]
    )
    return len(wanted)
