"""The large catalog of the benchmarks is what its figures say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from services import seed_catalog
from services.descriptors import LIMITS
from services.descriptors.edges import edges
from services.descriptors.reading import documents
from services.descriptors.rules import check


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return seed_catalog.write_catalog(tmp_path_factory.mktemp("catalog"))


def test_it_holds_12_120_good_entities_and_exactly_102_728_relation_rows(files: list[Path]) -> None:
    kinds: Counter[str] = Counter()
    ends: set[tuple[str, str, str]] = set()
    for path in files:
        for document in documents(path.read_bytes()):
            assert not document.read().problem
            assert check(document) == []
            kind, name = document.data["kind"].lower(), document.data["metadata"]["name"]
            kinds[kind] += 1
            for edge in edges(f"{kind}:default/{name}", document.data["spec"]):
                ends |= {(end.source, end.type, end.target) for end in (edge, edge.back)}
    assert kinds == {
        "component": 10_000, "api": 1_000, "resource": 500, "user": 300, "system": 200, "group": 100, "domain": 20,
    }  # fmt: skip
    assert len(ends) == seed_catalog.RELATIONS == 102_728
    known = {source for source, _, _ in ends}
    assert {target for _, _, target in ends} <= known
    assert len(known) == kinds.total()


def test_its_files_are_within_the_limits_of_a_descriptor_file(files: list[Path]) -> None:
    assert len(files) == seed_catalog.FILES
    assert all(path.stat().st_size <= LIMITS.bytes for path in files)
    assert all(path.read_text().count("\nkind: ") <= 450 for path in files)


def test_it_is_the_same_text_each_time(files: list[Path], tmp_path: Path) -> None:
    again = seed_catalog.write_catalog(tmp_path)
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in again]
