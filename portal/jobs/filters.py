"""The one filter of runs, for page and REST."""

from __future__ import annotations

import django_filters

from portal.jobs.models import STATES, Run


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`state`, `job`, and `q` (part of the job's key)."""

    state = django_filters.MultipleChoiceFilter(choices=[(state, state) for state in STATES])
    q = django_filters.CharFilter(field_name="job", lookup_expr="icontains")

    class Meta:
        model = Run
        fields = ["state", "job", "q"]
