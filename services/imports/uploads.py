"""Descriptors that a person sends, by page or REST: checked, stored under the person's name, each for its own team."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from django.db import transaction

from portal.access import audit, policy
from services.imports import preview
from services.ingest import Outcome, Right, ingest
from services.models import Entity
from services.storing import documents

NAME = re.compile(r"[^A-Za-z0-9._-]+")


def upload(raw: bytes, name: str, user: Any, *, dry_run: bool = False) -> Outcome:
    """Store the good documents of a text, or with `dry_run` only say what would come of it. Never raises Problem: what is
    wrong is in the reports. The same name again replaces what this person sent under it."""
    source = source_of(name, user)
    if dry_run:
        return preview.check_text(raw, source, right_of(user))
    with transaction.atomic():
        outcome = ingest(raw, source, user.get_username(), right_of(user))
        counts = {"stored": outcome.stored, "removed": outcome.removed, "errors": len(outcome.errors)}
        audit.record(user, "descriptor.upload", source, severity="medium", **counts)
    documents.refresh()
    return outcome


def source_of(name: str, user: Any) -> str:
    """Under which source a person's text is kept."""
    clean = NAME.sub("-", name.rpartition("/")[2].rpartition("\\")[2])[:80].strip("-.")
    return f"upload:{user.get_username()}/{clean or 'catalog-info.yaml'}"[:300]


def right_of(user: Any) -> Right:
    """What this person may write."""
    return partial(_refusal, user)


def _refusal(user: Any, entity: Entity) -> str:
    if entity.kind == "location":
        return "An upload cannot lead to other files: register the location instead."
    if policy.may(user, "editor", entity.owner_ref):
        return ""
    team = entity.owner_ref.rpartition("/")[2] or "everything, because it has no owner"
    return f"You need the role editor of {team}."
