"""`python -m benchmarks.catalog_pages`: what the catalog's pages take of the server in a portal that is filled; prints JSON."""

from __future__ import annotations

import json
import os
import statistics
import time

import django

VISITS = 7
PAGES = {
    "list": "/services/",
    "list, a late page": "/services/?kind=component&page=200",
    "list, filtered and sorted": "/services/?kind=component&owner=group:default/group-007&sort=-name",
    "list, searched": "/services/?q=ledger",
    "graph of a service": "/services/graph/?focus=component:default/component-00042&depth=2",
    "graph of the resource that most lean on": "/services/graph/?focus=resource:default/resource-000&depth=2",
    "service": "/services/component/default/component-00042/",
    "team": "/services/group/default/group-007/",
    "system": "/services/system/default/system-007/",
    "history": "/services/history/component/default/component-00042/",
    "search": "/search/?q=ledger",
    "quick search, one letter": "/search/?q=c",
}


def main() -> None:
    """Page → [milliseconds from request to answer (the median of some visits), statements sent to the database]."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    user = get_user_model().objects.create_superuser("reader")
    client.force_login(user)
    found = {}
    for name, path in PAGES.items():
        client.get(path)
        times = []
        for _ in range(VISITS):
            began = time.perf_counter()
            client.get(path)
            times.append(1000 * (time.perf_counter() - began))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}")
        found[name] = (statistics.median(times), len(queries))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
