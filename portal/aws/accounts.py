"""Which accounts and regions to work on."""

from __future__ import annotations

from dataclasses import dataclass

from portal.aws.models import Account


@dataclass(frozen=True)
class AccountInfo:
    """An enabled account as workers see it."""

    account_id: str
    name: str
    regions: tuple[str, ...]


def accounts() -> list[AccountInfo]:
    """Enabled accounts, by id."""
    rows = Account.objects.filter(enabled=True)
    return [AccountInfo(row.account_id, row.name, tuple(row.regions)) for row in rows]
