"""The hosts of a target as AWS tells them now, kept for the page: pages never ask AWS."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments.models import HostHealth, Rollout, RolloutSegment
from deployments.targets.contract import Host, of
from portal.changes.kinds import Target

KEEP_FRESH = timedelta(seconds=15)
MOST_HOSTS = 5000


def see(rollout: Rollout, segment: RolloutSegment, target: Target) -> HostHealth:
    """Ask AWS for the hosts and note them. Raises AwsError.

    The first look of an attempt keeps how many hosts each zone had: later shares are counted from there.
    """
    hosts = [_plain(host, segment, target) for host in of(target).hosts(target)[:MOST_HOSTS]]
    now = timezone.now()
    mine = {"segment": segment, "attempt": segment.attempt}
    with transaction.atomic():
        row, made = HostHealth.objects.select_for_update().get_or_create(
            **mine, defaults={"rollout": rollout, "hosts": hosts, "sizes": _sizes(hosts), "first_at": now, "at": now}
        )
        if not made and (row.hosts != hosts or row.at < now - KEEP_FRESH):
            row.hosts, row.at = hosts, now
            row.sizes = row.sizes or _sizes(hosts)
            row.save(update_fields=["hosts", "at", "sizes"])
    return row


def judged(row: HostHealth, state: str, note: str) -> None:
    """Keep how the floors stood at this look."""
    if (row.state, row.note) != (state, note[:500]):
        row.state, row.note = state, note[:500]
        row.save(update_fields=["state", "note"])


def of_segment(row: HostHealth) -> list[dict[str, Any]]:
    """The hosts that this segment is about."""
    return [host for host in row.hosts if host["mine"]]


def within(row: HostHealth, seconds: float, since: datetime) -> bool:
    """Whether ``seconds`` since ``since`` (or since the first look, if that came later) are not over."""
    return timezone.now() < max(row.first_at, since) + timedelta(seconds=seconds)


def _plain(host: Host, segment: RolloutSegment, target: Target) -> dict[str, Any]:
    mine = host.version in ("", target["canary"]) and segment.zone in ("", host.zone)
    return {
        "id": host.id, "zone": host.zone, "version": host.version, "health": host.health, "reason": host.reason[:200],
        "mine": mine,
    }  # fmt: skip


def _sizes(hosts: list[dict[str, Any]]) -> dict[str, int]:
    zones = [host["zone"] for host in hosts]
    return {zone: zones.count(zone) for zone in sorted(set(zones))}
