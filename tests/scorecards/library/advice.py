"""What the database advisor says of the stores of a service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.advice import advise
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage, entity
from tests.scorecards.library.tables import table

KEYED = {"access_patterns": "known", "adhoc_queries": "none", "p99_ms": 10, "peak_writes_s": 20_000, "durable": True}
CONNECTED = {"relationship_depth": 5, "adhoc_queries": "heavy", "access_patterns": "unknown"}


def answered(stage: Stage, answers: dict[str, Any]) -> Iterator[None]:
    """A service on a table whose team has answered the questions of the advisor."""
    table(stage)
    yield
    advise.record("mira", stage.service, answers)


@passes("services.database-match", "services.no-retired-database")
def table_for_look_ups_by_key(stage: Stage) -> Iterator[None]:
    return answered(stage, KEYED)


@fails("services.database-match")
def table_for_a_web_of_relations(stage: Stage) -> Iterator[None]:
    return answered(stage, CONNECTED)


@fails("services.no-retired-database")
def ledger_that_aws_has_ended(stage: Stage) -> None:
    ledger = entity("Resource", f"{stage.name}-journal", {"type": "qldb-ledger", "owner": "payments"})
    stage.describe(ledger, dependsOn=[f"resource:{stage.name}-journal"])
    table(stage)


@fails("services.no-retired-database")
def time_series_that_aws_has_closed(stage: Stage) -> None:
    stage.client("timestream-write").create_database(DatabaseName=stage.name, Tags=stage.listed())
