"""The catalog's list: one address, one query; what the page, its exports, its facets and saved views share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from services.columns import Column
from services.engine.facets import Terms
from services.filters import EntityFilter, ordering
from services.lists.facets import FIELDS, Choice, Index, facets, index
from services.lists.own_columns import shown
from services.models import Entity

OTHERS = ("q", "uses", "mine")
KEPT = (*FIELDS, *OTHERS, "columns", "sort")


@dataclass
class Listing:
    """What one address asks of the catalog. Filters that cannot be read are left out and named in `troubles`."""

    request: HttpRequest
    address: QueryDict

    @cached_property
    def asked(self) -> QueryDict:
        """The filters; a list that names no kind shows components, "all" shows everything."""
        asked = self.address.copy()
        if not any(asked.getlist("kind")):
            asked["kind"] = "component"
        return asked

    @cached_property
    def troubles(self) -> dict[str, str]:
        """What is wrong, by filter."""
        form = self._filter(self.asked).form
        return {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}

    @cached_property
    def readable(self) -> QueryDict:
        """The filters without those that cannot be read."""
        asked = self.asked.copy()
        for name in self.troubles:
            asked.pop(name, None)
        return asked

    def _filter(self, asked: QueryDict, rows: QuerySet[Entity] | None = None) -> EntityFilter:
        everything = Entity.objects.live() if rows is None else rows
        return EntityFilter(asked, queryset=everything, request=self.request)

    @property
    def rows(self) -> QuerySet[Entity]:
        """All rows in the order that is asked for."""
        found: QuerySet[Entity] = self._filter(self.readable, Entity.objects.live().order_by(*ordering("name"))).qs
        return found

    @cached_property
    def columns(self) -> list[Column]:
        """The columns shown."""
        return shown(self.address)

    @cached_property
    def terms(self) -> dict[str, Terms]:
        """What is asked of the fields that have facets."""
        cleaned = self._filter(self.readable).form
        cleaned.is_valid()
        return {name: cleaned.cleaned_data[name] for name in FIELDS if cleaned.cleaned_data.get(name)}

    @cached_property
    def index(self) -> Index:
        """The index that the facets of this answer are read from."""
        return index()

    @cached_property
    def facets(self) -> dict[str, list[Choice]]:
        """The choices of each field with their counts."""
        rest = {name for name in OTHERS if self.readable.get(name)}
        within: list[int] | None = None
        if rest:
            asked = QueryDict(mutable=True)
            for name in rest:
                asked.setlist(name, self.readable.getlist(name))
            within = list(self._filter(asked).qs.order_by().values_list("pk", flat=True))
        return facets(self.index, self.terms, within)

    @cached_property
    def kept(self) -> QueryDict:
        """The address without what says nothing."""
        return clean(self.address)

    @cached_property
    def query(self) -> str:
        """The same as text, for the browser's bar and for saved views."""
        return self.kept.urlencode()


def listing(request: HttpRequest) -> Listing:
    """What this request asks for."""
    return Listing(request, request.GET)


def clean(address: QueryDict) -> QueryDict:
    """Only what a list keeps, without blanks and what is so anyway."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        values: list[Any] = [value for value in address.getlist(name) if value.strip()]
        if values and not (name == "kind" and values == ["component"]):
            kept.setlist(name, values)
    return kept
