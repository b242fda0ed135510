"""Reports: how the last reading of each AWS place and of each descriptor went."""

from __future__ import annotations

from django.db import models


class DiscoveryReport(models.Model):
    """The newest reading of one kind of resource in one account and region, with what to do where it failed."""

    account = models.CharField(max_length=12)
    account_name = models.CharField(max_length=100)
    region = models.CharField(max_length=30)
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=20)
    found = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    remedy = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "kind"], name="one_report_per_kind")]
        ordering = ["account", "region", "kind"]

    def __str__(self) -> str:
        return f"{self.account} {self.region} {self.kind}: {self.state}"


class Import(models.Model):
    """What became of one document of a descriptor file at its last reading. `state` is ok, warning or error.

    Document 0 is the file as a whole. An error with a ref that another source holds is a conflict of the two.
    """

    source = models.CharField(max_length=300, db_index=True)
    document = models.PositiveIntegerField()
    line = models.PositiveIntegerField(default=1)
    ref = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10)
    field = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    remedy = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ref"], condition=models.Q(state="error"), name="troubled_imports")]
        ordering = ["source", "document", "line", "id"]

    def __str__(self) -> str:
        return f"{self.source} document {self.document}: {self.state}"
