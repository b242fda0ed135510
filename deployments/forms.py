"""The form that starts a rollout."""

from __future__ import annotations

from typing import Any

from django import forms

from deployments import plans, queries
from deployments.models import RolloutPlan
from deployments.targets.contract import Choices, Field, TargetKind
from deployments.targets.reading import checked
from services.models import Entity

LONGEST = 2000


class StartForm(forms.Form):
    """Which target, which version, by which plan. What discovery has found for the service is offered as choices."""

    version = forms.CharField(max_length=100, label="Version", help_text="What people call it, such as 2026.11.3.")
    previous_version = forms.CharField(max_length=100, label="Version before", required=False)
    plan = forms.ChoiceField(label="Plan")

    def __init__(self, *args: Any, entity: Entity, kind: TargetKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, found = kind, kind.choices(entity)
        named = {field.name: _field(field, found) for field in (*kind.fields, kind.canary)}
        self.fields |= named
        self.order_fields(["version", "previous_version", *named, "plan"])
        self.fields["plan"].choices = plans.choices()  # type: ignore[attr-defined]
        released = queries.latest_released([entity]).get(entity.pk)
        self.fields["previous_version"].initial = released.version if released else ""

    def clean_plan(self) -> RolloutPlan:
        """The plan's row."""
        plan = plans.resolve(self.cleaned_data["plan"])
        if plan is None:
            raise forms.ValidationError("There is no such plan any more: reload the page.")
        return plan

    def clean(self) -> dict[str, Any]:
        """What `start` takes: the target's keys with their defaults beside the version and the plan."""
        own = {name: self.cleaned_data.pop(name, "") for name in _names(self.kind)}
        values, wrong = checked(self.kind, own)
        for name, sentence in wrong.items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return {**self.cleaned_data, **values, "kind": self.kind.key}


def _names(kind: TargetKind) -> list[str]:
    return [field.name for field in (*kind.fields, kind.canary)]


def _field(field: Field, found: Choices) -> forms.Field:
    """A list where discovery knows what there is, else a line to type into."""
    words: dict[str, Any] = {"label": field.title, "help_text": field.help, "required": False}
    choices = list(found.get(field.name) or ())
    if choices:
        return forms.ChoiceField(choices=choices, **words)
    return forms.CharField(max_length=LONGEST, initial=field.default, **words)
