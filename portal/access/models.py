"""Who may do what, tokens, and the audit trail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from knox.models import AbstractAuthToken

ROLES = ("viewer", "editor", "operator", "admin")


class Grant(models.Model):
    """A role of a user: everywhere (`team_ref` empty) or for what one team owns."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=10, choices=[(role, role) for role in ROLES])
    team_ref = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team_ref"], name="one_grant_per_team")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.team_ref or 'everywhere'}"


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """A bearer token; only its SHA-512 digest is kept. Its right is the lesser of `role` and its user's."""

    label = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=[(role, role) for role in ROLES], default="viewer")
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]


class AuditEvent(models.Model):
    """One line of the trail. Rows form a chain: each digest covers the one before, so that a gap shows."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=100, db_index=True)
    target = models.CharField(max_length=300, blank=True, db_index=True)
    severity = models.CharField(max_length=10, default="low")
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.target}"


class AuditHead(models.Model):
    """The digest of the newest audit row. Locked while a row is added, so that the chain cannot fork."""

    sha256 = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.sha256


class IdempotentReply(models.Model):
    """The reply to a POST that carried an `Idempotency-Key`, kept for a day."""

    caller = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "path", "key"], name="one_reply_per_key")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
