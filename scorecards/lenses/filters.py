"""The filters of lenses and reviews: one question for the page and REST."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest

from scorecards.filters import ref_of
from scorecards.models import Lens, Review


class ReviewFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`team lens entity`: which reviews."""

    team = django_filters.CharFilter(method="by_team", label="Team", max_length=200)
    lens = django_filters.CharFilter(field_name="lens__key", label="Lens", max_length=80)
    entity = django_filters.CharFilter(method="by_entity", label="Entity ref", max_length=200)

    class Meta:
        model = Review
        fields: list[str] = []

    def by_team(self, rows: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        """A team's ref or bare name."""
        return rows.filter(entity__owner_ref=ref_of(value, "group"))

    def by_entity(self, rows: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        """A service's or system's ref."""
        kind, _, rest = ref_of(value, "component").lower().partition(":")
        namespace, _, entity = rest.partition("/")
        return rows.filter(entity__kind=kind, entity__namespace=namespace, entity__name=entity)


def reviews() -> QuerySet[Review]:
    """Reviews of what is still in the catalog, with what their lines show."""
    return Review.objects.filter(entity__removed_at=None).select_related("entity", "lens")


def chosen(request: HttpRequest) -> QuerySet[Review]:
    """The reviews that the address asks for; a value that cannot be read finds nothing."""
    rows = ReviewFilter(request.GET, queryset=reviews(), request=request)
    found: QuerySet[Review] = rows.qs if rows.is_valid() else Review.objects.none()
    return found


def controls(request: HttpRequest) -> list[dict[str, Any]]:
    """The controls above the list."""
    owners = reviews().order_by().values_list("entity__owner_ref", flat=True).distinct()
    teams = sorted({owner.rpartition("/")[2] for owner in owners if owner})
    lenses = Lens.objects.values_list("key", "name")
    return [
        {"name": "team", "label": "Team", "value": request.GET.get("team", ""),
         "options": [("", "all"), *((team, team) for team in teams)]},
        {"name": "lens", "label": "Lens", "value": request.GET.get("lens", ""), "options": [("", "all"), *lenses]},
    ]  # fmt: skip
