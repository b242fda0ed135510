"""Forms of game days."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from chaos.calendars.forms import MOMENT, Checked, instant
from chaos.engine.definition import Invalid
from chaos.gamedays.models import NOTE_KINDS, ROLES, GameDay

PEOPLE_HELP = f"One a line: name, role. Roles: {', '.join(ROLES)}."


class GameDayForm(Checked):
    """A game day."""

    title = forms.CharField(label="Title", max_length=120)
    owner_ref = forms.ChoiceField(label="Team")
    starts_at = forms.CharField(label="When", widget=forms.DateTimeInput({"type": "datetime-local"}))
    zone = forms.CharField(
        label="Time zone", max_length=64, initial="UTC", help_text="An IANA name such as Europe/Berlin."
    )
    purpose = forms.CharField(
        label="What we want to learn", max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )
    people = forms.CharField(
        label="People", required=False, max_length=10_000, widget=forms.Textarea({"rows": 4}), help_text=PEOPLE_HELP
    )
    experiments = forms.CharField(
        label="Experiments", required=False, max_length=5000, widget=forms.Textarea({"rows": 4}),
        help_text="One a line, in their order: the last part of an experiment's address, such as search-api-zone-us-east-1a-down.",
    )  # fmt: skip

    def __init__(self, *args: Any, teams: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_ref"].choices = [(team, team.rpartition("/")[2]) for team in teams]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What `gamedays.write` takes. Raises Invalid."""
        data = dict(self.cleaned_data)
        return data | {
            "starts_at": instant(data["starts_at"], data["zone"], "starts_at"),
            "people": _people(data["people"]),
            "experiments": data["experiments"].split(),
        }


class NoteForm(forms.Form):
    """One line."""

    kind = forms.ChoiceField(label="Kind", choices=[(kind, kind) for kind in NOTE_KINDS])
    text = forms.CharField(label="Text", max_length=2000, widget=forms.TextInput({"autocomplete": "off"}))


def initial(row: GameDay) -> dict[str, Any]:
    """What the form shows of a game day."""
    return {
        "title": row.title,
        "owner_ref": row.owner_ref,
        "zone": row.zone,
        "purpose": row.purpose,
        "starts_at": row.starts_at.astimezone(ZoneInfo(row.zone)).strftime(MOMENT),
        "people": "\n".join(f"{one.name}, {one.role}" for one in row.people.all()),
        "experiments": "\n".join(row.steps.values_list("experiment__slug", flat=True)),
    }


def _people(text: str) -> list[tuple[str, str]]:
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, comma, role = line.rpartition(",")
        if not comma:
            raise Invalid("people", f"Write name, role: {line[:60]!r} has no comma.")
        found.append((name.strip(), role.strip().lower()))
    return found
