"""Forms of the edit page: the common fields, or the whole descriptor as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from django import forms

from services.descriptors.reading import Document
from services.direct.plan import merged

KINDS = ("Component", "API", "Resource", "System", "Domain", "Group", "User")
API_VERSION = "backstage.io/v1alpha1"


class NewForm(forms.Form):
    """What kind of thing, and its name."""

    kind = forms.ChoiceField(choices=[(kind, "Service (Component)" if kind == "Component" else kind) for kind in KINDS])
    name = forms.CharField(max_length=63, help_text="Letters, digits, - _ and .; it stays for good.")
    namespace = forms.CharField(max_length=63, initial="default", help_text="Almost always default.")


class FieldsForm(forms.Form):
    """The fields that most edits are about. What else the descriptor holds stays as it is."""

    title = forms.CharField(required=False, max_length=200)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.CharField(
        required=False,
        max_length=200,
        help_text="A team, such as payments.",
        widget=forms.TextInput(attrs={"list": "teams"}),
    )
    system = forms.CharField(required=False, max_length=200)
    type = forms.CharField(required=False, max_length=200, help_text="Such as service, website or library.")
    lifecycle = forms.CharField(required=False, max_length=200, help_text="Such as production or experimental.")
    tier = forms.IntegerField(required=False, min_value=0, max_value=9, help_text="1 is for what matters most.")
    tags = forms.CharField(required=False, help_text="Separated by blanks.")
    definition = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}))
    depends_on = forms.CharField(
        required=False, label="Leans on", help_text="Refs separated by blanks, such as component:ledger resource:orders-db.",
    )  # fmt: skip

    METADATA = ("title", "description")
    SPEC = ("owner", "system", "type", "lifecycle", "tier", "definition")
    OF_KIND: Mapping[str, tuple[str, ...]] = {
        "component": ("owner", "system", "type", "lifecycle", "tier", "depends_on"),
        "api": ("owner", "system", "type", "lifecycle", "definition"),
        "resource": ("owner", "system", "type", "depends_on"),
        "system": ("owner",),
        "domain": ("owner",),
        "group": ("type",),
    }

    def __init__(self, kind: str, data: Mapping[str, Any], sent: Any = None) -> None:
        super().__init__(sent, initial=self._initial(data))
        self.data_before = data
        kept = {*self.METADATA, "tags", *self.OF_KIND.get(kind, ())}
        for name in [name for name in self.fields if name not in kept]:
            del self.fields[name]

    @classmethod
    def _initial(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        metadata, spec = data.get("metadata") or {}, data.get("spec") or {}
        return {
            **{name: metadata.get(name) for name in cls.METADATA},
            **{name: spec.get(name) for name in cls.SPEC},
            "tags": " ".join(metadata.get("tags") or []),
            "depends_on": " ".join(spec.get("dependsOn") or []),
        }

    def descriptor(self) -> dict[str, Any]:
        """The descriptor with the form's values; an empty field takes its value out."""
        said = self.cleaned_data
        metadata: dict[str, Any] = {name: said[name] or None for name in self.METADATA}
        metadata["tags"] = said["tags"].split() or None
        spec = {name: None if said[name] in ("", None) else said[name] for name in self.SPEC if name in said}
        if "depends_on" in said:
            spec["dependsOn"] = said["depends_on"].split() or None
        return merged(self.data_before, {"metadata": metadata, "spec": spec})


class TextForm(forms.Form):
    """The whole descriptor as YAML."""

    text = forms.CharField(
        label="Descriptor (YAML)", widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"})
    )

    def __init__(self, data: Mapping[str, Any], sent: Any = None) -> None:
        text = yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=100)
        super().__init__(sent, initial={"text": text})

    def clean_text(self) -> str:
        """Text that is one document of plain data; its problem names the line."""
        document = Document(1, 1, self.cleaned_data["text"].replace("\r\n", "\n")).read()
        if document.problem:
            problem = document.problem
            raise forms.ValidationError(f"Line {problem.line}: {problem.reason} {problem.remedy}")
        self.document = document.data
        return document.text

    def descriptor(self) -> Any:
        """What the text says; whether it is a good descriptor is checked by the plan."""
        return self.document


def empty(kind: str, namespace: str, name: str) -> dict[str, Any]:
    """A descriptor with what the kind must have, to be filled in."""
    lists: dict[str, dict[str, Any]] = {"Group": {"children": []}, "User": {"memberOf": []}}
    data: dict[str, Any] = {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}}
    if namespace != "default":
        data["metadata"]["namespace"] = namespace
    return data | {"spec": lists.get(kind, {})}
