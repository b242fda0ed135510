"""The form that takes Gremlin's key."""

from __future__ import annotations

from django import forms


class GremlinForm(forms.Form):
    """Key and team. Both are checked for their shape only: whether they open anything, Gremlin says at the first call."""

    key = forms.RegexField(
        r"^[\x21-\x7e]{16,200}$",
        label="API key",
        help_text="Made in Gremlin under Team settings > API keys. It is sealed, and never shown again.",
        error_messages={
            "required": "Paste the key as Gremlin shows it.",
            "invalid": "A key has 16 to 200 printable characters without blanks: paste it as Gremlin shows it.",
        },
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    team_id = forms.RegexField(
        r"^[A-Za-z0-9-]{0,64}$",
        required=False,
        label="Team id",
        help_text="Needed where the key belongs to a company; empty means the team of the key.",
        error_messages={"invalid": "A team id has letters, digits and dashes: copy it from Gremlin's team settings."},
    )
