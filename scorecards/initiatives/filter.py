"""The one filter of the initiatives, for page and REST."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from scorecards.filters import ref_of
from scorecards.initiatives.decide import pillars
from scorecards.models import Initiative
from scorecards.models.initiatives import STATES
from scorecards.words import INITIATIVES, pillar_label


class InitiativeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`state pillar team standard`: which initiatives."""

    state = django_filters.ChoiceFilter(method="by_state", choices=[(name, name) for name in STATES], label="State")
    pillar = django_filters.CharFilter(label="A pillar's id or overall", max_length=128)
    team = django_filters.CharFilter(method="by_team", label="A team's ref or bare name", max_length=200)
    standard = django_filters.BooleanFilter(method="by_standard", label="Is a standard")

    class Meta:
        model = Initiative
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Initiative], name: str, value: str) -> QuerySet[Initiative]:
        """As the calendar says today."""
        return rows.filter(pk__in=Initiative.objects.in_state(value, timezone.now().date()).values("pk"))

    def by_standard(self, rows: QuerySet[Initiative], name: str, value: bool) -> QuerySet[Initiative]:
        """Those whose aim is a standard now, or the others."""
        standards = Initiative.objects.standards().values("pk")
        return rows.filter(pk__in=standards) if value else rows.exclude(pk__in=standards)

    def by_team(self, rows: QuerySet[Initiative], name: str, value: str) -> QuerySet[Initiative]:
        """Those about the services of one team."""
        return rows.filter(team=ref_of(value, "group"))


def chosen(asked: Any) -> QuerySet[Initiative]:
    """What the address asks for; a value that cannot be read finds nothing rather than everything."""
    found = InitiativeFilter(asked, queryset=Initiative.objects.all())
    answer: QuerySet[Initiative] = found.qs if found.is_valid() else Initiative.objects.none()
    return answer


def controls(request: HttpRequest) -> list[dict[str, Any]]:
    """The controls above the list."""
    asked = request.GET
    return [
        {"name": "state", "label": "State", "value": asked.get("state", ""),
         "options": [("", "all"), *((name, INITIATIVES[name].label) for name in STATES)]},
        {"name": "pillar", "label": "Pillar", "value": asked.get("pillar", ""),
         "options": [("", "all"), *((name, pillar_label(name)) for name in pillars())]},
        {"name": "standard", "label": "Standard", "value": asked.get("standard", ""),
         "options": [("", "all"), ("true", "standards"), ("false", "no standard")]},
    ]  # fmt: skip
