"""Shapes of the REST of lenses and reviews."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from scorecards.engine.lens.merge import NO_REASON, Said
from scorecards.engine.lens.risk import RISKS
from scorecards.lenses.milestones import LONGEST, SHORTEST
from scorecards.models import AnswerConflict, Lens, LensVersion, Milestone, Review
from scorecards.models.reviews import NOTES, REASONS


class LensVersionSerializer(serializers.ModelSerializer[LensVersion]):
    """One version of a lens; `warnings` is what AWS's format does not know or like but tolerates."""

    lens = serializers.CharField(source="lens.key")

    class Meta:
        model = LensVersion
        fields = [
            "lens", "number", "sha", "questions", "warnings", "created_at", "created_by", "published_at", "published_by",
        ]  # fmt: skip
        read_only_fields = fields


class LensSerializer(serializers.ModelSerializer[Lens]):
    """A lens with its versions, the newest first."""

    versions = LensVersionSerializer(many=True)

    class Meta:
        model = Lens
        fields = ["key", "name", "description", "created_at", "created_by", "versions"]
        read_only_fields = fields


class ImportSerializer(serializers.Serializer[Any]):
    """A lens to import."""

    key = serializers.SlugField(required=False, max_length=80, help_text="By default made of the lens's name")
    document = serializers.DictField(help_text="The lens in AWS's custom-lens format, at most 500 KB")


class LensReviewSerializer(serializers.ModelSerializer[Review]):
    """A review with its risks."""

    entity = serializers.CharField(source="entity.ref")
    owner = serializers.CharField(source="entity.owner_ref")
    lens = serializers.CharField(source="lens.key")
    version = serializers.IntegerField(source="lens_version.number")
    risks = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = ["id", "entity", "owner", "lens", "version", "risks", "created_at", "created_by", "changed_at"]
        read_only_fields = fields

    def get_risks(self, row: Review) -> dict[str, int]:
        """How many questions have each risk."""
        found: dict[str, int] = self.context["risks"][row.pk]
        return found


class LensReviewStartSerializer(serializers.Serializer[Any]):
    """What to review, under which lens."""

    entity = serializers.CharField(max_length=200, help_text="A service or system, such as component:default/checkout")
    lens = serializers.SlugField(max_length=80, help_text="The key of a lens with a published version")


class AnswerSerializer(serializers.Serializer[Any]):
    """One question as it stands."""

    question = serializers.CharField(source="question.id")
    pillar = serializers.CharField(source="pillar.id")
    title = serializers.CharField(source="question.title")
    risk = serializers.ChoiceField(choices=RISKS)
    answered_by = serializers.CharField(source="source", help_text="person, aws, evidence, or empty for nobody")
    selected = serializers.ListField(child=serializers.CharField())
    applicable = serializers.BooleanField(source="said.applicable")
    reason = serializers.CharField(source="said.reason")
    notes = serializers.CharField(source="said.notes")
    revision = serializers.SerializerMethodField()
    evidence = serializers.DictField(source="evidenced.states", child=serializers.CharField())
    claimed = serializers.ListField(child=serializers.CharField(), help_text="Selected, although a check fails")
    missed = serializers.ListField(child=serializers.CharField(), help_text="Not selected, although proven")
    remedy = serializers.SerializerMethodField()

    def get_revision(self, one: Any) -> int:
        """Send it back with a change, so that nothing unseen is overwritten."""
        return int(one.answer.revision) if one.answer else 0

    def get_remedy(self, one: Any) -> dict[str, Any] | None:
        """The cheapest change: choices to add and to drop, minutes, and the risk it leads to."""
        change = one.remedy
        if change is None:
            return None
        return {"add": change.add, "drop": change.drop, "minutes": change.cost, "risk": change.risk}


class GiveSerializer(serializers.Serializer[Any]):
    """An answer. What is left out is empty; nothing selected leaves the question to evidence."""

    selected = serializers.ListField(child=serializers.CharField(max_length=128), max_length=20, required=False)
    applicable = serializers.BooleanField(default=True)
    reason = serializers.ChoiceField(choices=list(REASONS), default=NO_REASON)
    notes = serializers.CharField(max_length=NOTES, allow_blank=True, default="")
    revision = serializers.IntegerField(required=False, min_value=0, help_text="The revision that you read")

    def said(self) -> Said:
        """The answer that was sent."""
        data = self.validated_data
        return Said(tuple(data.get("selected", ())), data["applicable"], data["reason"], data["notes"])


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """A milestone with every answer as it was."""

    version = serializers.IntegerField(source="lens_version.number")

    class Meta:
        model = Milestone
        fields = ["number", "name", "taken_at", "taken_by", "origin", "version", "counts", "sha", "state"]
        read_only_fields = fields


class NameSerializer(serializers.Serializer[Any]):
    """A name for the present."""

    name = serializers.CharField(min_length=SHORTEST, max_length=LONGEST)


class PlaceSerializer(serializers.Serializer[Any]):
    """Where in AWS; nothing for a review that is linked already."""

    account = serializers.CharField(max_length=12, required=False)
    region = serializers.CharField(max_length=30, required=False)
    workload = serializers.CharField(
        max_length=32, required=False, help_text="The id of a workload that is there; without it one is made"
    )


class ConflictSerializer(serializers.ModelSerializer[AnswerConflict]):
    """An answer that was changed here and in AWS."""

    class Meta:
        model = AnswerConflict
        fields = ["question_id", "ours", "theirs", "found_at", "resolved_at", "resolved_by", "kept"]
        read_only_fields = fields


class KeepSerializer(serializers.Serializer[Any]):
    """Which answer is right."""

    keep = serializers.ChoiceField(choices=["here", "there"])


class QueuedSerializer(serializers.Serializer[Any]):
    """A run that was asked for."""

    run = serializers.IntegerField()
    state = serializers.CharField()
