"""What the portal keeps of the engines: templates of AWS FIS with their age, the way to Gremlin, and what was started there."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from chaos.engine import fis_warnings
from portal.access.sealed import seal, unseal


class FisTemplate(models.Model):
    """A template that discovery found in an account. `data` is its JSON; `seen_at` is when AWS last showed it."""

    account = models.CharField(max_length=12)
    region = models.CharField(max_length=30)
    template_id = models.CharField(max_length=64)
    description = models.CharField(max_length=600, blank=True)
    service = models.CharField(max_length=200, blank=True)
    released = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["account", "region", "template_id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "region", "template_id"], name="one_row_per_fis_template")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} in {self.account} {self.region}"

    @property
    def warnings(self) -> tuple[fis_warnings.Warning, ...]:
        """What a person should know before it is started."""
        return fis_warnings.warnings(self.data)

    @property
    def care(self) -> str:
        """How many warnings there are, in words."""
        count = len(self.warnings)
        return "1 warning" if count == 1 else f"{count} warnings"

    @property
    def actions(self) -> list[str]:
        """The ids of its actions."""
        rows: dict[str, dict[str, Any]] = self.data.get("actions") or {}
        return sorted({str(row.get("actionId", "")) for row in rows.values()})

    @property
    def minutes(self) -> int:
        """How long it lasts at most."""
        return round(fis_warnings.seconds(self.data) / 60)


class GremlinAccount(models.Model):
    """The way to Gremlin: one row, the key sealed. Before `quiet_until` Gremlin wants to be asked nothing but halts."""

    sealed = models.TextField(blank=True)
    hint = models.CharField(max_length=4, blank=True)
    team_id = models.CharField(max_length=64, blank=True)
    set_by = models.CharField(max_length=150, blank=True)
    set_at = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Gremlin team {self.team_id or 'of the key'}"

    @property
    def key(self) -> str:
        """The key in clear. Raises Unsealable."""
        return unseal(self.sealed) if self.sealed else ""

    @key.setter
    def key(self, clear: str) -> None:
        self.sealed, self.hint = (seal(clear), clear[-4:]) if clear else ("", "")


class GremlinStart(models.Model):
    """One attack or scenario run that a change has asked Gremlin for; the row is there before the call goes out.

    `ident` is what Gremlin answered: the attack's id, or the number of the scenario's run. Empty: nobody knows whether it
    was started, unless `refused`.
    """

    token = models.CharField(max_length=32, unique=True)
    ident = models.CharField(max_length=100, blank=True)
    refused = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.ident or f"asked for at {self.asked_at:%H:%M:%S}"
