"""Forms of the import page: a file or a text, then what it leaves open."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from chaos.formats.report import Imported
from chaos.formats.source import LARGEST

ROWS = {"hypothesis": 16, "stop_conditions": 4}


class Readable(json.JSONEncoder):
    """JSON as people edit it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "indent": 2, "ensure_ascii": False})


class FileForm(forms.Form):
    """A file, or a text that is pasted."""

    file = forms.FileField(required=False, label="File", help_text="JSON or YAML, at most 1 MiB.")
    text = forms.CharField(
        required=False, label="Or the text itself", max_length=LARGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """One of the two, as bytes in `raw`."""
        data = super().clean() or {}
        file, text = data.get("file"), data.get("text") or ""
        if not file and not text.strip():
            raise forms.ValidationError("Choose a file or paste a text.")
        # One byte more than may be, so that a file that is too large is told as such.
        data["raw"] = file.read(LARGEST + 1) if file else text.encode(errors="surrogatepass")
        return data


class CompleteForm(forms.Form):
    """What a person adds to a draft. The text of the file travels along and is read again."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=LARGEST, strip=False)
    service = forms.CharField(max_length=200, label="Service", help_text="Its entity ref: component:default/checkout.")
    title = forms.CharField(max_length=120, label="Title")

    def __init__(self, imported: Imported, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, path in enumerate(imported.to_complete):
            if path != "hypothesis.probes":
                self.fields[f"open-{number}"] = forms.CharField(
                    max_length=300, label=label(imported, path), help_text=path
                )
        self.paths = {f"open-{number}": path for number, path in enumerate(imported.to_complete)}
        for name, words in (("hypothesis", "Hypothesis (JSON)"), ("stop_conditions", "Stop conditions (JSON)")):
            area = forms.Textarea(attrs={"rows": ROWS[name], "spellcheck": "false"})
            self.fields[name] = forms.JSONField(label=words, required=False, encoder=Readable, widget=area)
        self.fields[
            "hypothesis"
        ].help_text = "Each probe has key, title, unit, one source such as metric, and a tolerance."
        self.fields["stop_conditions"].help_text = 'Such as [{"probe": "healthy-hosts", "tolerance": {"at_least": 2}}].'
        if not imported.whole:
            self.fields["leave_out"] = forms.BooleanField(
                label="Leave out what is not allowed here", required=True,
                help_text=f"{imported.counts()['refused']} lines of the report say what that is.",
            )  # fmt: skip

    def complete(self) -> dict[str, str]:
        """Texts by path."""
        return {path: self.cleaned_data[name] for name, path in self.paths.items() if name in self.cleaned_data}

    def replace(self) -> dict[str, Any]:
        """Whole fields that were edited here."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "hypothesis": data["hypothesis"],
            "stop_conditions": data["stop_conditions"] or [],
        }

    def wrong(self, field: str, message: str) -> None:
        """Attach an error to the field of the page that it is about."""
        by_path = {path: name for name, path in self.paths.items()}
        name = by_path.get(field.removeprefix("complete.")) or field.partition("[")[0].partition(".")[0]
        self.add_error(name if name in self.fields else None, message if name == field else f"{field}: {message}")


def start(imported: Imported, text: str) -> dict[str, Any]:
    """The first values of the form."""
    draft = imported.draft
    return {
        "text": text,
        "service": imported.service,
        "title": draft.get("title", ""),
        "hypothesis": draft.get("hypothesis", {}),
        "stop_conditions": draft.get("stop_conditions", []),
    }


def label(imported: Imported, path: str) -> str:
    """What an open path asks for, in words."""
    part, _, key = path.rpartition(".")
    number = part.partition("[")[2].partition("]")[0]
    if path.startswith("method") and number.isdigit():
        return f"{key.capitalize()} of {imported.draft['method'][int(number)]['name']}"
    return f"{key.capitalize()} of the alarm in {part}"
