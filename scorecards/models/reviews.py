"""Well-Architected reviews: answers, milestones, and the workload in AWS that a review is kept in step with."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from scorecards.engine.lens.merge import NO_REASON, Said
from scorecards.models.lenses import Lens, LensVersion
from services.models import Entity

PERSON, AWS = "person", "aws"
REASONS = {
    NO_REASON: "No reason given",
    "OUT_OF_SCOPE": "Out of scope",
    "BUSINESS_PRIORITIES": "Business priorities",
    "ARCHITECTURE_CONSTRAINTS": "Constraints of the architecture",
    "OTHER": "Another reason",
}
#: The API of AWS takes as many characters.
NOTES = 2084


class Review(models.Model):
    """A service or system under one version of a lens. `changed_at` moves with every answer."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="reviews")
    lens = models.ForeignKey(Lens, on_delete=models.PROTECT, related_name="reviews")
    lens_version = models.ForeignKey(LensVersion, on_delete=models.PROTECT, related_name="reviews")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "lens"], name="one_review_per_entity_and_lens")]
        ordering = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return f"review {self.pk}"

    def get_absolute_url(self) -> str:
        """The review's page."""
        return reverse("scorecards:review", args=[self.pk])

    @property
    def owner_ref(self) -> str:
        """The team whose editors answer."""
        return self.entity.owner_ref


class Answer(models.Model):
    """What a person said to a question, here or in AWS. `revision` grows with every change."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="answers")
    question_id = models.CharField(max_length=128)
    selected = models.JSONField(default=list)
    applicable = models.BooleanField(default=True)
    reason = models.CharField(max_length=30, choices=list(REASONS.items()), default=NO_REASON)
    notes = models.TextField(blank=True, max_length=NOTES)
    source = models.CharField(max_length=10, choices=[(PERSON, PERSON), (AWS, AWS)], default=PERSON)
    answered_by = models.CharField(max_length=150)
    answered_at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "question_id"], name="one_answer_per_question")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.question_id}"

    @property
    def given(self) -> bool:
        """Whether it answers the question; notes alone do not."""
        return bool(self.selected) or not self.applicable

    @property
    def said(self) -> Said:
        """As it is compared."""
        return Said(tuple(self.selected), self.applicable, self.reason, self.notes)


class Milestone(models.Model):
    """A review as it stood at a named instant, kept whole and never changed. `origin` tells where it was taken."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="milestones")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=150)
    origin = models.CharField(max_length=10, choices=[("here", "here"), (AWS, AWS)], default="here")
    lens_version = models.ForeignKey(LensVersion, on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField()
    state = models.JSONField()
    sha = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="one_milestone_per_number"),
            models.UniqueConstraint(fields=["review", "name"], name="one_milestone_per_name"),
        ]
        ordering = ["review_id", "-number"]

    def __str__(self) -> str:
        return f"{self.review_id} milestone {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only. Raises TypeError for a change."""
        if not self._state.adding:
            raise TypeError("A milestone is immutable: take another one.")
        super().save(*args, **kwargs)


class WorkloadLink(models.Model):
    """The workload in the AWS Well-Architected Tool that a review is kept in step with.

    `base` holds each answer as both sides had it when they last agreed; `risks` what AWS makes of them; `milestones`
    the number in AWS by the number here.
    """

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="link")
    account_id = models.CharField(max_length=12)
    region = models.CharField(max_length=30)
    workload_id = models.CharField(max_length=32, blank=True)
    lens_arn = models.CharField(max_length=200, blank=True)
    base = models.JSONField(default=dict)
    risks = models.JSONField(default=dict)
    milestones = models.JSONField(default=dict)
    created_by = models.CharField(max_length=150)
    synced_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "region", "workload_id", "lens_arn"],
                condition=~Q(workload_id=""),
                name="one_review_per_workload_and_lens",
            )
        ]

    def __str__(self) -> str:
        return f"review {self.review_id} in {self.account_id} {self.region}"


class AnswerConflict(models.Model):
    """An answer that was changed on both sides. It waits for a person; nothing is overwritten meanwhile."""

    link = models.ForeignKey(WorkloadLink, on_delete=models.CASCADE, related_name="conflicts")
    question_id = models.CharField(max_length=128)
    ours = models.JSONField()
    theirs = models.JSONField()
    found_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    kept = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "question_id"], condition=Q(resolved_at=None), name="one_open_conflict_per_answer"
            )
        ]
        ordering = ["-found_at", "question_id"]

    def __str__(self) -> str:
        return f"{self.link_id} {self.question_id}"
