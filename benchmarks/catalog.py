"""The catalog at 12,120 entities: reading it in, what each question of the catalog API costs, and its pages, on both databases.

Processor seconds of all processes together, the database's too. The peer is Backstage 4.0 on PostgreSQL, on such a machine.
"""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from benchmarks.figure import Figure
from benchmarks.portal_process import child, command, environment, web
from benchmarks.processes import postgres, spent
from scripts import machine
from services.seed_catalog import ENTITIES, RELATIONS, write_catalog

REQUESTS, WARM = 300, 40
INGEST_SECONDS, AGAIN_SECONDS, PEAK_MB = 14.0, 3.0, 300.0
SQLITE_SHARE = 1.5
PAGE_MS, PAGE_QUERIES = 100.0, 40
# Question: (path with {n} for a number that differs each time, limit in ms on PostgreSQL, Backstage's figure).
QUESTIONS = {
    "by-query, limit 20": ("/by-query?limit=20&offset={n}", 3.0, "8.5 ms"),
    "by-query, ordered by name": ("/by-query?limit=20&orderField=metadata.name,asc&filter=metadata.name", 3.0, "45 ms"),
    "kind and owner": ("?filter=kind=component,spec.owner=group-{group}&limit=20", 2.0, "4.8 ms"),
    "relation": ("?filter=relations.dependsOn=resource:default/resource-{group}&limit=20", 2.0, "4.7 ms"),
    "by-name": ("/by-name/component/default/component-{n:05}", 0.8, "1.0 ms"),
    "full text": ("/by-query?limit=20&fullTextFilterTerm={n:03}&fullTextFilterFields=metadata.name", 3.0, "18.5 ms"),
    "full text, kind and order": (
        "/by-query?limit=20&filter=kind=component&orderField=metadata.name,asc&fullTextFilterTerm={n:03}"
        "&fullTextFilterFields=metadata.name,metadata.title", 4.0, "71 ms",
    ),
}  # fmt: skip
FACETS = {
    "facets of owner": ("?facet=spec.owner", 2.0, "4.4 ms"),
    "facets with a kind": ("?facet=spec.lifecycle&filter=kind=component", 4.0, "33 ms"),
}


def run() -> Iterator[Figure]:
    """Every figure on SQLite, then on PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory(prefix="colonnade-catalog-") as folder:
        write_catalog(Path(folder))
        yield from measure("sqlite", folder)
        if "postgres" not in machine.missing():
            yield from measure("postgresql", folder)


def measure(database: str, folder: str) -> Iterator[Figure]:
    """One database: ingest twice, then every question."""
    with environment(database) as variables:
        first, again = ingest(variables, folder), ingest(variables, folder)
        words = f"catalog on {database}"
        yield Figure(f"{words}: entities", first["entities"], "entities", ENTITIES, more_is_better=True)
        yield Figure(f"{words}: relation rows", first["relations"], "rows", RELATIONS, more_is_better=True)
        yield Figure(f"{words}: first ingest", round(first["cpu"], 2), "CPU s", INGEST_SECONDS, "171 CPU s")
        yield Figure(f"{words}: first ingest, wall", round(first["wall"], 2), "s", None, "117 s")
        yield Figure(f"{words}: first ingest, peak memory", round(first["peak_mb"]), "MB", PEAK_MB, "702 MB")
        yield Figure(f"{words}: unchanged ingest", round(again["cpu"], 2), "CPU s", AGAIN_SECONDS)
        share = SQLITE_SHARE if database == "sqlite" else 1.0
        with web(variables) as (pid, port, token):
            for name, (path, limit, peer) in QUESTIONS.items():
                cost = ask(pid, port, token, f"/api/catalog/entities{path}")
                yield Figure(f"{words}: {name}", round(cost, 2), "CPU ms", limit * share, peer)
            for name, (path, limit, peer) in FACETS.items():
                cost = ask(pid, port, token, f"/api/catalog/entity-facets{path}")
                yield Figure(f"{words}: {name}", round(cost, 2), "CPU ms", limit * share, peer)
        command(variables, "collectstatic", "--noinput", "--verbosity", "0")
        for name, (milliseconds, queries) in child("benchmarks.catalog_pages", variables).items():
            yield Figure(f"{words}: page {name}", round(milliseconds, 1), "ms", PAGE_MS)
            yield Figure(f"{words}: page {name}, queries", queries, "queries", PAGE_QUERIES)


def ingest(variables: dict[str, str], folder: str) -> dict[str, float]:
    """Read the folder in a process of its own; its processor time and that of the database."""
    server = postgres() if variables.get("DATABASE_URL") else 0
    before = spent(server)
    found: dict[str, float] = child("benchmarks.catalog_ingest", variables, folder)
    return found | {"cpu": found["cpu"] + spent(server) - before}


def ask(pid: int, port: int, token: str, path: str) -> float:
    """Milliseconds of processor time that one request costs, web and database together, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number in range(WARM):
        fetch(connection, token, path, number)
    server = postgres()
    before = spent(pid) + spent(server)
    for number in range(REQUESTS):
        fetch(connection, token, path, WARM + number)
    cost = spent(pid) + spent(server) - before
    connection.close()
    return 1000 * cost / REQUESTS


def fetch(connection: http.client.HTTPConnection, token: str, path: str, number: int) -> None:
    """One request. Raises RuntimeError for anything but 200."""
    address = path.format(n=number, group=f"{number % 100:03}")
    connection.request("GET", quote(address, safe="/?&=,:%"), headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address}: {answer.status} {body[:200]!r}")
