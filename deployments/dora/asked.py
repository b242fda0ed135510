"""What is asked of the metrics: whose, over which days, by which group. Page, CSV and REST read the same address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from services.models import Relation

WEEK, MONTH = "week", "month"
DAYS = (30, 90, 180, 365)
USUAL_DAYS, MOST_DAYS = 90, 732
GROUPS = {"team": "owner_ref", "service": "name", "system": "system_ref"}
LONG = 200
"""Days from which months are easier to read than weeks."""


@dataclass(frozen=True)
class Window:
    """From `since` to `until` (aware), cut into weeks from Monday or months, in UTC; `before` is as long and ends at `since`."""

    since: datetime
    until: datetime
    unit: str

    @property
    def days(self) -> float:
        """Its length."""
        return (self.until - self.since).total_seconds() / 86_400

    @property
    def before(self) -> datetime:
        """Where the period before begins."""
        return self.since - (self.until - self.since)

    @property
    def starts(self) -> list[datetime]:
        """Where its slices begin; the first one at `since`."""
        found, day = [self.since], _next(self.since.astimezone(UTC).date(), self.unit)
        while (start := datetime.combine(day, time(), UTC)) < self.until:
            found.append(start)
            day = _next(day, self.unit)
        return found


class AskForm(forms.Form):
    """`service team system domain` by bare name, `days` or `since` and `until`, `every` week or month, `by` a group."""

    service = forms.CharField(required=False, max_length=63, label="Service")
    team = forms.CharField(required=False, max_length=63, label="Team")
    system = forms.CharField(required=False, max_length=63, label="System")
    domain = forms.CharField(required=False, max_length=63, label="Domain")
    days = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[(days, f"{days} days") for days in DAYS], label="Days"
    )
    since = forms.DateField(required=False, label="From")
    until = forms.DateField(required=False, label="To")
    every = forms.ChoiceField(required=False, choices=[("", "fitting"), (WEEK, WEEK), (MONTH, MONTH)], label="Trend by")
    by = forms.ChoiceField(required=False, choices=[("", "team"), *((name, name) for name in GROUPS)], label="Table by")

    def clean(self) -> dict[str, Any]:
        """A window that has begun, is not upside down and not longer than two years."""
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and (since > timezone.now().date() or since.year < 2000):
            self.add_error("since", "The window begins in the past.")
        elif since and until and not since <= until <= since + timedelta(days=MOST_DAYS):
            self.add_error("until", f"The window ends after its beginning, at most {MOST_DAYS} days later.")
        elif until and not since:
            self.add_error("since", "Give the first day as well.")
        return data


@dataclass(frozen=True)
class Asked:
    """A question that can be answered. `services` is a condition on entities."""

    window: Window
    services: Q
    by: str
    problem: str = ""


def read(values: Any) -> Asked:
    """The question in an address. What cannot be read is left at its usual value, and `problem` says so."""
    form = AskForm(values)
    form.is_valid()
    data = form.cleaned_data if hasattr(form, "cleaned_data") else {}
    problem = "; ".join(
        f"{form.fields[name].label or name}: {text[0]}" for name, text in form.errors.items() if name in form.fields
    )
    return Asked(_window(data), _services(data), data.get("by") or "team", problem)


def errors(values: Any) -> dict[str, list[str]]:
    """What is wrong with an address, by field; for REST, which refuses what a page forgives."""
    return {name: [str(one) for one in texts] for name, texts in AskForm(values).errors.items()}


def _window(data: dict[str, Any]) -> Window:
    now = timezone.now()
    first, last = data.get("since"), data.get("until")
    until = now if last is None else min(now, datetime.combine(last + timedelta(days=1), time(), UTC))
    since = datetime.combine(first, time(), UTC) if first else now - timedelta(days=data.get("days") or USUAL_DAYS)
    if not since < until or until - since > timedelta(days=MOST_DAYS + 1):
        since = until - timedelta(days=USUAL_DAYS)
    unit = data.get("every") or (MONTH if until - since > timedelta(days=LONG) else WEEK)
    return Window(since, until, unit)


def _services(data: dict[str, Any]) -> Q:
    wanted = Q()
    if data.get("service"):
        wanted &= Q(kind="component", name=data["service"].lower())
    if data.get("team"):
        wanted &= Q(owner_ref=_ref("group", data["team"]))
    if data.get("system"):
        wanted &= Q(system_ref=_ref("system", data["system"]))
    if data.get("domain"):
        homes = Relation.objects.filter(type="partOf", target_ref=_ref("domain", data["domain"]))
        wanted &= Q(system_ref__in=homes.values("source_ref"))
    return wanted


def _ref(kind: str, name: str) -> str:
    """The ref of a bare name; a full ref is itself."""
    return name.lower() if ":" in name else f"{kind}:default/{name.lower()}"


def _next(day: date, unit: str) -> date:
    """The first day of the next week or month."""
    if unit == MONTH:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 - day.weekday())
