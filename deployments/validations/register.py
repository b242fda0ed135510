"""What admins let rollouts run on hosts. Every change is audited with the digest of the text."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments.models import HostScript
from portal.access import audit


def put(name: str, kind: str, body: str, by: Any) -> tuple[HostScript, bool]:
    """Store a script or the name of a document; (row, whether it is new)."""
    values = {"kind": kind, "body": body, "created_by": by.get_username(), "updated_at": timezone.now()}
    with transaction.atomic():
        row, made = HostScript.objects.update_or_create(name=name, defaults=values)
        digest = hashlib.sha256(body.encode()).hexdigest()
        audit.record(by, "host-script.put", f"host-script:{name}", severity="high", kind=kind, sha256=digest)
    return row, made


def remove(row: HostScript, by: Any) -> None:
    """Take it away: rollouts whose plan names it fail at their next host validation."""
    with transaction.atomic():
        audit.record(by, "host-script.remove", f"host-script:{row.name}", severity="high")
        row.delete()
