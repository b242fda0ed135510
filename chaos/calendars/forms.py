"""Forms of blackouts and rules. What they accept is checked once more by `calendars.write`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from chaos.calendars.models import DAYS, EVERYTHING, Blackout, TeamRules
from chaos.engine.definition import Invalid

CHOICES = list(enumerate(DAYS))
ZONE_HELP = "An IANA name such as Europe/Berlin. All times are those of a clock there, daylight saving included."
MOMENT = "%Y-%m-%dT%H:%M"


class Checked(forms.Form):
    """A form to which errors of the writing modules can be attached."""

    def wrong(self, error: Invalid) -> None:
        """Attach an error to its field, or to the whole form."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


def _days(initial: list[int], *, required: bool) -> forms.Field:
    return forms.TypedMultipleChoiceField(
        label="Days",
        choices=CHOICES,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=initial,
        required=required,
    )


def _moment(label: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, widget=forms.DateTimeInput({"type": "datetime-local"}))


def _time(label: str, *, required: bool) -> forms.TimeField:
    return forms.TimeField(label=label, required=required, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))


class BlackoutForm(Checked):
    """A blackout; with days it comes back every week."""

    title = forms.CharField(label="Title", max_length=120)
    reason = forms.CharField(label="Reason", max_length=500, help_text="Everybody whose experiment is denied reads it.")
    scope = forms.CharField(
        label="Holds for", max_length=200, initial=EVERYTHING,
        help_text="all, a team such as group:default/payments, or a service such as component:default/checkout.",
    )  # fmt: skip
    zone = forms.CharField(label="Time zone", max_length=64, initial="UTC", help_text=ZONE_HELP)
    starts_at = _moment("From")
    ends_at = _moment("To", required=False)
    opens = _time("Each week from", required=False)
    closes = _time("Each week to", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"] = _days([], required=False)
        self.fields["days"].help_text = "None: it holds once, from its start to its end."
        self.order_fields(["title", "reason", "scope", "zone", "starts_at", "ends_at", "days", "opens", "closes"])

    def values(self) -> dict[str, Any]:
        """What `calendars.write` takes. Raises Invalid for a moment or a zone that is none."""
        data = dict(self.cleaned_data)
        return data | {name: instant(data[name], data["zone"], name) for name in ("starts_at", "ends_at")}


class RulesForm(Checked):
    """The rules of a team."""

    only_business_hours = forms.BooleanField(label="Only in business hours", required=False, initial=True)
    opens = _time("From", required=True)
    closes = _time("To", required=True)
    zone = forms.CharField(label="Time zone", max_length=64, initial="UTC", help_text=ZONE_HELP)
    minimum_healthy = forms.IntegerField(
        label="Hosts that must stay (percent)", min_value=0, max_value=100, initial=50,
        help_text="Rounded up, and always at least one. A fault that would leave fewer is denied.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"] = _days([0, 1, 2, 3, 4], required=False)
        self.order_fields(["only_business_hours", "days", "opens", "closes", "zone", "minimum_healthy"])


def initial(row: Blackout | TeamRules) -> dict[str, Any]:
    """What a form shows of a row."""
    data = {field.name: getattr(row, field.name) for field in row._meta.fields}
    for name in ("starts_at", "ends_at"):
        if data.get(name):
            data[name] = data[name].astimezone(ZoneInfo(row.zone)).strftime(MOMENT)
    return data


def instant(text: str, zone: str, field: str) -> datetime | None:
    """The moment written in a form, on the clock of a zone; None for an empty one. Raises Invalid."""
    if not text:
        return None
    try:
        return datetime.strptime(text[:16], MOMENT).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError, OSError) as error:
        raise Invalid(
            field, "Write a moment such as 2026-12-24T18:00, in a time zone such as Europe/Berlin."
        ) from error
