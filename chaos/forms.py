"""Forms of the chaos pages. What they accept is checked once more by `chaos.experiments`."""

from __future__ import annotations

from typing import Any

from django import forms

from chaos.models import Experiment


class ExperimentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be edited on the page; the hypothesis is edited over REST."""

    class Meta:
        model = Experiment
        fields = ["title", "cron", "timezone", "observe_seconds", "enabled"]
        labels = {
            "cron": "Schedule (cron)",
            "timezone": "Time zone",
            "observe_seconds": "Observe for (seconds)",
            "enabled": "Run on this schedule",
        }
        help_texts = {
            "cron": "Five fields: minute, hour, day, month, weekday. 0 10 * * THU is every Thursday at ten.",
            "timezone": "An IANA name such as Europe/Berlin.",
            "observe_seconds": "How long the fault stays in place while the steady state is measured.",
        }

    def clean_title(self) -> str:
        """Without surrounding blanks."""
        return str(self.cleaned_data["title"]).strip()

    def wrong(self, field: str, message: str) -> None:
        """Attach an error of `chaos.experiments` to its field."""
        if field in self.fields:
            self.add_error(field, message)
        else:
            self.add_error(None, f"{field}: {message}")


class ReasonForm(forms.Form):
    """Halting and clearing both need a reason."""

    reason = forms.CharField(
        min_length=3,
        max_length=500,
        label="Reason",
        widget=forms.TextInput(attrs={"placeholder": "What has happened?", "autocomplete": "off"}),
        error_messages={"required": "Say why: the reason is what others see."},
    )

    def text(self) -> str:
        """The cleaned reason."""
        data: dict[str, Any] = self.cleaned_data
        return str(data["reason"])
