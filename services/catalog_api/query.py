"""GET and POST /entities/by-query: pages by cursor, forwards and back.

Of a question that few entities answer, all of them are found at once, with their order, and kept while the catalog stays as
it is; of any other, each page is read from the index and only the number is kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from services.catalog_api import asked, cursors, projection, question, replies, select
from services.catalog_api.conditions import EVERYTHING
from services.catalog_api.cursors import Place, Position
from services.catalog_api.kept import answers
from services.catalog_api.question import Question
from services.storing import revision

ONE = {"limit", "offset", "cursor", "totalItems", "fullTextFilterTerm", "query"}
MANY = {"filter", "fields", "orderField", "fullTextFilterFields"}
BODY = {"query", "cursor", "limit", "offset", "orderBy", "fullTextFilter", "fields", "totalItems"}
FEW = 2_000


@dataclass(frozen=True)
class Matches:
    """How many entities match, and all their places upwards where they are few."""

    total: int
    places: list[Place] | None = None

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return len(self.places or ())


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
    known = answers.once(now, (wanted.condition, wanted.order), lambda: _matches(wanted), lambda found: found.size)
    places = _page(wanted, known, back) if wanted.limit else []
    more, places = len(places) > wanted.limit, places[: wanted.limit]
    if back:
        places.reverse()
    total = start.total if start else known.total if wanted.counted else 0
    texts = (projection.cut(text, wanted.paths) for text in select.texts([pk for _, pk in places]))
    return replies.page(texts, total, _around(wanted, places, more, total))


def _matches(wanted: Question) -> Matches:
    if wanted.condition != EVERYTHING:
        places = select.some_places(wanted.condition, wanted.order, FEW)
        if len(places) <= FEW:
            return Matches(len(places), places)
    return Matches(select.count(wanted.condition, wanted.order))


def _page(wanted: Question, known: Matches, back: bool) -> list[Place]:
    """The places of the page, nearest first, and one more where there is one."""
    at = wanted.position.at if wanted.position else None
    down = (wanted.order is not None and wanted.order.down) != back
    limit, offset = wanted.limit + 1, wanted.offset
    if known.places is None:
        return select.places(wanted.condition, wanted.order, limit=limit, offset=offset, at=at, down=down)
    if down:
        end = max((len(known.places) if at is None else bisect_left(known.places, at)) - offset, 0)
        return known.places[max(end - limit, 0) : end][::-1]
    start = (0 if at is None else bisect_right(known.places, at)) + offset
    return known.places[start : start + limit]


def _around(wanted: Question, places: list[Place], more: bool, total: int) -> dict[str, str]:
    """The cursors to the next and to the previous page, where there are such pages."""
    if not places:
        return {}
    start = wanted.position
    here = start or Position(places[0], places[0], total=total)
    pages: dict[str, str] = {}
    if more or here.backwards:
        pages["nextCursor"] = cursors.encode(wanted.said, here.on(places[-1]))
    if start is not None and places[0] != start.first:
        pages["prevCursor"] = cursors.encode(wanted.said, here.back(places[0]))
    return pages
