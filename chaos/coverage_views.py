"""The page of the coverage map, and its CSV: the same filter, the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import django_filters
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from chaos import coverage_map
from chaos.coverage_map import LOOKS, Line
from chaos.engine.evidence import Standing
from chaos.failure_modes import MODES
from portal.csvfile import download
from services.models import Entity

BATCH = 500
ON_PAGE = 50
COLUMNS = ("service", "owner", "mode", "standing", "at", "version", "why", "run")


def owner_choices() -> list[tuple[str, str]]:
    """Teams that own services, by their short names."""
    owners = Entity.objects.services().order_by().values_list("owner_ref", flat=True).distinct()
    return [(team, team) for team in sorted({ref.rpartition("/")[2] for ref in owners if ref})]


class CoverageFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`q` (part of the service's name), `team` (its short name)."""

    q = django_filters.CharFilter(label="Service", field_name="name", lookup_expr="icontains")
    team = django_filters.ChoiceFilter(label="Team", choices=owner_choices, method="by_team", empty_label="all")

    class Meta:
        model = Entity
        fields = ["q", "team"]

    def by_team(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """Those that one team owns."""
        return rows.filter(owner_ref__endswith=f"/{value}")


def services() -> QuerySet[Entity]:
    """All live services, by name."""
    return Entity.objects.services().order_by("name", "pk")


def coverage(request: HttpRequest) -> HttpResponseBase:
    """Services by failure modes. `?format=csv` downloads them, one row for each cell."""
    chosen = CoverageFilter(request.GET, queryset=services())
    if request.GET.get("format") == "csv":
        return download(_rows(chosen.qs), "coverage.csv")
    page = Paginator(chosen.qs, ON_PAGE).get_page(request.GET.get("page"))
    found = coverage_map.lines(list(page.object_list))
    context = {
        "filters": chosen,
        "page": page,
        "modes": MODES,
        "lines": found,
        "sentence": sentence(found),
        "legend": [(look, _meaning(standing)) for standing, look in LOOKS.items()],
    }
    return render(request, "chaos/coverage.html", context)


def sentence(found: Sequence[Line]) -> str:
    """What is proven on this page, in one sentence."""
    open_cells = [Standing.VOID, Standing.EXPIRED, Standing.NEVER, Standing.FAILED]
    proven = sum(line.counted(Standing.PROVEN) for line in found)
    total = proven + sum(line.counted(*open_cells) for line in found)
    failed = sum(line.counted(Standing.FAILED) for line in found)
    return f"{proven} of {total} failure modes are proven on what runs now; {failed} failed when they were tried last."


def _meaning(standing: Standing) -> str:
    return {
        Standing.PROVEN: "passed on this version and configuration",
        Standing.FAILED: "the newest run that tells something did not pass",
        Standing.VOID: "passed, but the version or the configuration changed",
        Standing.EXPIRED: "passed, but too long ago",
        Standing.NEVER: "it could fail so, and nobody has tried",
    }[standing]


def _rows(chosen: QuerySet[Entity]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    ids = list(chosen.values_list("pk", flat=True))
    for begin in range(0, len(ids), BATCH):
        for line in coverage_map.lines(list(services().filter(pk__in=ids[begin : begin + BATCH]))):
            for cell in line.cells:
                yield (
                    line.service.ref, line.service.owner_ref, cell.mode, str(cell.standing),
                    cell.at.isoformat() if cell.at else "", cell.version, cell.why, cell.url,
                )  # fmt: skip
