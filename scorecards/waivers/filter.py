"""The one filter of the waivers: page, CSV and REST answer the same question for the same address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from scorecards.filters import ref_of
from scorecards.models import Waiver
from scorecards.models.waivers import STATES
from scorecards.words import waiver_label


class WaiverFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`state service team check`: which waivers."""

    state = django_filters.ChoiceFilter(method="by_state", choices=[(name, name) for name in STATES], label="State")
    service = django_filters.CharFilter(method="by_service", label="A service's ref or bare name", max_length=200)
    team = django_filters.CharFilter(method="by_team", label="A team's ref or bare name", max_length=200)
    check = django_filters.CharFilter(field_name="check_key", label="A check's id", max_length=100)

    class Meta:
        model = Waiver
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Waiver], name: str, value: str) -> QuerySet[Waiver]:
        """As people see it now: an approved one whose date has passed is expired."""
        return rows.filter(pk__in=Waiver.objects.in_state(value, timezone.now()).values("pk"))

    def by_service(self, rows: QuerySet[Waiver], name: str, value: str) -> QuerySet[Waiver]:
        """Those of one service."""
        kind, _, rest = ref_of(value, "component").lower().partition(":")
        namespace, _, found = rest.partition("/")
        return rows.filter(entity__kind=kind, entity__namespace=namespace, entity__name=found)

    def by_team(self, rows: QuerySet[Waiver], name: str, value: str) -> QuerySet[Waiver]:
        """Those of the services of one team."""
        return rows.filter(entity__owner_ref=ref_of(value, "group"))


def everything() -> QuerySet[Waiver]:
    """All waivers of live services, newest request first."""
    return Waiver.objects.filter(entity__removed_at=None).select_related("entity")


def chosen(asked: Any, rows: QuerySet[Waiver]) -> QuerySet[Waiver]:
    """The waivers that the address asks for; a value that cannot be read finds nothing rather than everything."""
    found = WaiverFilter(asked, queryset=rows)
    answer: QuerySet[Waiver] = found.qs if found.is_valid() else rows.none()
    return answer


def controls(request: HttpRequest) -> list[dict[str, Any]]:
    """The controls above the list with their choices, from one query."""
    owners = Waiver.objects.order_by().values_list("entity__owner_ref", flat=True).distinct()
    teams = sorted({owner.rpartition("/")[2] for owner in owners if owner})
    asked = request.GET
    return [
        {"name": "state", "label": "State", "value": asked.get("state", ""),
         "options": [("", "all"), *((name, waiver_label(name)) for name in STATES)]},
        {"name": "team", "label": "Team", "value": asked.get("team", ""),
         "options": [("", "all"), *((name, name) for name in teams)]},
        *([{"name": name, "type": "hidden", "value": asked[name]} for name in ("service", "check") if asked.get(name)]),
    ]  # fmt: skip
