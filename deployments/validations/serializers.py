"""Shapes of validations over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from deployments.engine.plan.validation import NAME
from deployments.models import HostCheck, HostScript, PostTest, PostTestAnswer
from deployments.models.validation import DOCUMENT, SCRIPT

LONGEST_SCRIPT = 20_000


class HostCheckSerializer(serializers.ModelSerializer[HostCheck]):
    """The test script on one host."""

    segment = serializers.CharField(source="segment.name", read_only=True)
    state = serializers.CharField(read_only=True, help_text="waiting, passed, failed or timed_out")

    class Meta:
        model = HostCheck
        fields = ["host", "zone", "segment", "attempt", "state", "code", "output", "started_at", "finished_at"]
        read_only_fields = fields


class StandingSerializer(serializers.Serializer[Any]):
    """The fleet of one segment as it was last seen, and the scripts on its hosts."""

    segment = serializers.CharField()
    attempt = serializers.IntegerField()
    state = serializers.CharField(
        help_text="How the minimum of healthy hosts stands: passed, waiting, failed, or empty."
    )
    note = serializers.CharField()
    at = serializers.DateTimeField(help_text="When AWS was asked.")
    hosts = serializers.ListField(child=serializers.DictField(), help_text="id, zone, version, health, reason")


class HostsSerializer(serializers.Serializer[Any]):
    """All about the hosts of a rollout, newest segment first."""

    health = StandingSerializer(many=True)
    checks = HostCheckSerializer(many=True)


class TestAnswerSerializer(serializers.ModelSerializer[PostTestAnswer]):
    """One answer that came in."""

    class Meta:
        model = PostTestAnswer
        fields = ["at", "status", "detail", "counted"]
        read_only_fields = fields


class PostTestSerializer(serializers.ModelSerializer[PostTest]):
    """One try of a post-deployment test; neither its token nor its key is shown."""

    segment = serializers.CharField(source="segment.name", read_only=True)
    state = serializers.CharField(read_only=True, help_text="starting, started, passed, failed or timed_out")
    answers = TestAnswerSerializer(many=True, read_only=True)

    class Meta:
        model = PostTest
        fields = [
            "id", "name", "kind", "place", "segment", "attempt", "number", "state", "external_id", "detail", "calls",
            "created_at", "started_at", "deadline_at", "finished_at", "answers",
        ]  # fmt: skip
        read_only_fields = fields


class SaySerializer(serializers.Serializer[Any]):
    """How a test went. CodeDeploy's and ECS's words are understood as well."""

    status = serializers.CharField(
        required=False, help_text="passed, failed or in_progress; Succeeded and Failed are understood as well."
    )
    hookStatus = serializers.CharField(
        required=False, help_text="SUCCEEDED, FAILED or IN_PROGRESS, in place of status."
    )
    detail = serializers.CharField(required=False, help_text="What people should know; the last 4 kB are kept.")


class TestAnswerTakenSerializer(serializers.Serializer[Any]):
    """What became of the answer."""

    test = serializers.CharField()
    state = serializers.CharField()
    counted = serializers.BooleanField()
    why = serializers.CharField()


class HostScriptSerializer(serializers.ModelSerializer[HostScript]):
    """What rollouts may run on hosts. `body` is the text of a shell script; an SSM document has none."""

    name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=[SCRIPT, DOCUMENT])
    body = serializers.CharField(max_length=LONGEST_SCRIPT, required=False, allow_blank=True, trim_whitespace=False)

    class Meta:
        model = HostScript
        fields = ["name", "kind", "body", "created_by", "updated_at"]
        read_only_fields = ["created_by", "updated_at"]

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A script has a body, a document has none, and the name is one that a plan can hold."""
        name, body = str(self.context.get("name", "")), str(data.get("body", ""))
        if not NAME.fullmatch(name):
            raise serializers.ValidationError({"name": "Use letters, digits, dot, dash and underscore, at most 100."})
        if (data["kind"] == SCRIPT) != bool(body.strip()):
            raise serializers.ValidationError({"body": "A script has a body, and a document has none."})
        return data
