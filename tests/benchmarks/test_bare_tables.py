"""Tables are filled bare and have all their indexes again afterwards."""

from __future__ import annotations

import pytest
from django.db import connection

from benchmarks.bare_tables import bare
from scorecards.models import CheckResult, ScorePoint


def indexes(table: str) -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return {name for name, each in found.items() if each["index"] or each["unique"]}


@pytest.mark.django_db(transaction=True)
def test_indexes_are_gone_while_a_table_is_filled_and_back_afterwards() -> None:
    tables = [model._meta.db_table for model in (CheckResult, ScorePoint)]
    before = [indexes(table) for table in tables]
    with bare(CheckResult, ScorePoint):
        while_filled = [indexes(table) for table in tables]
    assert [indexes(table) for table in tables] == before
    assert all("closed" not in " ".join(names) for names in while_filled)
    assert any("closed_point" in names for names in before)
