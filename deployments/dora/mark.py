"""Calling a deployment failed, and taking that back: a person knows more than the reports say. Both are audited."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from deployments.models import Deployment
from portal.access import audit

LONGEST_REASON = 300


class NotMarked(ValueError):
    """There is nothing to take back."""


def mark(row: Deployment, reason: str, by: Any) -> Deployment:
    """The deployment needed an intervention, for this reason; a second reason replaces the first."""
    with transaction.atomic():
        Deployment.objects.filter(pk=row.pk).update(marked_failed=reason[:LONGEST_REASON])
        _audit(row, "deployment.mark-failed", by, reason)
    row.refresh_from_db()
    return row


def unmark(row: Deployment, reason: str, by: Any) -> Deployment:
    """It did not, after all. Incidents and rollbacks still count. Raises NotMarked."""
    with transaction.atomic():
        marked = Deployment.objects.filter(pk=row.pk).exclude(marked_failed="")
        if not marked.update(marked_failed=""):
            raise NotMarked("This deployment is not marked as failed.")
        _audit(row, "deployment.unmark-failed", by, reason)
    row.refresh_from_db()
    return row


def _audit(row: Deployment, action: str, by: Any, reason: str) -> None:
    where = {"entity": row.service.ref, "version": row.version}
    audit.record(by, action, f"deployment:{row.pk}", severity="medium", reason=reason[:LONGEST_REASON], **where)
