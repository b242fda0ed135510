"""The DORA report over 1,000 services, a year and 50,000 deployments with their commits and incidents, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figure import Figure
from benchmarks.portal_process import child, command, environment
from scripts import machine

PAGE_MS, PAGE_QUERIES = 300.0, 16


def run() -> Iterator[Figure]:
    """Each page on SQLite, then on PostgreSQL where there is one."""
    for database in ("sqlite", "postgresql"):
        if database == "postgresql" and "postgres" in machine.missing():
            continue
        with environment(database) as variables:
            command(variables, "collectstatic", "--noinput", "--verbosity", "0")
            for name, (milliseconds, queries) in child("benchmarks.dora_pages", variables).items():
                words = f"delivery on {database}, {name}"
                yield Figure(words, round(milliseconds, 1), "CPU ms", PAGE_MS)
                yield Figure(f"{words}: statements", queries, "statements", PAGE_QUERIES)
