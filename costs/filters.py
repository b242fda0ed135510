"""The one filter set of findings: page, CSV and REST read the same URL parameters through it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from costs.detectors import DETECTORS
from costs.models import Finding
from services.models import Entity

ACTIVE = "active"
SORTS = {
    "-saving": ("-expected", "id"),
    "saving": ("expected", "id"),
    "-seen": ("-last_seen", "id"),
    "effort": ("effort", "-expected", "id"),
    "service": ("service__name", "-expected", "id"),
}
SORT_WORDS = [
    ("-saving", "largest saving"),
    ("saving", "smallest saving"),
    ("effort", "least effort"),
    ("service", "service"),
    ("-seen", "last seen"),
]


def team_choices() -> list[tuple[str, str]]:
    """Teams that own a live service, by short name."""
    refs = Entity.objects.services().exclude(owner_ref="").order_by().values_list("owner_ref", flat=True).distinct()
    return sorted(((ref, ref.rpartition("/")[2]) for ref in refs), key=lambda pair: pair[1])


class FindingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Findings by state (open and accepted unless asked otherwise), detector, team, service and words."""

    q = django_filters.CharFilter(method="words", label="Search")
    state = django_filters.ChoiceFilter(
        method="by_state", label="State", empty_label="open or accepted",
        choices=[*Finding.State.choices, ("all", "all")],
    )  # fmt: skip
    detector = django_filters.ChoiceFilter(
        label="Kind", empty_label="all", choices=[(entry.key, entry.title) for entry in DETECTORS.values()]
    )
    team = django_filters.ChoiceFilter(
        field_name="service__owner_ref", label="Team", empty_label="all", choices=team_choices
    )
    service = django_filters.CharFilter(field_name="service__name", label="Service")
    sort = django_filters.ChoiceFilter(method="sorted_by", label="Sort by", empty_label=None, choices=SORT_WORDS)

    class Meta:
        model = Finding
        fields = ["q", "state", "detector", "team", "service", "sort"]

    @property
    def qs(self) -> QuerySet[Finding]:
        """The filtered rows; without a state only those that still wait for somebody."""
        rows: QuerySet[Finding] = super().qs
        if not self.is_bound or not self.form.cleaned_data.get("state"):
            rows = rows.filter(state__in=(Finding.State.OPEN, Finding.State.ACCEPTED))
        return rows

    def by_state(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        """One state, or "all"."""
        return rows if value == "all" else rows.filter(state=value)

    def words(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        """Words in the title, the resource or the service."""
        return rows.filter(
            Q(title__icontains=value) | Q(resource_name__icontains=value) | Q(service__name__icontains=value)
        )

    def sorted_by(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        """One of SORTS."""
        return rows.order_by(*SORTS[value])


def findings(params: Any) -> FindingFilter:
    """The filter over findings of live services; wrong values are ignored rather than shown as errors."""
    rows = Finding.objects.filter(service__removed_at=None).select_related("service")
    return FindingFilter(params, queryset=rows)
