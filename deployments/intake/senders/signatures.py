"""Who sent a hook: the enabled sender whose secret fits. Signatures are checked on the bytes as they came, before any parsing.

GitHub signs with HMAC-SHA256; GitLab sends a token, or signs as https://www.standardwebhooks.com says; Flagger, Argo and
EventBridge send a key. SNS is in `sns.py`, because its signature stands within the body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone

from deployments.intake.record import Message
from deployments.models import HookSecret, HookSender
from deployments.models.senders import GITHUB, GITLAB, HMAC, KEY, STANDARD
from portal.access.sealed import Unsealable, unseal

TOLERANCE = 300
"""Seconds that a signed time may be off, as Standard Webhooks recommends."""
KEY_HEADER = "x-hook-key"
HOW = {
    GITHUB: "Sign the delivery with the secret of the sender: X-Hub-Signature-256.",
    GITLAB: "Send the sender's secret as X-Gitlab-Token, or sign with it as Standard Webhooks say.",
}
WITH_KEY = "Send the sender's secret: Authorization: Bearer <secret>, or X-Hook-Key: <secret>."


class Unproven(Exception):
    """401: no enabled sender of this dialect has sent this; the text says how to."""


def sender_of(message: Message, dialect: str) -> HookSender:
    """The sender that the message is from. Raises Unproven."""
    if dialect == GITHUB:
        return _by_hmac(message)
    if dialect == GITLAB and "webhook-signature" in message.headers:
        return _by_standard(message)
    given = message.headers.get("x-gitlab-token", "") if dialect == GITLAB else _key(message)
    return _by_key(given, dialect)


def digest(secret: str) -> str:
    """What is kept of a secret that is only compared. Plain SHA-256: the secrets have 256 random bits, or 24 characters at least."""
    return hashlib.sha256(secret.encode()).hexdigest()


def standard_key(secret: str) -> bytes:
    """The bytes of a Standard Webhooks secret: base64 after `whsec_`, else the text itself."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def _valid(dialect: str, scheme: str) -> Iterator[tuple[HookSender, HookSecret]]:
    """The secrets that count now."""
    now = timezone.now()
    rows = HookSecret.objects.filter(
        Q(retires_at=None) | Q(retires_at__gt=now), scheme=scheme, sender__dialect=dialect, sender__enabled=True
    )
    for row in rows.order_by().select_related("sender"):
        yield row.sender, row


def _opened(dialect: str, scheme: str) -> Iterator[tuple[HookSender, str]]:
    for sender, row in _valid(dialect, scheme):
        try:
            yield sender, unseal(row.sealed)
        except Unsealable:
            continue


def _by_hmac(message: Message) -> HookSender:
    given = message.headers.get("x-hub-signature-256", "").encode()
    for sender, secret in _opened(GITHUB, HMAC):
        wanted = "sha256=" + hmac.new(secret.encode(), message.body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(wanted.encode(), given):
            return sender
    raise Unproven(HOW[GITHUB])


def _by_standard(message: Message) -> HookSender:
    identity, stamp = message.headers.get("webhook-id", ""), message.headers.get("webhook-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(int(stamp[:15]) - timezone.now().timestamp()) > TOLERANCE:
        raise Unproven(f"webhook-timestamp must be within {TOLERANCE} seconds of now: set the sender's clock.")
    signed = f"{identity}.{stamp}.".encode() + message.body
    given = [part[3:].encode() for part in message.headers["webhook-signature"].split()[:10] if part.startswith("v1,")]
    for sender, secret in _opened(GITLAB, STANDARD):
        wanted = base64.b64encode(hmac.new(standard_key(secret), signed, hashlib.sha256).digest())
        if any(hmac.compare_digest(wanted, one) for one in given):
            return sender
    raise Unproven(HOW[GITLAB])


def _key(message: Message) -> str:
    kind, _, secret = message.headers.get("authorization", "").strip().partition(" ")
    return secret.strip() if kind.lower() == "bearer" else message.headers.get(KEY_HEADER, "")


def _by_key(given: str, dialect: str) -> HookSender:
    wanted = digest(given)
    for sender, row in _valid(dialect, KEY):
        if given and hmac.compare_digest(row.digest.encode(), wanted.encode()):
            return sender
    raise Unproven(HOW.get(dialect, WITH_KEY))
