"""The one filter of the catalog: the page, its CSV and REST answer the same question for the same address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, OrderBy, QuerySet

from portal.access import policy
from services import queries
from services.descriptors.refs import full_ref
from services.models import Entity

SORTS = {
    "name": "name",
    "owner": "owner_ref",
    "system": "system_ref",
    "lifecycle": "lifecycle",
    "tier": "tier",
    "updated": "updated_at",
}


class EntityFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`kind type owner system lifecycle tier q mine sort`; owner and system are refs or bare names."""

    q = django_filters.CharFilter(method="by_text", label="Search name, title or description", max_length=200)
    kind = django_filters.CharFilter(method="by_kind", label="Kind, such as component, or all", max_length=63)
    type = django_filters.CharFilter(lookup_expr="iexact", label="Type, such as service", max_length=63)
    owner = django_filters.CharFilter(method="by_owner", label="Owning team", max_length=200)
    system = django_filters.CharFilter(method="by_system", label="System", max_length=200)
    lifecycle = django_filters.CharFilter(lookup_expr="iexact", label="Lifecycle", max_length=63)
    tier = django_filters.NumberFilter(label="Tier", min_value=0, max_value=9)
    mine = django_filters.BooleanFilter(method="by_mine", label="Only what my teams own")
    sort = django_filters.ChoiceFilter(
        method="by_sort",
        label="Sort by",
        choices=[(sign + key, sign + key) for key in SORTS for sign in ("", "-")],
    )

    class Meta:
        model = Entity
        fields: list[str] = []

    def by_kind(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """One kind; "all" is no restriction."""
        return rows if value.lower() == "all" else rows.filter(kind=value.lower())

    def by_text(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """Every word somewhere in name, title or description."""
        return rows.filter(pk__in=queries.search(value).values("pk"))

    def by_owner(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """A team's ref or bare name."""
        return rows.filter(owner_ref=_ref(value, "group"))

    def by_system(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """A system's ref or bare name."""
        return rows.filter(system_ref=_ref(value, "system"))

    def by_mine(self, rows: QuerySet[Entity], name: str, value: bool) -> QuerySet[Entity]:
        """What the asking user's teams own."""
        user = getattr(self.request, "user", None)
        return rows.filter(owner_ref__in=policy.teams(user)) if value else rows

    def by_sort(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """By one field; what lacks it comes last, and the name breaks ties."""
        return rows.order_by(*ordering(value))


def ordering(sort: str) -> list[OrderBy | str]:
    """The ORDER BY of a `sort` value; unknown values sort by name."""
    column = F(SORTS.get(sort.lstrip("-"), "name"))
    first = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return [first, "kind", "namespace", "name"]


def _ref(value: str, kind: str) -> str:
    try:
        return full_ref(value, kind=kind)
    except ValueError:
        return value


def choices(rows: QuerySet[Entity]) -> dict[str, list[tuple[Any, str]]]:
    """What each filter can be set to, from one query over the live entities."""
    fields = ("kind", "type", "owner_ref", "system_ref", "lifecycle", "tier")
    seen: dict[str, set[Any]] = {field: set() for field in fields}
    for row in rows.order_by().values_list(*fields).distinct():
        for field, value in zip(fields, row, strict=True):
            if value not in ("", None):
                seen[field].add(value)
    return {
        field: [(value, str(value).rpartition("/")[2]) for value in sorted(values)] for field, values in seen.items()
    }
