"""The form that starts a rollout."""

from __future__ import annotations

from typing import Any

from django import forms

from deployments import plans, queries
from deployments.models import RolloutPlan
from services import facts
from services.models import Entity


class StartForm(forms.Form):
    """Which function, which version, by which plan. Functions are those that discovery has found for the service."""

    version = forms.CharField(max_length=100, label="Version", help_text="What people call it, such as 2026.11.3.")
    previous_version = forms.CharField(max_length=100, label="Version before", required=False)
    function = forms.ChoiceField(label="Lambda function")
    alias = forms.CharField(max_length=128, initial="live", label="Alias")
    canary = forms.RegexField(r"^\d{1,10}$", label="Lambda version", help_text="The published number, such as 42.")
    plan = forms.ChoiceField(label="Plan")

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fact = facts.current(entity).get("aws.lambda")
        names = [item["name"] for item in fact.value.get("items", [])] if fact else []
        self.fields["function"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.fields["plan"].choices = plans.choices()  # type: ignore[attr-defined]
        released = queries.latest_released([entity]).get(entity.pk)
        self.fields["previous_version"].initial = released.version if released else ""

    def clean_plan(self) -> RolloutPlan:
        """The plan's row."""
        plan = plans.resolve(self.cleaned_data["plan"])
        if plan is None:
            raise forms.ValidationError("There is no such plan any more: reload the page.")
        return plan
