"""Shapes of the chaos REST: closed key sets in, plain rows out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from chaos.engine.states import State
from chaos.experiments import EDITABLE
from chaos.models import EVERYTHING, Experiment, ExperimentRun, KillSwitch, RunEvent

LONGEST = 86_400
STATES = f"One of {', '.join(state.value for state in State)}."


class Closed(serializers.Serializer[Any]):
    """Refuses keys that it does not know, by name."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the keys before the values."""
        if isinstance(data, dict):
            known = sorted(name for name, field in self.fields.items() if not field.read_only)
            unknown = sorted(str(key) for key in data if key not in known)
            if unknown:
                raise serializers.ValidationError(
                    {key[:100]: [f"Unknown key. Known keys: {', '.join(known)}."] for key in unknown[:5]}
                )
        return super().to_internal_value(data)


class ExperimentSerializer(Closed, serializers.ModelSerializer[Experiment]):
    """An experiment. `service` is an entity ref; the fault's own rules are checked by `chaos.experiments`."""

    service = serializers.CharField(
        source="service.ref", max_length=200, help_text="Entity ref of the service, such as component:default/checkout."
    )
    hypothesis = serializers.JSONField(
        help_text=(
            '{"sentence": text, "probes": [{"key", "title", one source, "unit", "tolerance", "window", "period"}]}. '
            'Sources: "metric" {"namespace", "name", "dimensions", "statistic", "missing", "account", "region"} with '
            '"per" (a second metric); "prometheus" {"query", "server"}; "http" {"url", "status", "within_ms", "contains"}; '
            '"alarm" {"account", "region", "name"}; "steady" {"errors", "requests", "baseline", "margin"}. The last three '
            "say themselves what is expected and take no unit and no tolerance."
        )
    )
    method = serializers.JSONField(
        required=False,
        help_text=(
            '1 to 20 steps: {"type": "fault", "name", "fault", "arguments"}, {"type": "pause", "name", "seconds"} or '
            '{"type": "probe", "name", "probe"}. Faults stay in place until the observation is over.'
        ),
    )
    fault = serializers.CharField(
        required=False,
        write_only=True,
        max_length=60,
        help_text="Short for a method of one step: the key of its fault.",
    )
    arguments = serializers.JSONField(
        required=False, write_only=True, help_text="With `fault`: what it asks for, such as account, region and zone."
    )
    stop_conditions = serializers.JSONField(
        required=False,
        help_text='[{"probe": key, "tolerance": {"at_least": n} | {"at_most": n} | {"between": [a, b]}}]',
    )
    observe_seconds = serializers.IntegerField(required=False, min_value=5, max_value=LONGEST)
    max_seconds = serializers.IntegerField(required=False, min_value=10, max_value=LONGEST)
    recover_seconds = serializers.IntegerField(required=False, min_value=5, max_value=3600)
    every = serializers.IntegerField(required=False, allow_null=True, min_value=300, max_value=366 * LONGEST)

    class Meta:
        model = Experiment
        fields = [
            "id", "slug", "service", *EDITABLE, "fault", "arguments", "version", "sha256", "preview", "preview_at",
            "created_by", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = [
            "id",
            "slug",
            "version",
            "sha256",
            "preview",
            "preview_at",
            "created_by",
            "created_at",
            "updated_at",
        ]


class RunEventSerializer(serializers.ModelSerializer[RunEvent]):
    """One line of a run's log."""

    state = serializers.CharField(read_only=True, help_text=STATES)

    class Meta:
        model = RunEvent
        fields = ["at", "state", "text"]
        read_only_fields = fields


class ExperimentRunSerializer(serializers.ModelSerializer[ExperimentRun]):
    """A run with its four verdicts."""

    experiment = serializers.CharField(source="experiment.slug", read_only=True)
    service = serializers.CharField(source="service.ref", read_only=True)
    state = serializers.CharField(read_only=True, help_text=STATES)

    class Meta:
        model = ExperimentRun
        fields = [
            "id", "experiment", "service", "slot_at", "requested_by", "state", "reason", "passed", "verdicts",
            "stop_reason", "abort_by", "abort_requested_at", "experiment_version", "experiment_sha256",
            "deployed_version", "created_at", "started_at", "injected_at", "removed_at", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields


class ExperimentRunDetailSerializer(ExperimentRunSerializer):
    """A run with its definition, its measurements and its log."""

    events = RunEventSerializer(many=True, read_only=True)

    class Meta(ExperimentRunSerializer.Meta):
        fields = [
            *ExperimentRunSerializer.Meta.fields, "definition", "preview", "steady_before", "steady_during", "steady_after", "events",
        ]  # fmt: skip
        read_only_fields = fields


class HaltRequestSerializer(Closed):
    """What a halt needs: a reason; the scope is "all" or a team's entity ref."""

    reason = serializers.CharField(min_length=3, max_length=500)
    scope = serializers.RegexField(
        r"^(all|group:[a-z0-9._-]{1,63}/[a-z0-9._-]{1,63})$", required=False, default=EVERYTHING
    )


class HaltSerializer(serializers.ModelSerializer[KillSwitch]):
    """A halt."""

    class Meta:
        model = KillSwitch
        fields = ["id", "scope", "reason", "set_by", "set_at", "cleared_at", "cleared_by", "cleared_reason"]
        read_only_fields = fields
