"""Backstage's own npm packages against the catalog API, on both databases: the claims stand in the .mjs files beside this."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backstage.naive import index, matches
from tests.backstage.serving import ROOT, Served, serving
from tests.conftest import postgres_database

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
WORDS = ["component", "API", "default", "java", "Search", "payments", "true", "", "service", "1", "a=b", "no such"]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests of this file; those that change the catalog stand last."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_database()) if request.param == "postgresql" else ""
        yield stack.enter_context(serving(tmp_path_factory.mktemp("portal"), url))


def get(served: Served, path: str, **params: Any) -> Any:
    """JSON of a path."""
    query = urllib.parse.urlencode(params, doseq=True)
    headers = {"Authorization": f"Bearer {served.tokens['viewer']}"}
    request = urllib.request.Request(f"{served.url}/api/catalog/{path}?{query}", headers=headers)
    with OPENER.open(request, timeout=30) as answer:
        return json.load(answer)


def test_random_filters_find_what_a_plain_reading_of_the_rules_finds(served: Served) -> None:
    rows = [(entity, index(entity)) for entity in get(served, "entities")]
    keys = sorted({key for _, pairs in rows for key, _ in pairs} | {"no.such", "metadata.etag"})
    values = sorted({value for _, pairs in rows for _, value in pairs if value and "," not in value}) + WORDS
    condition = st.builds(
        lambda key, value: key if value is None else f"{key}={value}",
        st.sampled_from(keys),
        st.none() | st.sampled_from(values),
    )
    one = st.lists(condition, min_size=1, max_size=3).map(",".join)

    @settings(max_examples=80)
    @given(
        st.lists(one, min_size=1, max_size=3),
        st.sampled_from(["metadata.name", "metadata.tags", "spec.type", ""]),
        st.booleans(),
    )
    def check(filters: list[str], order: str, down: bool) -> None:
        wanted = {entity["metadata"]["uid"] for entity, pairs in rows if matches(pairs, filters)}
        assert {entity["metadata"]["uid"] for entity in get(served, "entities", filter=filters)} == wanted
        params: dict[str, Any] = {"filter": filters}
        if order:
            params["orderField"] = f"{order},{'desc' if down else 'asc'}"
            wanted = {
                entity["metadata"]["uid"]
                for entity, pairs in rows
                if entity["metadata"]["uid"] in wanted
                and any(key == order and value is not None for key, value in pairs)
            }
        found = get(served, "entities/by-query", **params)
        assert {entity["metadata"]["uid"] for entity in found["items"]} == wanted
        assert found["totalItems"] == len(found["items"]) == len(wanted)

    check()


def test_pages_are_the_same_whether_few_or_many_match(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.backstage.dense"], cwd=ROOT, env=served.environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) == 175


def faults(report: str) -> str:
    """The part of a TAP report that says what went wrong; all of its end where nothing is marked."""
    lines = report.splitlines()
    places = [place for place, line in enumerate(lines) if line.strip().startswith("not ok")]
    return "\n".join(line for place in places[:5] for line in lines[place : place + 40]) or report[-6000:]


def test_the_npm_client_reads_as_if_this_were_backstage(served: Served) -> None:
    done = served.node("reading.test.mjs", "query.test.mjs", "predicates.test.mjs", "envelope.test.mjs")
    assert done.returncode == 0, faults(done.stdout) + done.stderr[-2000:]


def test_the_npm_client_writes_as_if_this_were_backstage(served: Served) -> None:
    done = served.node("locations.test.mjs")
    assert done.returncode == 0, faults(done.stdout) + done.stderr[-2000:]
