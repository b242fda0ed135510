"""The one filter of pipelines: page, CSV and REST answer the same question for the same address."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from deployments.models import DeployGroup, Pipeline

STATES = [("waiting", "waits for approval"), ("closed", "a transition is closed"), ("failed", "last run failed")]


def _choices(field: str) -> list[tuple[str, str]]:
    rows = Pipeline.objects.order_by().values_list(field, flat=True).distinct()
    return [(value, value) for value in sorted(rows)]


def _teams() -> list[tuple[str, str]]:
    rows = Pipeline.objects.exclude(service=None).order_by().values_list("service__owner_ref", flat=True).distinct()
    return [(team, team) for team in sorted({ref.rpartition("/")[2] for ref in rows if ref})]


class PipelineFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`q` (pipeline or service), `service` and `team` by bare name, `account`, `region`, `state`."""

    q = django_filters.CharFilter(
        label="Pipeline or service", method="search", widget=forms.TextInput(attrs={"type": "search"}), max_length=100
    )
    team = django_filters.ChoiceFilter(label="Team", choices=_teams, method="by_team", empty_label="all")
    account = django_filters.ChoiceFilter(label="Account", choices=lambda: _choices("account"), empty_label="all")
    region = django_filters.ChoiceFilter(label="Region", choices=lambda: _choices("region"), empty_label="all")
    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="by_state", empty_label="any")
    service = django_filters.CharFilter(
        field_name="service__name", lookup_expr="iexact", max_length=63, widget=forms.HiddenInput()
    )

    class Meta:
        model = Pipeline
        fields: list[Any] = []

    def search(self, rows: QuerySet[Pipeline], name: str, value: str) -> QuerySet[Pipeline]:
        """A part of the pipeline's or the service's name."""
        return rows.filter(Q(name__icontains=value) | Q(service__name__icontains=value))

    def by_team(self, rows: QuerySet[Pipeline], name: str, value: str) -> QuerySet[Pipeline]:
        """Pipelines of the services of one team."""
        return rows.filter(service__owner_ref__endswith=f"/{value}")

    def by_state(self, rows: QuerySet[Pipeline], name: str, value: str) -> QuerySet[Pipeline]:
        """What waits, what is closed, what failed last."""
        return rows.filter(**{"failed": {"status": "Failed"}}.get(value, {value: True}))


class GroupFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`service` by bare name, `account`, `region`, `status`."""

    service = django_filters.CharFilter(field_name="service__name", lookup_expr="iexact", max_length=63)
    account = django_filters.CharFilter(max_length=12)
    region = django_filters.CharFilter(max_length=30)
    status = django_filters.CharFilter(lookup_expr="iexact", max_length=12)

    class Meta:
        model = DeployGroup
        fields: list[Any] = []
