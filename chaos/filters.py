"""The one filter of experiments and the one of runs, for pages and REST alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from chaos.engine.states import State
from chaos.faults.registry import faults
from chaos.models import Experiment, ExperimentRun

ON_OFF = [("true", "on a schedule"), ("false", "only by hand")]


def _fault_choices() -> list[tuple[str, str]]:
    return [(fault.key, fault.title) for fault in faults.items()]


def team_choices() -> list[tuple[str, str]]:
    """Teams that have experiments, by their short names."""
    owners = Experiment.objects.order_by().values_list("service__owner_ref", flat=True).distinct()
    return [(team, team) for team in sorted({ref.rpartition("/")[2] for ref in owners if ref})]


class TeamField(django_filters.fields.ChoiceField):  # type: ignore[misc]
    """Offers the teams that have experiments; asking for another is no error, it has none."""

    def valid_value(self, value: str) -> bool:
        """Any team may be asked for."""
        return True


class TeamFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """A choice of teams."""

    field_class = TeamField


class ExperimentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`q` (title or service), `team` (its short name), `fault`, `enabled`."""

    q = django_filters.CharFilter(
        label="Experiment or service", method="search", widget=forms.TextInput(attrs={"type": "search"})
    )
    team = TeamFilter(label="Team", choices=team_choices, method="by_team", empty_label="all")
    fault = django_filters.ChoiceFilter(label="Fault", choices=_fault_choices, method="by_fault", empty_label="all")
    enabled = django_filters.ChoiceFilter(label="Runs", choices=ON_OFF, method="by_schedule", empty_label="all")

    class Meta:
        model = Experiment
        fields: list[Any] = ["q", "team", "fault", "enabled"]

    def search(self, rows: QuerySet[Experiment], name: str, value: str) -> QuerySet[Experiment]:
        """Part of the title or of the service's name."""
        return rows.filter(Q(title__icontains=value) | Q(service__name__icontains=value))

    def by_team(self, rows: QuerySet[Experiment], name: str, value: str) -> QuerySet[Experiment]:
        """Those on services of one team."""
        return rows.filter(service__owner_ref__endswith=f"/{value}")

    def by_fault(self, rows: QuerySet[Experiment], name: str, value: str) -> QuerySet[Experiment]:
        """Those with this fault in one of their steps. The value is one of the choices, so it is a plain key."""
        written = rows.annotate(method_text=Cast("method", TextField()))
        return written.filter(method_text__contains=f'"fault": "{value}"')

    def by_schedule(self, rows: QuerySet[Experiment], name: str, value: str) -> QuerySet[Experiment]:
        """Those that run by themselves, or those that do not."""
        return rows.filter(enabled=value == "true")


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`experiment` (slug), `service` (name), `state`, `passed`."""

    experiment = django_filters.CharFilter(field_name="experiment__slug")
    service = django_filters.CharFilter(field_name="service__name")
    state = django_filters.MultipleChoiceFilter(choices=[(state.value, state.value) for state in State])
    passed = django_filters.BooleanFilter()

    class Meta:
        model = ExperimentRun
        fields: list[Any] = ["experiment", "service", "state", "passed"]
