"""Rows of cost reviews: what was judged, what can be saved, what it is estimated to cost, what was billed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from costs.engine.money import Range
from services.models import Entity


def money_field(**options: Any) -> models.DecimalField[Any, Any]:
    """An amount with two decimals; the currency stands in the row's own column."""
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class CostReview(models.Model):
    """One review of one team's services over a period (look-back window). `missing` says what could not be read.

    `totals` is {currency: {low, expected, high, findings}} as decimal text; `unjudged` lists answers without a figure.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Complete"
        PARTIAL = "partial", "Partial"
        FAILED = "failed", "Failed"

    owner_ref = models.CharField(max_length=200, blank=True, db_index=True)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    services = models.PositiveIntegerField(default=0)
    totals = models.JSONField(default=dict)
    unjudged = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [models.Index(fields=["owner_ref", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.team} {self.started_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """The review's page."""
        return reverse("costs:review", args=[self.pk])

    @property
    def team(self) -> str:
        """The reviewed team's short name."""
        return self.owner_ref.rpartition("/")[2] or "no team"


class Finding(models.Model):
    """A way to save money on one resource of a service, kept across reviews by its fingerprint."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DISMISSED = "dismissed", "Dismissed"
        SNOOZED = "snoozed", "Snoozed"
        DONE = "done", "Done"

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="cost_findings")
    detector = models.CharField(max_length=40, db_index=True)
    fingerprint = models.CharField(max_length=32)
    resource = models.CharField(max_length=300)
    resource_name = models.CharField(max_length=200)
    account = models.CharField(max_length=12)
    region = models.CharField(max_length=30)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, db_index=True)
    low = money_field()
    expected = money_field()
    high = money_field()
    present = money_field()
    currency = models.CharField(max_length=3)
    effort = models.PositiveIntegerField(help_text="minutes")
    evidence = models.JSONField(default=dict)
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-expected", "id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "fingerprint"], name="one_finding_per_fingerprint"),
            models.CheckConstraint(
                condition=models.Q(low__gte=0, low__lte=models.F("expected"), expected__lte=models.F("high")),
                name="finding_amounts_in_order",
            ),
            models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="finding_has_currency"),
        ]
        indexes = [models.Index(fields=["state", "-expected"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The finding's page."""
        return reverse("costs:finding", args=[self.pk])

    @property
    def owner_ref(self) -> str:
        """The team that decides about it."""
        return self.service.owner_ref

    @property
    def saving(self) -> Range:
        """The monthly saving with its uncertainty."""
        return Range(self.low, self.expected, self.high, self.currency)

    @property
    def is_open(self) -> bool:
        """True while somebody still has to decide or act."""
        return self.state in {self.State.OPEN, self.State.ACCEPTED}


class ReviewFinding(models.Model):
    """What a review saw of a finding: the amounts of that day stay although the finding moves on."""

    review = models.ForeignKey(CostReview, on_delete=models.CASCADE, related_name="seen")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="seen_in")
    low = money_field()
    expected = money_field()
    high = money_field()
    currency = models.CharField(max_length=3)
    counted = models.BooleanField(default=True, help_text="False when a better finding covers the same resource.")

    class Meta:
        ordering = ["-expected", "id"]
        constraints = [models.UniqueConstraint(fields=["review", "finding"], name="one_row_per_review_and_finding")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.finding_id}"


KIND_TITLES = {
    "alb": "load balancer",
    "asg": "EC2 Auto Scaling",
    "dynamodb": "DynamoDB",
    "ecs": "ECS",
    "eks": "EKS",
    "elasticache": "ElastiCache",
    "lambda": "Lambda",
    "opensearch": "OpenSearch",
    "rds": "RDS",
}


class Estimate(models.Model):
    """What one resource costs a month at list price. `amount` is null when nobody knows, and `note` says why."""

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="cost_estimates")
    kind = models.CharField(max_length=40)
    resource = models.CharField(max_length=300)
    name = models.CharField(max_length=200)
    amount = money_field(null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    basis = models.CharField(max_length=300, blank=True)
    price_source = models.CharField(max_length=200, blank=True)
    price_date = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    estimated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = [models.F("amount").desc(nulls_last=True), "name"]
        constraints = [models.UniqueConstraint(fields=["service", "resource"], name="one_estimate_per_resource")]

    def __str__(self) -> str:
        return f"{self.name} {self.amount if self.amount is not None else 'unknown'}"

    @property
    def kind_title(self) -> str:
        """The AWS product's name."""
        return KIND_TITLES.get(self.kind, self.kind)


class Spend(models.Model):
    """What Cost Explorer billed for a service on one day."""

    service = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="cost_spend")
    day = models.DateField()
    amount: models.DecimalField[Decimal, Decimal] = models.DecimalField(max_digits=16, decimal_places=6)
    currency = models.CharField(max_length=3)
    account = models.CharField(max_length=12)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["service", "account", "day", "currency"], name="one_spend_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.day} {self.amount} {self.currency}"
