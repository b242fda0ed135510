"""Walks through the pages of many questions twice: with what is kept of few matches, and as if all matches were many."""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

FILTERS = [
    "",
    "kind=component",
    "relations.ownedBy=group:default/search",
    "metadata.tags=go,spec.type",
    "spec.lifecycle=experimental",
]
ORDERS = [
    "",
    "metadata.name,asc",
    "metadata.name,desc",
    "metadata.tags,asc",
    "metadata.tags,desc",
    "spec.type,desc",
    "relations.ownedby,asc",
]
TEXTS = ["", "%", "c", "svc_0", "no such"]


def pages(asked: dict[str, str]) -> list[dict[str, Any]]:
    """All pages of a question forwards, and then back to the first."""
    found = [page(asked)]
    again = {"limit": asked["limit"], "fields": asked["fields"]}
    while cursor := found[-1]["pageInfo"].get("nextCursor"):
        found.append(page(again | {"cursor": cursor}))
    back = []
    last = found[-1]
    while cursor := last["pageInfo"].get("prevCursor"):
        last = page(again | {"cursor": cursor})
        back.append(last)
    assert [one["items"] for one in back] == [one["items"] for one in found[-2::-1]][: len(back)]
    assert len(back) == max(len(found) - 1, 0)
    return found


def page(asked: dict[str, str]) -> dict[str, Any]:
    """One page."""
    from django.test import RequestFactory

    from services.catalog_api import asked as reading
    from services.catalog_api import query, question
    from services.storing import revision

    request = RequestFactory().get("/", {name: value for name, value in asked.items() if value})
    wanted = question.of_params(reading.Params(request, one=query.ONE, many=query.MANY))
    return json.loads(query.answer(wanted, revision.current()).content)


def main() -> None:
    """Compare; print how many questions there were."""
    import django

    django.setup()
    from services.catalog_api import query
    from services.catalog_api.kept import Kept

    count = 0
    for text, order, term in itertools.product(FILTERS, ORDERS, TEXTS):
        asked = {
            "filter": text, "orderField": order, "fullTextFilterTerm": term, "limit": "5",
            "fullTextFilterFields": "metadata.name,relations.dependson", "fields": "metadata.name",
        }  # fmt: skip
        found = []
        for few in (2_000, -1):
            query.FEW, query.answers = few, Kept()
            found.append(pages(asked))
        items = [[one["items"] for one in some] for some in found]
        assert items[0] == items[1], (asked, items)
        assert found[0][0]["totalItems"] == found[1][0]["totalItems"] == sum(len(one) for one in items[0])
        count += 1
    print(count)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main()
