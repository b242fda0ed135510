"""What admins do with CI identities; all of it is audited."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from deployments.intake.oidc import keys
from deployments.models import CiIdentity
from portal.access import audit


def create(fields: dict[str, Any], by: Any) -> CiIdentity:
    """A new identity; the keys of its issuer are fetched at once, so that its first token is good."""
    with transaction.atomic():
        identity = CiIdentity.objects.create(created_by=by.get_username(), **fields)
        audit.record(
            by, "ci-identity.create", f"ci-identity:{identity.name}", severity="high", issuer=identity.issuer,
            repository_id=identity.repository_id, scope=identity.scope_words,
        )  # fmt: skip
        keys.ask_for(identity.issuer)
    return identity


def change(identity: CiIdentity, fields: dict[str, Any], by: Any) -> None:
    """Other bounds, another scope, on or off."""
    moved = {name: value for name, value in fields.items() if getattr(identity, name) != value}
    if not moved:
        return
    with transaction.atomic():
        for name, value in moved.items():
            setattr(identity, name, value)
        identity.save(update_fields=list(moved))
        audit.record(by, "ci-identity.change", f"ci-identity:{identity.name}", severity="high", **moved)
