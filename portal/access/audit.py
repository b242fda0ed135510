"""The audit trail: who did what to what. Written in the same transaction as the act."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.access.models import AuditEvent, AuditHead

SEVERITIES = ("low", "medium", "high", "critical")


def _digest(event: AuditEvent) -> str:
    parts = [
        event.previous,
        event.at.isoformat(),
        event.actor,
        event.action,
        event.target,
        event.severity,
        event.detail,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def record(actor: Any, action: str, target: str, *, severity: str = "low", **detail: Any) -> AuditEvent:
    """Append one event. `actor` is a user or a name such as "schedule"; `detail` must be small and JSON.

    Raises what the database raises: an act that cannot be audited must not happen.
    """
    if severity not in SEVERITIES:
        raise ValueError(f"severity {severity!r}: use one of {', '.join(SEVERITIES)}")
    name = actor if isinstance(actor, str) else actor.get_username()
    with transaction.atomic():
        AuditHead.objects.get_or_create(pk=1)
        head = AuditHead.objects.select_for_update().get(pk=1)
        event = AuditEvent(
            at=timezone.now(), actor=name or "portal", action=action, target=target[:300], severity=severity,
            detail=json.loads(json.dumps(detail, default=str)), previous=head.sha256,
        )  # fmt: skip
        event.sha256 = head.sha256 = _digest(event)
        event.save()
        head.save()
    return event


def broken_link() -> AuditEvent | None:
    """The first event whose digest does not follow from the one before, or None where the chain is whole."""
    previous = ""
    for event in AuditEvent.objects.order_by("id").iterator():
        if event.previous != previous or event.sha256 != _digest(event):
            return event
        previous = event.sha256
    return None
