"""What admins do with senders: make them, rotate their secrets, change their scope, switch them off. All of it is audited."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments.intake.senders.signatures import digest
from deployments.intake.senders.sns import TOPIC
from deployments.models import HookSecret, HookSender
from deployments.models.senders import GITHUB, GITLAB, HMAC, KEY, SNS, STANDARD
from portal.access import audit
from portal.access.sealed import seal

SHORTEST = 24
"""Characters of a secret that somebody else made."""
OVERLAP_HOURS = (0, 1, 24, 168)
CHANGEABLE = ("everything", "teams", "services", "topics", "rate", "enabled")
PRINTABLE = re.compile(r"^[\x21-\x7e]+$")


class Unfit(ValueError):
    """The sender cannot be so: `field` and a sentence with the remedy."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def schemes_of(dialect: str) -> tuple[str, ...]:
    """How a sender of this dialect may prove itself, the best first; none for SNS, which signs with AWS's own key."""
    return {GITHUB: (HMAC,), GITLAB: (STANDARD, KEY), SNS: ()}.get(dialect, (KEY,))


def create(fields: dict[str, Any], by: Any, *, scheme: str = "", secret: str = "") -> tuple[HookSender, str]:
    """A new sender and its secret in clear, which is never shown again ("" for SNS). Raises Unfit."""
    check(fields["dialect"], fields.get("topics", []))
    with transaction.atomic():
        sender = HookSender.objects.create(created_by=by.get_username(), **fields)
        clear = (
            _add(sender, scheme or next(iter(schemes_of(sender.dialect)), ""), secret) if sender.dialect != SNS else ""
        )
        audit.record(
            by,
            "sender.create",
            f"sender:{sender.name}",
            severity="high",
            dialect=sender.dialect,
            scope=sender.scope_words,
        )
    return sender, clear


def check(dialect: str, topics: list[str]) -> None:
    """Raise Unfit where the topics do not go with the dialect."""
    if dialect == SNS and not topics:
        raise Unfit("topics", "Name at least one topic by its ARN: other topics are refused.")
    if dialect != SNS and topics:
        raise Unfit("topics", "Only senders of the dialect sns have topics.")
    if wrong := next((topic for topic in topics if not TOPIC.match(topic)), ""):
        raise Unfit(
            "topics",
            f"{wrong[:100]!r} is not the ARN of a topic, such as arn:aws:sns:eu-west-1:123456789012:deployments.",
        )


def change(sender: HookSender, fields: dict[str, Any], by: Any) -> None:
    """Another scope, other topics, another rate, on or off. Raises Unfit."""
    wanted = {name: value for name, value in fields.items() if name in CHANGEABLE}
    check(sender.dialect, wanted.get("topics", sender.topics))
    moved = {name: value for name, value in wanted.items() if getattr(sender, name) != value}
    if not moved:
        return
    with transaction.atomic():
        for name, value in moved.items():
            setattr(sender, name, value)
        sender.save(update_fields=list(moved))
        verb = {True: "sender.enable", False: "sender.disable"}.get(moved.get("enabled"), "sender.change")  # type: ignore[arg-type]
        audit.record(by, verb, f"sender:{sender.name}", severity="high", **moved)


def rotate(sender: HookSender, by: Any, *, overlap: timedelta, scheme: str = "", secret: str = "") -> str:
    """A second secret; the first is good for the time of `overlap` still, and no third one is. Returns it in clear. Raises Unfit."""
    if sender.dialect == SNS:
        raise Unfit("secret", "SNS signs with AWS's own key: there is nothing to rotate.")
    now = timezone.now()
    with transaction.atomic():
        HookSender.objects.select_for_update().get(pk=sender.pk)
        valid = live_secrets(sender, now)
        kept = valid[0] if valid else None
        HookSecret.objects.filter(pk__in=[row.pk for row in valid[1:]]).update(retires_at=now)
        if kept is not None:
            HookSecret.objects.filter(pk=kept.pk).update(retires_at=now + overlap)
        clear = _add(sender, scheme or (kept.scheme if kept else schemes_of(sender.dialect)[0]), secret)
        hours = int(overlap.total_seconds() // 3600)
        audit.record(by, "sender.rotate", f"sender:{sender.name}", severity="high", overlap_hours=hours)
    return clear


def live_secrets(sender: HookSender, now: datetime) -> list[HookSecret]:
    """The secrets that count now, newest first."""
    return [row for row in sender.secrets.all() if row.retires_at is None or row.retires_at > now]


def _add(sender: HookSender, scheme: str, secret: str) -> str:
    if scheme not in schemes_of(sender.dialect):
        raise Unfit("scheme", f"Choose {' or '.join(schemes_of(sender.dialect))} for {sender.dialect}.")
    if secret and (len(secret) < SHORTEST or len(secret) > 200 or not PRINTABLE.match(secret)):
        raise Unfit(
            "secret", f"Use {SHORTEST} to 200 printable characters without spaces, or leave it empty to have one made."
        )
    clear = secret or secrets.token_urlsafe(32)
    kept = {"digest": digest(clear)} if scheme == KEY else {"sealed": seal(clear)}
    HookSecret.objects.create(sender=sender, scheme=scheme, hint=clear[:4], **kept)
    return clear
