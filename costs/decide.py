"""What a team decides about a finding; each decision leaves its audit row and moves the fact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from costs.models import Finding
from costs.publish import publish_findings
from portal.access import audit, policy

ROLE = "editor"
SNOOZE = timedelta(days=30)
LONGEST = timedelta(days=180)
NEEDS_REASON = (Finding.State.DISMISSED, Finding.State.SNOOZED)


def decide(finding: Finding, state: str, *, by: Any, reason: str = "", until: datetime | None = None) -> Finding:
    """Accept, dismiss, snooze (at most 180 days), finish or reopen a finding.

    Raises PermissionDenied for somebody who is no editor of the owning team, ValidationError for a decision that
    lacks its reason or changes nothing.
    """
    policy.require(by, ROLE, finding.owner_ref)
    now = timezone.now()
    reason = reason.strip()
    _check(finding, state, reason)
    with transaction.atomic():
        row = Finding.objects.select_for_update().select_related("service").get(pk=finding.pk)
        before = row.state
        row.state, row.reason = state, reason
        row.decided_by, row.decided_at = by.get_username(), now
        row.snoozed_until = min(until or now + SNOOZE, now + LONGEST) if state == Finding.State.SNOOZED else None
        row.save(update_fields=["state", "reason", "decided_by", "decided_at", "snoozed_until"])
        audit.record(
            by, f"costs.finding.{state}", f"finding:{row.pk}", service=row.service.ref, title=row.title,
            before=before, reason=reason,
        )  # fmt: skip
        publish_findings(row.service, now)
    return row


def _check(finding: Finding, state: str, reason: str) -> None:
    if state not in Finding.State.values:
        raise ValidationError({"state": f"{state!r} is no state; use one of {', '.join(Finding.State.values)}."})
    if state == finding.state:
        raise ValidationError({"state": f"The finding is already {finding.get_state_display().lower()}."})
    if state in NEEDS_REASON and not reason:
        raise ValidationError({"reason": "Say why, so that the next review need not ask again."})
