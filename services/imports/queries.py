"""What the pages of imports show: locations with their files, files read by hand, and reports that concern somebody."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from portal.access import policy
from services.models import Entity, Import, Location, Source
from services.models.sources import ERRORS, FAILING, GONE, NEW, OK

# State → (words, state of the look, icon).
WORDS = {
    NEW: ("not read yet", "stale", "clock"), OK: ("good", "good", "check"), ERRORS: ("problems", "fair", "alert-triangle"),
    FAILING: ("cannot be read", "poor", "x"), GONE: ("gone", "poor", "unlink"),
}  # fmt: skip


def locations() -> list[Any]:
    """All locations, those in trouble first, each with `files`, `problems` and `words`; one query."""
    rows = Location.objects.annotate(files=Count("sources"), problems=Sum("sources__errors"))
    found: list[Any] = sorted(
        rows.order_by("target"), key=lambda row: [FAILING, GONE, ERRORS, NEW, OK].index(row.state)
    )
    for row in found:
        row.words = WORDS[row.state]
    return found


def by_hand() -> QuerySet[Source]:
    """Files that no location names: from the command line and from uploads."""
    return Source.objects.filter(location=None).order_by("-errors", "name")


def reports(user: Any, *, source: str = "", mine: bool = False, everything: bool = False) -> QuerySet[Import]:
    """Import reports, problems first: of one source, of what concerns `user`, and with those of good documents."""
    rows = Import.objects.order_by("state", "source", "document", "line")
    if source:
        rows = rows.filter(source=source)
    if mine:
        rows = rows.filter(_concerns(user))
    return rows if everything else rows.exclude(state="ok")


def _concerns(user: Any) -> Q:
    """A person's own locations and uploads, and the files that hold something of the person's teams."""
    name = user.get_username()
    held = Entity.objects.live().filter(owner_ref__in=policy.teams(user)).exclude(source="").values("source")
    registered = Source.objects.filter(location__registered_by=name).values("name")
    return Q(source__in=held) | Q(source__in=registered) | Q(source__startswith=f"upload:{name}/")


def trouble(entity: Entity) -> dict[str, Any]:
    """What is wrong with the newest descriptor of an entity, and who else claims its name; one query."""
    rows = list(Import.objects.filter(ref=entity.ref).exclude(state="ok").order_by("line")[:20])
    return {
        "entity": entity,
        "errors": [row for row in rows if row.state == "error" and row.source == entity.source],
        "warnings": [row for row in rows if row.state == "warning"],
        "claims": sorted({row.source for row in rows if row.state == "error" and row.source != entity.source}),
    }
