"""The form for a decision."""

from __future__ import annotations

from django import forms

from costs.models import Finding


class DecisionForm(forms.Form):
    """A new state with its reason; snoozing takes a number of days."""

    state = forms.ChoiceField(choices=Finding.State.choices)
    reason = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    days = forms.IntegerField(min_value=1, max_value=180, required=False)
