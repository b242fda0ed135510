"""Forms of the page of imports."""

from __future__ import annotations

from typing import Any

from django import forms

from services.descriptors import LIMITS


class LocationForm(forms.Form):
    """A place to read descriptors from."""

    type = forms.ChoiceField(
        choices=[("url", "Address (url)"), ("file", "File in an allowed folder (file)")], label="Type"
    )
    target = forms.CharField(
        max_length=280, label="Target", help_text="https://git.example.com/team/catalog-info.yaml, or folder/file.yaml"
    )


class UploadForm(forms.Form):
    """A file, or a text that is pasted."""

    file = forms.FileField(required=False, label="File", help_text="YAML or JSON, at most 1 MiB.")
    text = forms.CharField(
        required=False, label="Or the text itself", max_length=LIMITS.bytes, strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        file, text = data.get("file"), data.get("text") or ""
        if not file and not text.strip():
            raise forms.ValidationError("Choose a file or paste a text.")
        data["name"] = file.name if file else "pasted.yaml"
        # One byte more than may be, so that a file that is too large is told as such.
        data["raw"] = file.read(LIMITS.bytes + 1) if file else text.encode(errors="surrogatepass")
        return data
