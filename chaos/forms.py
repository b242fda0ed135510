"""Forms of the chaos pages. What they accept is checked once more by `chaos.experiments`."""

from __future__ import annotations

from typing import Any

from django import forms

from chaos.models import Experiment


class ExperimentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be edited on the page; the hypothesis is edited over REST."""

    class Meta:
        model = Experiment
        fields = ["title", "observe_seconds", "max_seconds", "cron", "timezone", "enabled"]
        labels = {
            "cron": "Schedule (cron)",
            "timezone": "Time zone",
            "observe_seconds": "Observe for (seconds)",
            "max_seconds": "Faults in place for at most (seconds)",
            "enabled": "Run on this schedule",
        }
        help_texts = {
            "cron": "Five fields: minute, hour, day, month, weekday. 0 10 * * THU is every Thursday at ten.",
            "timezone": "An IANA name such as Europe/Berlin.",
            "observe_seconds": "How long the steady state is measured after the last step, with every fault in place.",
            "max_seconds": "Pauses after the first fault and the observation must fit in.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["max_seconds"].required = False

    def clean_max_seconds(self) -> int:
        """Left out is left as it is."""
        given: int | None = self.cleaned_data["max_seconds"]
        return self.initial["max_seconds"] if given is None else given

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
