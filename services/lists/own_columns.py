"""The catalog's own columns, and which columns an address shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.html import conditional_escape, format_html

from portal.templatetags import colonnade as tags
from services.columns import Column, columns
from services.models import Entity
from services.queries import page_of

USUAL = ("owner", "tier", "lifecycle")
CUT = 120


def _column(
    key: str, title: str, plain: Callable[[Entity], Any], html: Callable[[Entity], str] | None = None, **more: Any
) -> Column:
    def cells(entities: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
        draw = html or (lambda entity: conditional_escape(_words(plain(entity))))
        return {entity.pk: draw(entity) for entity in entities}

    return Column(key, title, cells, plain=plain, **more)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "–"
    return "–" if value in ("", None) else str(value)


def _link(ref: str, words: str) -> str:
    address = page_of(ref) if ref else ""
    return (
        format_html('<a class="whole" href="{}">{}</a>', address, words)
        if address
        else conditional_escape(words or "–")
    )


def _short(entity: Entity) -> str:
    text = entity.description
    return conditional_escape(f"{text[:CUT].rstrip()}…" if len(text) > CUT else text or "–")


OWN = (
    _column("kind", "Kind", lambda entity: entity.kind, sort="kind"),
    _column("namespace", "Namespace", lambda entity: entity.namespace),
    _column("type", "Type", lambda entity: entity.type, sort="type"),
    _column(
        "owner", "Owner", lambda entity: entity.owner_ref,
        lambda entity: _link(entity.owner_ref, entity.owner_name), sort="owner",
    ),
    _column(
        "system", "System", lambda entity: entity.system_ref,
        lambda entity: _link(entity.system_ref, entity.system_ref.rpartition("/")[2]), sort="system",
    ),
    _column("tier", "Tier", lambda entity: entity.tier, sort="tier"),
    _column("lifecycle", "Lifecycle", lambda entity: entity.lifecycle, sort="lifecycle"),
    _column("tags", "Tags", lambda entity: entity.tags),
    _column("description", "Description", lambda entity: entity.description, _short),
    _column("source", "Came from", lambda entity: entity.source),
    _column(
        "updated", "Changed", lambda entity: entity.updated_at.isoformat(),
        lambda entity: tags.ago(entity.updated_at), sort="updated",
    ),
)  # fmt: skip


def offered() -> tuple[Column, ...]:
    """Every column there is, the catalog's own first."""
    return (*OWN, *columns.items())


def shown(asked: QueryDict) -> list[Column]:
    """The columns that `columns` names, in our order; the usual ones where it names none that we know."""
    wanted = set(asked.getlist("columns"))
    chosen = [column for column in offered() if column.key in wanted]
    return chosen or [column for column in OWN if column.key in USUAL] + list(columns.items())
