"""The filter of the list of kinds: the catalog's own, and the three verdicts. Page and CSV share it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from services.filters import EntityFilter, ordering
from services.kinds.judgement import ADVICE, MESH, SERVERLESS
from services.models import Entity, Fact

SERVERLESS_CHOICES = (("full", "Fully"), ("partly", "Partly"), ("servers", "On servers"), ("none", "No code seen"))
MESH_CHOICES = (
    ("ECS Service Connect", "Service Connect"), ("VPC Lattice", "VPC Lattice"), ("App Mesh", "App Mesh"), ("no", "No mesh"),
)  # fmt: skip
DATABASE_CHOICES = (
    ("match", "Fits"), ("mismatch", "Does not fit"), ("none", "None seen"), ("unanswered", "Not answered"),
    ("retired", "Closed by AWS"), ("no", "No database"),
)  # fmt: skip


def _with(key: str, **value: Any) -> Exists:
    """Services whose open fact `key` has these values."""
    wanted = {f"value__{name}": entry for name, entry in value.items()}
    return Exists(Fact.objects.filter(entity=OuterRef("pk"), key=key, valid_to=None, **wanted))


class KindsFilter(EntityFilter):
    """`serverless mesh database` beside what the catalog's list filters by."""

    serverless = django_filters.ChoiceFilter(method="by_serverless", choices=SERVERLESS_CHOICES, label="Serverless")
    mesh = django_filters.ChoiceFilter(method="by_mesh", choices=MESH_CHOICES, label="Mesh")
    database = django_filters.ChoiceFilter(method="by_database", choices=DATABASE_CHOICES, label="Database")

    def by_serverless(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """One verdict."""
        return rows.filter(_with(SERVERLESS, verdict=value))

    def by_mesh(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """One technology, or no mesh at all."""
        return rows.filter(~_with(MESH) if value == "no" else _with(MESH, technology=value))

    def by_database(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """One verdict, any closed database, or no advice at all."""
        if value == "no":
            return rows.filter(~_with(ADVICE))
        if value == "retired":
            return rows.filter(_with(ADVICE, retired__0__isnull=False))
        return rows.filter(_with(ADVICE, match=value))


def answer(request: HttpRequest) -> QuerySet[Entity]:
    """The services that the address asks for. Filters that cannot be read are left out."""
    asked = request.GET.copy()
    everything = Entity.objects.services().order_by(*ordering("name"))
    for name in KindsFilter(asked, queryset=everything, request=request).form.errors:
        asked.pop(name, None)
    rows: QuerySet[Entity] = KindsFilter(asked, queryset=everything, request=request).qs
    return rows


def controls(request: HttpRequest) -> list[dict[str, Any]]:
    """The selects above the list with their choices and what is chosen."""
    refs = Entity.objects.services().exclude(owner_ref="").order_by("owner_ref").values_list("owner_ref", flat=True)
    owners = [(ref.rpartition("/")[2], ref.rpartition("/")[2]) for ref in refs.distinct()]
    wanted = (
        ("serverless", "Serverless", SERVERLESS_CHOICES), ("mesh", "Mesh", MESH_CHOICES),
        ("database", "Database", DATABASE_CHOICES), ("owner", "Owner", owners), ("mine", "Whose", [("true", "Mine")]),
    )  # fmt: skip
    return [
        {"name": name, "label": label, "value": request.GET.get(name, ""), "options": [("", "All"), *options]}
        for name, label, options in wanted
    ]
