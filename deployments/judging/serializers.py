"""Shapes of the judgement over REST. What comes in is closed and finite."""

from __future__ import annotations

from math import isfinite
from typing import Any

from rest_framework import serializers

from deployments import plans
from deployments.engine.judges.evidence import MetricVerdict
from deployments.engine.kayenta import config as kayenta
from deployments.engine.plan.reading import PlanError
from deployments.models import RolloutPlan
from deployments.models.judgement import BASELINE, CANARY

MOST_SAMPLES, MOST_VALUES, MOST_BUCKETS = 500, 1000, 200
LARGEST = 1e15


class Number(serializers.FloatField):
    """A finite number of ordinary size."""

    def to_internal_value(self, data: Any) -> float:
        """The number, or a sentence."""
        if isinstance(data, bool):
            raise serializers.ValidationError("A number is expected.")
        value = float(super().to_internal_value(data))
        if not isfinite(value) or abs(value) > LARGEST:
            raise serializers.ValidationError(f"The number is at most {LARGEST:g}.")
        return value


class SampleSerializer(serializers.Serializer[Any]):
    """One bucket of one version: requests and errors, or value, values or histogram (upper bound to count, "+Inf" last)."""

    metric = serializers.CharField(max_length=60)
    side = serializers.ChoiceField(choices=[CANARY, BASELINE])
    at = serializers.DateTimeField(help_text="Any moment of the bucket, with its time zone.")
    requests = Number(min_value=0, required=False)
    errors = Number(min_value=0, required=False)  # type: ignore[assignment]
    value = Number(required=False)
    values = serializers.ListField(child=Number(), min_length=1, max_length=MOST_VALUES, required=False)
    histogram = serializers.DictField(child=Number(min_value=0), required=False)

    def validate_histogram(self, value: dict[str, float]) -> dict[str, float]:
        """Bounds that are numbers."""
        if not 1 <= len(value) <= MOST_BUCKETS:
            raise serializers.ValidationError(f"A histogram has 1 to {MOST_BUCKETS} buckets.")
        for end in value:
            try:
                usable = end == "+Inf" or isfinite(float(end))
            except ValueError:
                usable = False
            if not usable:
                raise serializers.ValidationError(f"{end!r} is no upper bound: a number or +Inf.")
        return value


class SamplesSerializer(serializers.Serializer[Any]):
    """Up to 500 samples."""

    samples = serializers.ListField(child=SampleSerializer(), min_length=1, max_length=MOST_SAMPLES)


class RefusedSampleSerializer(serializers.Serializer[Any]):
    """A sample that was not taken."""

    index = serializers.IntegerField(help_text="Its place in the request, from 0.")
    reason = serializers.CharField()


class AcceptedSamplesSerializer(serializers.Serializer[Any]):
    """What became of the samples."""

    stored = serializers.IntegerField()
    repeated = serializers.IntegerField(help_text="Told before: nothing was changed.")
    replaced = serializers.IntegerField(help_text="Told otherwise before: the new numbers stand.")
    refused = RefusedSampleSerializer(many=True)


class TrafficSerializer(serializers.Serializer[Any]):
    """What a forecast rests on; without per_minute and error_rate the last day's counts of the service are taken."""

    plan = serializers.CharField(max_length=80)
    per_minute = serializers.FloatField(min_value=0.01, max_value=1e9, required=False)
    error_rate = serializers.FloatField(
        min_value=1e-7, max_value=0.9, required=False, help_text="0 to 1, such as 0.01."
    )

    def validate_plan(self, value: str) -> RolloutPlan:
        """The plan's row."""
        return plan_named(value)


class SightSerializer(serializers.Serializer[Any]):
    """When a canary with ``lift`` times the errors would be rolled back, in seconds from the first weight."""

    lift = serializers.FloatField()
    seconds = serializers.FloatField(allow_null=True, help_text="In half of all cases; null: not within the plan.")
    sure = serializers.FloatField(allow_null=True, help_text="In 99 % of cases.")
    requests = serializers.IntegerField(allow_null=True, help_text="Of the canary, until then.")
    segment = serializers.CharField(allow_blank=True)
    by_segment = serializers.ListField(child=serializers.FloatField(), help_text="Chance by the end of each segment.")
    alone = serializers.FloatField(allow_null=True, help_text="Seconds if the plan stayed at its first weight.")


class ForecastSerializer(serializers.Serializer[Any]):
    """A forecast with what it rests on."""

    per_minute = serializers.FloatField()
    rate = serializers.FloatField()
    source = serializers.CharField(help_text="typed, or the day that was counted.")  # type: ignore[assignment]
    segments = serializers.ListField(child=serializers.CharField())
    sights = SightSerializer(many=True)


class ReplayQuerySerializer(serializers.Serializer[Any]):
    """Which plan to judge the rollout by: "name" or "name@version"."""

    plan = serializers.CharField(max_length=80)

    def validate_plan(self, value: str) -> RolloutPlan:
        """The plan's row."""
        return plan_named(value)


class MetricVerdictSerializer(serializers.Serializer[MetricVerdict]):
    """How one metric stands."""

    name = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    groups = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()
    classification = serializers.CharField()
    note = serializers.CharField()
    critical = serializers.BooleanField()
    share = serializers.FloatField()
    buckets = serializers.IntegerField()
    canary = serializers.FloatField(allow_null=True)
    baseline = serializers.FloatField(allow_null=True)
    evidence_worse = serializers.FloatField(allow_null=True)
    evidence_safe = serializers.FloatField(allow_null=True)


class PolicyReplaySerializer(serializers.Serializer[Any]):
    """What another plan would have said, on the traffic as it was."""

    plan = serializers.CharField()
    judge = serializers.CharField()
    rolled_back_after = serializers.FloatField(allow_null=True, help_text="Seconds from the first weight.")
    proven_after = serializers.FloatField(allow_null=True, help_text="Seconds until an early promotion was allowed.")
    looks = serializers.IntegerField()
    state = serializers.CharField(allow_null=True)
    headline = serializers.CharField()
    bound = serializers.CharField()
    metrics = MetricVerdictSerializer(many=True)


class KayentaImportSerializer(serializers.Serializer[Any]):
    """A Kayenta canary configuration, and the plan whose segments it is to judge."""

    config = serializers.DictField(help_text="The canary-config JSON as Kayenta has it.")
    name = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$", max_length=60)
    base = serializers.CharField(max_length=80, default=plans.STANDARD, help_text="The plan that gives the segments.")
    queries = serializers.DictField(required=False, help_text="Where each metric comes from, by its name.")

    def validate_config(self, value: dict[str, Any]) -> dict[str, Any]:
        """One that can be judged."""
        try:
            kayenta.parse(value)
        except PlanError as error:
            raise serializers.ValidationError(str(error)) from error
        return value

    def validate_base(self, value: str) -> RolloutPlan:
        """The plan's row."""
        return plan_named(value)


def plan_named(text: str) -> RolloutPlan:
    """The plan of that name. Raises ValidationError."""
    plan = plans.find(text)
    if plan is None:
        raise serializers.ValidationError(f"There is no plan {text!r}.")
    return plan
