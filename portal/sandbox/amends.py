"""What is repaired by itself: a while after it is there, a team makes one service keep the AWS Config rules."""

from __future__ import annotations

from moto.s3.models import s3_backends

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
    """A second zone, the encrypted copy of a snapshot in place of the old instance, and the owner's tag everywhere."""
    owner = [{"Key": "owner", "Value": f"{BY_NAME[SERVICE].team}@example.com"}]
    for database in backends.backend("rds", account, region).databases.values():
        if database.db_instance_identifier == SERVICE:
            database.multi_az = database.storage_encrypted = True
            database.add_tags(owner)
    store = s3_backends[account]["aws"]
    for bucket in store.buckets.values():
        if bucket.name.startswith(f"{SERVICE}-"):
            store.tagger.tag_resource(bucket.arn, owner)
