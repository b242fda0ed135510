"""Backstage's own npm packages against the catalog API, on both databases: the claims stand in the .mjs files beside this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backstage.serving import Served, serving


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with serving(tmp_path, url) as made:
        yield made


def test_the_npm_client_reads_and_writes_as_if_this_were_backstage(served: Served) -> None:
    reading = served.node("reading.test.mjs", "query.test.mjs", "predicates.test.mjs", "envelope.test.mjs")
    assert reading.returncode == 0, reading.stdout[-6000:] + reading.stderr[-2000:]
    writing = served.node("locations.test.mjs")
    assert writing.returncode == 0, writing.stdout[-6000:] + writing.stderr[-2000:]
