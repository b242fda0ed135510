"""The one resource that is repaired by itself: a while after it is there, a team makes its database compliant."""

from __future__ import annotations

from . import backends
from .organisation import BY_NAME
from .state import State

AFTER = 600.0
"""Seconds between the seeding of the service and the repair."""
SERVICE = "invoices"


def advance(state: State) -> None:
    """Repair the seeded service's database once; call it while holding the state's lock."""
    service = BY_NAME[SERVICE]
    if SERVICE not in state.seeded:
        return
    kept = state.topic("amends", service.account, service.region)
    since = kept.setdefault(SERVICE, state.wall())
    if since is not None and state.wall() - since >= AFTER:
        _repair(service.account, service.region)
        kept[SERVICE] = None


def _repair(account: str, region: str) -> None:
    """A second zone, and the encrypted copy of a snapshot in place of the old instance."""
    for database in backends.backend("rds", account, region).databases.values():
        if database.db_instance_identifier.startswith(SERVICE):
            database.multi_az = database.storage_encrypted = True
