"""The filters of the logs of events: page and REST answer the same question for the same address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from deployments.models import IntakeEvent, RefusedEvent
from deployments.models.intake import OPEN, REFUSED_STATES

DIALECTS = ("cdevents", "plain", "github", "gitlab", "argo", "flagger", "eventbridge", "sns")
DOORS = ("events", "github", "gitlab", "argo", "flagger", "eventbridge", "sns")
KINDS = (
    "deploy", "rollback", "upgrade", "remove", "incident", "change", "pipeline", "artifact", "test", "environment", "published",
    "approval", "alarm", "compliance",
)  # fmt: skip


def _pairs(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


class IntakeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`service` by bare name, `dialect`, `kind`, `sender`, and `q` for ids and summaries."""

    q = django_filters.CharFilter(method="by_text", label="Id or summary", max_length=100)
    service = django_filters.CharFilter(
        field_name="service__name", lookup_expr="iexact", label="Service", max_length=63
    )
    dialect = django_filters.ChoiceFilter(choices=_pairs(DIALECTS), label="Dialect")
    kind = django_filters.ChoiceFilter(choices=_pairs(KINDS), label="Kind")
    sender = django_filters.CharFilter(lookup_expr="iexact", label="Sender", max_length=160)

    class Meta:
        model = IntakeEvent
        fields: list[str] = []

    def by_text(self, rows: QuerySet[IntakeEvent], name: str, value: str) -> QuerySet[IntakeEvent]:
        """A part of the id or of the summary."""
        return rows.filter(Q(event_id__icontains=value) | Q(summary__icontains=value))


class RefusedFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`state` (open without it), `dialect`, `sender`, and `q` for reasons and bodies."""

    q = django_filters.CharFilter(method="by_text", label="Reason or body", max_length=100)
    dialect = django_filters.ChoiceFilter(choices=_pairs(DOORS), label="Dialect")
    sender = django_filters.CharFilter(lookup_expr="iexact", label="Sender", max_length=160)
    state = django_filters.ChoiceFilter(choices=_pairs((*REFUSED_STATES, "all")), label="State", method="by_state")

    class Meta:
        model = RefusedEvent
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        wanted = data.copy() if data is not None else {}
        if not wanted.get("state"):
            wanted["state"] = OPEN
        super().__init__(wanted, *args, **kwargs)

    def by_state(self, rows: QuerySet[RefusedEvent], name: str, value: str) -> QuerySet[RefusedEvent]:
        """One state, or all."""
        return rows if value == "all" else rows.filter(state=value)

    def by_text(self, rows: QuerySet[RefusedEvent], name: str, value: str) -> QuerySet[RefusedEvent]:
        """A part of the reason or of the body."""
        return rows.filter(Q(reason__icontains=value) | Q(raw__icontains=value))


def described(bound: Any, *names: str) -> list[dict[str, Any]]:
    """The filter bar."""
    values, found = bound.form.data, []
    for name in names:
        one = bound.filters[name]
        entry: dict[str, Any] = {"name": name, "label": one.label, "value": values.get(name, "")}
        choices = one.extra.get("choices")
        everything = [] if name == "state" else [("", "all")]
        found.append(entry | ({"type": "select", "options": [*everything, *choices]} if choices else {"type": "text"}))
    return found
