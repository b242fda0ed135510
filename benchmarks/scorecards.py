"""The scorecards: the condition engine alone, a fleet of 10,000 services with 50 checks, and two years of its history."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import scorecards_engine
from benchmarks.figure import Figure
from benchmarks.fleet import SERVICES
from benchmarks.portal_process import child, command, environment
from benchmarks.processes import postgres
from scripts import machine

FIRST_SECONDS, AGAIN_SECONDS, PEAK_MB = 20.0, 5.0, 400.0
RESULTS = 50 * SERVICES
# Milliseconds of processor time, the database's too, over two years of history.
QUESTIONS: dict[str, float | None] = {
    "as of a past day, one service": 5.0,
    "trend of the fleet over twelve weeks": 100.0,
    "maturity page": 400.0,
    "maturity page, one tier": 400.0,
    "maturity page, one lifecycle": 400.0,
    "maturity report": 400.0,
    "maturity report, one tier": None,
}


def run() -> Iterator[Figure]:
    """The engine, then the pipeline on SQLite and on PostgreSQL where there is one."""
    yield from scorecards_engine.figures()
    for database in ("sqlite", "postgresql"):
        if database == "sqlite" or "postgres" not in machine.missing():
            yield from pipeline(database)
            yield from history(database)


def pipeline(database: str) -> Iterator[Figure]:
    """Read facts, judge, write what changed: the first run and one with nothing new."""
    with environment(database) as variables:
        server = postgres() if database == "postgresql" else 0
        found = child("benchmarks.scorecards_pipeline", variables, str(server))
    words, first, again = f"scorecards on {database}", found["first"], found["again"]
    yield Figure(f"{words}: results of the first run", first["results"], "results", RESULTS, more_is_better=True)
    yield Figure(f"{words}: first run", round(first["cpu"], 2), "CPU s", FIRST_SECONDS)
    yield Figure(f"{words}: unchanged run", round(again["cpu"], 2), "CPU s", AGAIN_SECONDS)
    yield Figure(f"{words}: results of the unchanged run", again["results"], "results", 0)
    yield Figure(f"{words}: peak memory", round(first["peak_mb"]), "MB", PEAK_MB)


def history(database: str) -> Iterator[Figure]:
    """Ask two years of results and scores, a check in two hundred changing each day."""
    with environment(database) as variables:
        command(variables, "collectstatic", "--noinput", "--verbosity", "0")
        found = child("benchmarks.scorecards_history", variables)
    words = f"scorecards on {database}"
    yield Figure(f"{words}: results in two years", found["results"], "rows", 4 * RESULTS, more_is_better=True)
    yield Figure(f"{words}: load of the machine meanwhile", round(found["load"], 1), "processes")
    for question, limit in QUESTIONS.items():
        yield Figure(f"{words}: {question}", round(found["questions"][question], 1), "CPU ms", limit)
