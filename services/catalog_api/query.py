"""GET and POST /entities/by-query: pages by cursor, forwards and back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from services import revision
from services.catalog_api import asked, cursors, kept, projection, question, replies, select
from services.catalog_api.cursors import Position
from services.catalog_api.question import Question
from services.catalog_api.select import Row

ONE = {"limit", "offset", "cursor", "totalItems", "fullTextFilterTerm", "query"}
MANY = {"filter", "fields", "orderField", "fullTextFilterFields"}
BODY = {"query", "cursor", "limit", "offset", "orderBy", "fullTextFilter", "fields", "totalItems"}


def get(request: HttpRequest) -> HttpResponse:
    """Entities by filter, order and full text."""
    wanted = question.of_params(asked.Params(request, one=ONE, many=MANY))
    now = revision.current()
    return replies.unchanged(request, now) or replies.stamped(answer(wanted, now), now)


def post(request: HttpRequest) -> HttpResponse:
    """Entities by predicate."""
    return answer(question.of_body(asked.body(request, optional=BODY)), revision.current())


def answer(wanted: Question, now: int) -> HttpResponse:
    """The page and the cursors beside it."""
    start = wanted.position
    back = start is not None and start.backwards
    found: list[Row] = []
    if wanted.limit:
        found = select.page(
            wanted.condition, wanted.order, limit=wanted.limit + 1, offset=wanted.offset,
            at=start.at if start else None, back=back,
        )  # fmt: skip
    more, found = len(found) > wanted.limit, found[: wanted.limit]
    if back:
        found.reverse()
    total = start.total if start else _total(wanted, now) if wanted.counted else 0
    texts = [projection.cut(row.text, wanted.paths) for row in found if row.text is not None]
    return replies.page(texts, total, _around(wanted, found, more, total))


def _total(wanted: Question, now: int) -> int:
    by = wanted.order and wanted.order.key
    return kept.once(now, ("count", wanted.condition, by), lambda: select.count(wanted.condition, wanted.order))


def _around(wanted: Question, found: list[Row], more: bool, total: int) -> dict[str, str]:
    """The cursors to the next and to the previous page, where there are such pages."""
    if not found:
        return {}
    start = wanted.position
    here = start or Position(found[0].place, found[0].place, total=total)
    pages: dict[str, str] = {}
    if more or here.backwards:
        pages["nextCursor"] = cursors.encode(wanted.said, here.on(found[-1].place))
    if start is not None and found[0].place != start.first:
        pages["prevCursor"] = cursors.encode(wanted.said, here.back(found[0].place))
    return pages
