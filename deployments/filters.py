"""The one filter of deployments: the page, its CSV and REST answer the same question for the same address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from deployments.models import Deployment, Rollout
from deployments.models.states import DEPLOYMENT_STATES
from services.models import Entity

STATE_CHOICES = [(state, state.replace("_", " ")) for state in DEPLOYMENT_STATES]


class DeploymentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`service` and `team` by bare name, `state`, `environment`, and `q` for versions."""

    service = django_filters.CharFilter(
        field_name="service__name", lookup_expr="iexact", label="Service", max_length=63
    )
    state = django_filters.ChoiceFilter(choices=STATE_CHOICES, label="State")
    team = django_filters.CharFilter(method="by_team", label="Team", max_length=63)
    environment = django_filters.CharFilter(lookup_expr="iexact", label="Environment", max_length=60)
    q = django_filters.CharFilter(method="by_text", label="Service or version", max_length=100)

    class Meta:
        model = Deployment
        fields: list[str] = []

    def by_team(self, rows: QuerySet[Deployment], name: str, value: str) -> QuerySet[Deployment]:
        """What the team owns."""
        return rows.filter(service__owner_ref=f"group:default/{value.lower()}")

    def by_text(self, rows: QuerySet[Deployment], name: str, value: str) -> QuerySet[Deployment]:
        """A part of the service's name or of the version."""
        return rows.filter(Q(service__name__icontains=value) | Q(version__icontains=value))


class RolloutFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`service` by bare name and `state`."""

    service = django_filters.CharFilter(field_name="entity__name", lookup_expr="iexact", label="Service", max_length=63)
    state = django_filters.CharFilter(lookup_expr="iexact", label="State", max_length=12)

    class Meta:
        model = Rollout
        fields: list[str] = []


def described(bound: DeploymentFilter) -> list[dict[str, Any]]:
    """The filter bar: two queries, for the names to choose from."""
    values = bound.form.data
    released = (
        Entity.objects.services()
        .filter(deployments__isnull=False)
        .order_by()
        .values_list("name", "owner_ref")
        .distinct()
    )
    pairs = sorted(released)
    teams = sorted({owner.rpartition("/")[2] for _, owner in pairs if owner})
    return [
        {"name": "q", "label": "Service or version", "type": "text", "value": values.get("q", "")},
        {
            "name": "service", "label": "Service", "type": "select", "value": values.get("service", ""),
            "options": [("", "all"), *((name, name) for name, _ in pairs)],
        },
        {
            "name": "team", "label": "Team", "type": "select", "value": values.get("team", ""),
            "options": [("", "all"), *((team, team) for team in teams)],
        },
        {
            "name": "state", "label": "State", "type": "select", "value": values.get("state", ""),
            "options": [("", "any"), *STATE_CHOICES],
        },
    ]  # fmt: skip
