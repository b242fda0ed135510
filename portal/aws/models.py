"""AWS accounts that the portal may read, and may act in where a role says so."""

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models

ROLE_ARN = RegexValidator(
    r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}$",
    "Use a role ARN such as arn:aws:iam::123456789012:role/colonnade-read.",
)


class Account(models.Model):
    """One account. No long-lived key is ever stored: the portal assumes a role, with the ExternalId made here."""

    account_id = models.CharField(
        max_length=12, unique=True, validators=[RegexValidator(r"^\d{12}$", "Use 12 digits.")]
    )
    name = models.CharField(max_length=100)
    regions = models.JSONField(default=list)
    read_role_arn = models.CharField(max_length=600, validators=[ROLE_ARN])
    rollout_role_arn = models.CharField(max_length=600, blank=True, validators=[ROLE_ARN])
    chaos_role_arn = models.CharField(max_length=600, blank=True, validators=[ROLE_ARN])
    review_role_arn = models.CharField(max_length=600, blank=True, validators=[ROLE_ARN])
    external_id = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    enabled = models.BooleanField(default=True)
    last_error = models.TextField(blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["account_id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_id})"

    def role_arn(self, role: str) -> str:
        """The ARN of the role "read", "rollout", "chaos" or "review"; empty where the account's owner gave none."""
        return {
            "read": self.read_role_arn,
            "rollout": self.rollout_role_arn,
            "chaos": self.chaos_role_arn,
            "review": self.review_role_arn,
        }[role]
