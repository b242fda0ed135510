"""Forms of the judgement: traffic to forecast with, a plan to replay by, a configuration to import."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from rest_framework.exceptions import ParseError

from deployments import plans
from deployments.engine.plan.reading import PlanError
from deployments.judging.importing import imported
from deployments.models import RolloutPlan
from portal.api.base import check_json

LARGEST = 300_000


class TrafficForm(forms.Form):
    """What a forecast rests on; what is left empty is taken from what was counted."""

    plan = forms.ChoiceField(required=False)
    per_minute = forms.FloatField(min_value=0.01, max_value=1e9, required=False, label="Requests a minute")
    error_percent = forms.FloatField(min_value=0.00001, max_value=90, required=False, label="Errors now, %")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plans.choices()  # type: ignore[attr-defined]


class ReplayForm(forms.Form):
    """Which plan to judge by."""

    plan = forms.ChoiceField(label="Judge by the plan")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plans.choices()  # type: ignore[attr-defined]

    def clean_plan(self) -> RolloutPlan:
        """The plan."""
        found = plans.find(self.cleaned_data["plan"])
        if found is None:
            raise forms.ValidationError("There is no such plan any more: reload the page.")
        return found


class ImportForm(forms.Form):
    """A Kayenta canary configuration as JSON, the plan that gives the segments, and the name of the new plan."""

    name = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$", max_length=60, label="Name of the plan",
        help_text="A name that is there already gets its next version.",
    )  # fmt: skip
    base = forms.ChoiceField(label="Segments of", help_text="Weights and bake times come from this plan.")
    config = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}), max_length=LARGEST,
        label="Canary configuration", help_text="The JSON as Kayenta stores it: metrics, classifier, templates.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base"].choices = plans.choices()  # type: ignore[attr-defined]

    def clean_config(self) -> dict[str, Any]:
        """The configuration as an object."""
        try:
            value = json.loads(self.cleaned_data["config"])
            check_json(value)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(f"This is not JSON: {error}") from error
        except ParseError as error:
            raise forms.ValidationError(str(error)) from error
        if not isinstance(value, dict):
            raise forms.ValidationError("A canary configuration is an object.")
        return value

    def clean(self) -> dict[str, Any]:
        """The definition of the new plan, under `definition`."""
        data = super().clean() or {}
        base = plans.find(data["base"]) if data.get("base") else None
        if base is None or "config" not in data:
            return data
        try:
            data["definition"] = imported(data["config"], base.definition)
        except PlanError as error:
            self.add_error("config", str(error))
        return data
