"""Shapes of the scorecards' REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from scorecards.engine.check import STATES
from scorecards.models import CheckVersion, ScorePoint


class CheckSerializer(serializers.ModelSerializer[CheckVersion]):
    """One check in force. `weight` 1 to 10; `counts` are live services by state."""

    id = serializers.CharField(source="check_id", read_only=True)
    counts = serializers.SerializerMethodField()

    class Meta:
        model = CheckVersion
        fields = [
            "id",
            "version",
            "app",
            "title",
            "pillar",
            "level",
            "weight",
            "definition",
            "sha",
            "valid_from",
            "counts",
        ]
        read_only_fields = fields

    def get_counts(self, row: CheckVersion) -> dict[str, int]:
        """From the one query that the view has made."""
        found: dict[str, int] = self.context.get("counts", {}).get(row.check_id, {})
        return found


class ScoreSerializer(serializers.ModelSerializer[ScorePoint]):
    """One score while it held. `score` 0 to 100 or null, `confidence` 0 to 1, `delta` in points from the one before."""

    scope = serializers.CharField(source="scope_type", read_only=True)
    ref = serializers.CharField(source="scope_ref", read_only=True)

    class Meta:
        model = ScorePoint
        fields = [
            "id", "scope", "ref", "pillar", "score", "level", "confidence", "delta", "level_before", "confidence_before",
            "services", "waived", "waived_checks", "valid_from", "valid_to", "cause", "cause_text", "cause_detail",
        ]  # fmt: skip
        read_only_fields = fields


class PillarScoreSerializer(serializers.Serializer[Any]):
    """One pillar of a card. `passed`, `known` and `applicable` are sums of weights, null where the detail was removed."""

    pillar = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    level = serializers.CharField()
    confidence = serializers.FloatField()
    passed = serializers.IntegerField(allow_null=True)
    known = serializers.IntegerField(allow_null=True)
    applicable = serializers.IntegerField(allow_null=True)
    waived = serializers.IntegerField(help_text="Weight of waived checks, which count neither as passed nor as failed")
    waived_checks = serializers.IntegerField()


class FailingSerializer(serializers.Serializer[Any]):
    """One element that does not hold."""

    name = serializers.CharField()
    found = serializers.CharField()


class LeafSerializer(serializers.Serializer[Any]):
    """One condition with the evidence behind it. `truth` is null while it is unknown."""

    field = serializers.CharField()
    wanted = serializers.CharField()
    found = serializers.CharField()
    failing = FailingSerializer(many=True)
    more = serializers.IntegerField()
    fact = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field named like an attribute of Field
    url = serializers.CharField()
    observed_at = serializers.DateTimeField(allow_null=True)
    truth = serializers.BooleanField(allow_null=True)


class WaiverOfCheckSerializer(serializers.Serializer[Any]):
    """The waiver that excuses a check."""

    id = serializers.IntegerField()
    reason = serializers.CharField()
    until = serializers.DateTimeField(source="ended_at")
    decided_by = serializers.CharField()


class CheckStateSerializer(serializers.Serializer[Any]):
    """One check of one service with its explanation. `worth` in points of its pillar, `effort` in minutes."""

    id = serializers.CharField()
    version = serializers.IntegerField(source="version.version")
    title = serializers.CharField(source="version.title")
    pillar = serializers.CharField(source="version.pillar")
    level = serializers.CharField(source="version.level")
    weight = serializers.IntegerField(source="version.weight")
    state = serializers.ChoiceField(choices=STATES)
    why = serializers.CharField()
    fix = serializers.CharField(source="definition.fix")
    worth = serializers.FloatField()
    lift = serializers.FloatField(help_text="Points of the overall score that mending it gains")
    effort = serializers.IntegerField()
    waiver = WaiverOfCheckSerializer(allow_null=True)
    evidence = LeafSerializer(many=True, source="leaves")


class CardSerializer(serializers.Serializer[Any]):
    """A service's full scorecard, of now or as of a day."""

    service = serializers.CharField()
    as_of = serializers.DateTimeField()
    level = serializers.CharField()
    next_level = serializers.CharField()
    to_next_level = serializers.ListField(child=serializers.CharField())
    effort = serializers.IntegerField()
    scores = PillarScoreSerializer(many=True)
    checks = CheckStateSerializer(many=True)
    detail_removed_at = serializers.DateTimeField(
        allow_null=True, help_text="When the results of checks of this day were removed on purpose; the scores stay"
    )


class EvaluateSerializer(serializers.Serializer[Any]):
    """Which service to evaluate."""

    service = serializers.CharField(max_length=200, help_text="A service's ref, such as component:default/checkout")


class EvaluatedSerializer(serializers.Serializer[Any]):
    """What an evaluation wrote."""

    services = serializers.IntegerField()
    results = serializers.IntegerField()
    points = serializers.IntegerField()
    given_up = serializers.IntegerField()
