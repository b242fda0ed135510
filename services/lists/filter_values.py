"""Filters that take several values: `owner=a&owner=b` is either, `owner=!a` is not a, `owner=-` is what has none."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from drf_spectacular.utils import extend_schema_field

from services.descriptors.refs import full_ref
from services.engine.facets import NONE, Terms
from services.models import SearchKey

MOST, LONGEST = 50, 200
NOT, WITHOUT = "!", "-"
TIERS = frozenset("0123456789")
COLUMNS = {
    "kind": "kind", "namespace": "namespace", "type": "type", "owner": "owner_ref", "system": "system_ref",
    "lifecycle": "lifecycle", "tier": "tier",
}  # fmt: skip
REFS = {"owner": "group", "system": "system"}
TAGS = "metadata.tags"


class ValuesField(forms.Field):
    """Cleans to `Terms` of keys, or to None where nothing is asked."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *args: Any, name: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.name = name

    def clean(self, value: Any) -> Terms | None:
        """Raises ValidationError for too many values, too long ones, and tiers that are no numbers."""
        texts = [text for text in (str(part).strip() for part in value or ()) if text]
        if len(texts) > MOST or any(len(text) > LONGEST or "\x00" in text for text in texts):
            raise forms.ValidationError(f"Give at most {MOST} values of at most {LONGEST} characters.")
        wanted = tuple(key_of(self.name, text) for text in texts if not text.startswith(NOT))
        unwanted = tuple(key_of(self.name, text[1:]) for text in texts if text.startswith(NOT))
        if self.name == "tier" and not all(key == NONE or key in TIERS for key in wanted + unwanted):
            raise forms.ValidationError("A tier is a number from 0 to 9.")
        return Terms(wanted, unwanted) if texts else None


def key_of(name: str, text: str) -> str:
    """The key that a value stands for: owners and systems as refs, the rest in lower case, "-" as NONE."""
    if text == WITHOUT:
        return NONE
    try:
        return full_ref(text, kind=REFS[name]) if name in REFS else text.lower()
    except ValueError:
        return text.lower()


@extend_schema_field({"type": "array", "items": {"type": "string", "maxLength": LONGEST}, "maxItems": MOST})
class Values(django_filters.Filter):  # type: ignore[misc]
    """A filter of one field of the catalog."""

    field_class = ValuesField

    def __init__(self, name: str, label: str) -> None:
        super().__init__(method="by_terms", label=label, name=name)


def condition(name: str, terms: Terms) -> Q:
    """The rows that satisfy the terms."""
    wanted = [_has(name, key) for key in terms.wanted]
    found = Q()
    if name == "tag":
        for one in wanted:
            found &= one
    else:
        for one in wanted:
            found |= one
    for key in terms.unwanted:
        found &= ~_has(name, key)
    return found


def _has(name: str, key: str) -> Q:
    if name == "tag":
        rows = SearchKey.objects.filter(key=TAGS)
        has = Q(pk__in=(rows.filter(value=key) if key else rows).values("entity_id"))
        return has if key else ~has
    column = COLUMNS[name]
    if name == "tier":
        return Q(tier=int(key)) if key else Q(tier=None)
    return Q(**{f"{column}__iexact": key}) if key and name in {"type", "lifecycle"} else Q(**{column: key})
