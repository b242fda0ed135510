"""Forms of the freeze pages. What they accept is checked once more by `gates.freezes.write`."""

from __future__ import annotations

from typing import Any

from django import forms

from deployments.gates.errors import Wrong
from deployments.models import DeploymentWindow, Freeze, FreezeCalendar
from deployments.models.gates.calendars import OVERRIDERS, SCOPES

OWN = "own"
REPEATS = [
    ("", "once"), ("FREQ=DAILY", "every day"), ("FREQ=WEEKLY", "every week"), ("FREQ=MONTHLY", "every month"),
    ("FREQ=YEARLY", "every year"), (OWN, "by a rule of its own"),
]  # fmt: skip
DAYS = list(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))
ZONE_HELP = "An IANA name such as Europe/Berlin. All times are those of a clock there, daylight saving included."


class Checked(forms.Form):
    """A form to which errors of the writing modules can be attached."""

    def wrong(self, error: Wrong) -> None:
        """Attach an error to its field, or to the whole form."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


class ScopeForm(Checked):
    """What something holds for."""

    scope = forms.ChoiceField(label="Holds for", choices=[(scope, scope) for scope in SCOPES])
    scope_value = forms.CharField(
        label="Which one", max_length=63, required=False,
        help_text="The bare name of the domain, system, team or service, a tier's number; empty for the organisation.",
    )  # fmt: skip
    environment = forms.CharField(
        label="Environment", max_length=60, required=False, help_text="Such as production; empty for every one."
    )
    zone = forms.CharField(label="Time zone", max_length=60, initial="UTC", help_text=ZONE_HELP)


class CalendarForm(ScopeForm):
    """A calendar."""

    title = forms.CharField(label="Title", max_length=100)
    overrider = forms.ChoiceField(
        label="Who may let one rollout through", choices=[(role, role) for role in OVERRIDERS], initial="operator"
    )
    field_order = ("title", "scope", "scope_value", "environment", "zone", "overrider")


class WindowForm(ScopeForm):
    """A weekly window."""

    title = forms.CharField(label="Title", max_length=100)
    days = forms.TypedMultipleChoiceField(
        label="Days", choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple, initial=[0, 1, 2, 3]
    )
    opens = forms.TimeField(label="Opens", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    closes = forms.TimeField(
        label="Closes", widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text="At or before it opens: on the next day.",
    )  # fmt: skip
    field_order = ("title", "scope", "scope_value", "environment", "days", "opens", "closes", "zone")


class FreezeForm(Checked):
    """A freeze."""

    calendar = forms.ModelChoiceField(label="Calendar", queryset=FreezeCalendar.objects.none(), to_field_name="slug")
    title = forms.CharField(label="Title", max_length=100)
    reason = forms.CharField(label="Reason", max_length=500, required=False, help_text="Whoever is stopped reads it.")
    starts = forms.CharField(label="Starts", max_length=19, widget=forms.TextInput({"type": "datetime-local"}))
    ends = forms.CharField(label="Ends", max_length=19, widget=forms.TextInput({"type": "datetime-local"}))
    zone = forms.CharField(
        label="Time zone", max_length=60, required=False, help_text=f"{ZONE_HELP} Empty: the calendar's."
    )
    repeat = forms.ChoiceField(label="Repeats", choices=REPEATS, required=False)
    rrule = forms.CharField(
        label="Own rule", max_length=300, required=False,
        help_text="As iCalendar writes it, such as FREQ=WEEKLY;BYDAY=FR or FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231.",
    )  # fmt: skip
    except_dates = forms.CharField(
        label="Not on these days", max_length=2200, required=False, help_text="Such as 2026-12-25, 2027-01-01."
    )
    except_services = forms.CharField(
        label="Not for these services", max_length=4000, required=False, help_text="Bare names with commas between."
    )

    def __init__(self, *args: Any, calendars: list[FreezeCalendar], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = FreezeCalendar.objects.filter(pk__in=[calendar.pk for calendar in calendars])
        self.fields["calendar"].queryset = mine  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What `write.freeze` takes, without the calendar."""
        data = dict(self.cleaned_data)
        data.pop("calendar")
        repeat = data.pop("repeat")
        data["rrule"] = data["rrule"] if repeat == OWN else repeat
        for name in ("except_dates", "except_services"):
            data[name] = [word.strip().lower() for word in data[name].split(",") if word.strip()]
        return data


def freeze_initial(freeze: Freeze) -> dict[str, Any]:
    """The form's values for a freeze that exists."""
    simple = freeze.rrule in dict(REPEATS)
    return {
        "calendar": freeze.calendar.slug, "title": freeze.title[:100], "reason": freeze.reason, "starts": freeze.starts,
        "ends": freeze.ends, "zone": freeze.zone, "repeat": freeze.rrule if simple else OWN,
        "rrule": "" if simple else freeze.rrule, "except_dates": ", ".join(freeze.except_dates),
        "except_services": ", ".join(freeze.except_services),
    }  # fmt: skip


def scope_initial(row: FreezeCalendar | DeploymentWindow, *more: str) -> dict[str, Any]:
    """The form's values for a calendar or window that exists."""
    return {name: getattr(row, name) for name in ("title", "scope", "scope_value", "environment", "zone", *more)}
