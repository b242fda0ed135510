"""The one filter of the untagged bucket: page, CSV and REST answer the same question for the same address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from services.models import Stray
from services.models.adoption import OPEN, STATES


class StrayFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`q account region kind state hint`; without `state` only what nobody has decided about."""

    q = django_filters.CharFilter(method="by_text", label="Search name or ARN", max_length=200)
    account = django_filters.CharFilter(label="Account id", max_length=12)
    region = django_filters.CharFilter(label="Region", max_length=30)
    kind = django_filters.CharFilter(label="Kind, such as Buckets", max_length=60)
    state = django_filters.ChoiceFilter(label="State", choices=STATES)
    hint = django_filters.BooleanFilter(method="by_hint", label="With a suggestion")

    class Meta:
        model = Stray
        fields: list[str] = []

    def by_text(self, rows: QuerySet[Stray], name: str, value: str) -> QuerySet[Stray]:
        """Every word somewhere in the name or the ARN."""
        for word in value.split()[:8]:
            rows = rows.filter(Q(name__icontains=word) | Q(arn__icontains=word))
        return rows

    def by_hint(self, rows: QuerySet[Stray], name: str, value: bool) -> QuerySet[Stray]:
        """Only resources for which discovery has a service to suggest, or only those without."""
        return rows.exclude(suggestions=[]) if value else rows.filter(suggestions=[])


def answer(asked: Any, rows: QuerySet[Stray]) -> QuerySet[Stray]:
    """The rows that the address asks for; filters that cannot be read are left out."""
    wanted = asked.copy()
    if wanted.get("state") not in {state for state, _ in STATES}:
        wanted["state"] = OPEN
    for name in StrayFilter(wanted, queryset=rows).form.errors:
        wanted.pop(name, None)
    found: QuerySet[Stray] = StrayFilter(wanted, queryset=rows).qs
    return found
