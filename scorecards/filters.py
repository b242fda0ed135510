"""The filters of the maturity page, its CSV and REST: one question for one address."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from scorecards.engine.check import LEVELS
from scorecards.models import ORGANISATION, SCOPES, TEAM, CheckVersion, ScorePoint
from scorecards.words import pillar_label
from services.descriptors.refs import full_ref
from services.models import Entity


def ref_of(value: str, kind: str) -> str:
    """A bare name or a ref as a full ref; what is neither stays as it is and finds nothing."""
    try:
        return full_ref(value, kind=kind)
    except ValueError:
        return value


class ServiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`team tier lifecycle`: which services count."""

    team = django_filters.CharFilter(method="by_team", label="Team", max_length=200)
    tier = django_filters.NumberFilter(label="Tier", min_value=0, max_value=9)
    lifecycle = django_filters.CharFilter(lookup_expr="iexact", label="Lifecycle", max_length=63)

    class Meta:
        model = Entity
        fields: list[str] = []

    def by_team(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """A team's ref or bare name."""
        return rows.filter(owner_ref=ref_of(value, "group"))


def services(request: HttpRequest) -> QuerySet[Entity]:
    """The live services that the address asks for; a value that cannot be read finds nothing rather than everything."""
    rows = ServiceFilter(request.GET, queryset=Entity.objects.services(), request=request)
    found: QuerySet[Entity] = rows.qs if rows.is_valid() else Entity.objects.none()
    return found


def scope_of(request: HttpRequest | Request) -> tuple[str, str] | None:
    """The roll-up that counts just the services of the address: everybody's or one team's; None for another choice."""
    asked = {name: request.GET.get(name, "") for name in ("team", "tier", "lifecycle")}
    if asked["tier"] or asked["lifecycle"]:
        return None
    return (TEAM, ref_of(asked["team"], "group")) if asked["team"] else (ORGANISATION, "")


def day(text: str) -> datetime | None:
    """The end of a day written as 2026-11-20, in UTC; None when it is no date."""
    try:
        return datetime.combine(date.fromisoformat(text), time.max, UTC)
    except ValueError:
        return None


def controls(request: HttpRequest, everything: QuerySet[Entity]) -> list[dict[str, Any]]:
    """The controls above the maturity page with their choices, from one query."""
    seen = list(everything.order_by().values_list("owner_ref", "tier", "lifecycle").distinct())
    teams = sorted({owner.rpartition("/")[2] for owner, _tier, _life in seen if owner})
    tiers = sorted({tier for _owner, tier, _life in seen if tier is not None})
    lifecycles = sorted({life for _owner, _tier, life in seen if life})

    def select(name: str, label: str, values: list[Any]) -> dict[str, Any]:
        options = [("", "all"), *((value, str(value)) for value in values)]
        return {"name": name, "label": label, "value": request.GET.get(name, ""), "options": options}

    return [
        select("team", "Team", teams),
        select("tier", "Tier", tiers),
        select("lifecycle", "Lifecycle", lifecycles),
        {"name": "since", "label": "Compare with", "type": "date", "value": request.GET.get("since", "")},
    ]


class CheckFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`q pillar level app`: which checks."""

    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains", label="Search checks", max_length=120)
    pillar = django_filters.CharFilter(label="Pillar", max_length=128)
    level = django_filters.ChoiceFilter(choices=[(level, level) for level in LEVELS], label="Level")
    app = django_filters.CharFilter(label="Plugin", max_length=100)

    class Meta:
        model = CheckVersion
        fields: list[str] = []


def check_controls(request: HttpRequest, everything: QuerySet[CheckVersion]) -> list[dict[str, Any]]:
    """The controls above the list of checks."""
    seen = list(everything.order_by().values_list("pillar", "app").distinct())
    pillars = sorted({pillar for pillar, _app in seen})
    apps = sorted({app for _pillar, app in seen})
    chosen = request.GET
    return [
        {"name": "q", "label": "Search checks", "type": "text", "value": chosen.get("q", "")},
        {"name": "pillar", "label": "Pillar", "value": chosen.get("pillar", ""),
         "options": [("", "all"), *((name, pillar_label(name)) for name in pillars)]},
        {"name": "level", "label": "Level", "value": chosen.get("level", ""),
         "options": [("", "all"), *((name, name.capitalize()) for name in LEVELS)]},
        {"name": "app", "label": "From", "value": chosen.get("app", ""),
         "options": [("", "all plugins"), *((name, name) for name in apps)]},
    ]  # fmt: skip


class ScoreFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`scope service team system pillar as_of`: which scores."""

    scope = django_filters.ChoiceFilter(field_name="scope_type", choices=[(name, name) for name in SCOPES])
    service = django_filters.CharFilter(method="by_service", label="A service's ref or bare name", max_length=200)
    team = django_filters.CharFilter(method="by_team", label="Scores of the services of this team", max_length=200)
    pillar = django_filters.CharFilter(label="A pillar's id or overall", max_length=128)
    as_of = django_filters.DateFilter(method="by_day", label="The scores as they stood at the end of this day (UTC)")

    class Meta:
        model = ScorePoint
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[ScorePoint]) -> QuerySet[ScorePoint]:
        """Without a day, what stands now."""
        rows: QuerySet[ScorePoint] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("as_of") else rows.filter(valid_to=None)

    def by_service(self, rows: QuerySet[ScorePoint], name: str, value: str) -> QuerySet[ScorePoint]:
        """The points of one service."""
        return rows.filter(scope_type="service", scope_ref=ref_of(value, "component"))

    def by_team(self, rows: QuerySet[ScorePoint], name: str, value: str) -> QuerySet[ScorePoint]:
        """The points of a team's services and of the team itself."""
        ref = ref_of(value, "group")
        return rows.filter(entity__owner_ref=ref) | rows.filter(scope_type="team", scope_ref=ref)

    def by_day(self, rows: QuerySet[ScorePoint], name: str, value: date) -> QuerySet[ScorePoint]:
        """What stood at the end of the day."""
        end = datetime.combine(value, time.max, UTC)
        return rows.filter(valid_from__lte=end).exclude(valid_to__lte=end)
