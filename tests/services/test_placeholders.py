"""Descriptors take in other files, and come as JSON; whatever they hold, they end in entities or in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from services.descriptors import LIMITS, Problem
from services.descriptors.placeholders import Placeholders
from services.descriptors.reading import Document, documents
from services.imports import locations, read_locations
from services.ingest import ingest
from services.models import Entity, Import, Location

HEAD = "apiVersion: backstage.io/v1alpha1\n"


def api(definition: str) -> str:
    return f"{HEAD}kind: API\nmetadata: {{name: x}}\nspec:\n  type: openapi\n  lifecycle: production\n  owner: payments\n  definition:\n    {definition}\n"


def read(place: Location) -> None:
    Location.objects.update(next_at=timezone.now())
    place.refresh_from_db()
    read_locations.read_location(place)


@pytest.fixture
def folder(tmp_path: Path, settings: Any, db: None) -> Path:
    settings.READING_FOLDERS = [f"team={tmp_path}"]
    return tmp_path


@pytest.fixture
def place(folder: Path) -> Location:
    return locations.register("file", "team/all.yaml", by="mira").location


def test_a_placeholder_takes_in_a_file_beside_and_follows_its_changes(folder: Path, place: Location) -> None:
    (folder / "all.yaml").write_text(api("$text: ./api/openapi.yaml"))
    (folder / "api").mkdir()
    (folder / "api" / "openapi.yaml").write_text("openapi: 3.1.0\n")
    read(place)
    assert Entity.objects.get(kind="api").spec["definition"] == "openapi: 3.1.0\n"
    first = Entity.objects.get(kind="api").updated_at
    read(place)
    assert Entity.objects.get(kind="api").updated_at == first
    (folder / "api" / "openapi.yaml").write_text("openapi: 3.2.0\n")
    read(place)
    assert Entity.objects.get(kind="api").spec["definition"] == "openapi: 3.2.0\n"


@pytest.mark.parametrize(
    ("target", "reason"),
    [("./none.yaml", "no such file"), ("../../../etc/passwd", "may be read"), ("/etc/passwd", "may be read"), ("https://example.com/x", "not on the list"), (".", "folder")],
)  # fmt: skip
def test_a_placeholder_that_cannot_be_read_refuses_its_document_only(
    folder: Path, place: Location, target: str, reason: str
) -> None:
    good = f"---\n{HEAD}kind: System\nmetadata: {{name: shop}}\nspec: {{owner: payments}}\n"
    (folder / "all.yaml").write_text(api(f"$text: {target}") + good)
    read(place)
    row = Import.objects.get(state="error")
    assert (row.field, reason in row.reason, bool(row.remedy), row.line) == ("spec.definition.$text", True, True, 9)
    assert Entity.objects.live().filter(name="shop").exists()


def fill(text: str, files: dict[str, bytes]) -> Any:
    (document,) = documents(text.encode())
    Placeholders(files.__getitem__).fill(document.read())
    return document.data


def test_json_and_yaml_become_data_and_are_not_searched_again() -> None:
    files = {"a.json": b'{"a": [1, {"$text": "a.json"}]}', "b.yaml": b"b: {$yaml: b.yaml}"}
    assert fill("x: {$json: a.json}\ny: {$yaml: b.yaml}\nz: {$text: a.json, other: 1}\n$openapi: x", files) == {
        "x": {"a": [1, {"$text": "a.json"}]}, "y": {"b": {"$yaml": "b.yaml"}}, "z": {"$text": "a.json", "other": 1},
        "$openapi": "x",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\xff", "not UTF-8"), (b"a\0b", "cannot be stored"), (b"x" * (LIMITS.bytes + 1), "larger than 1 MiB")],
)
def test_a_bad_text_is_refused_with_the_field(content: bytes, reason: str) -> None:
    with pytest.raises(Problem, match=reason) as caught:
        fill("a: [{$text: x}]", {"x": content})
    assert caught.value.field == "a[0].$text"


@pytest.mark.parametrize(
    "content", [b"{", b"[" * 9000, b'{"a": NaN}', b'{"a": 1, "a": 2}', b'["\\ud800"]', b"[" + b"1," * 20_001 + b"1]"]
)
def test_bad_json_is_refused(content: bytes) -> None:
    with pytest.raises(Problem):
        fill("a: {$json: x}", {"x": content})


def test_too_many_or_too_much_is_refused() -> None:
    with pytest.raises(Problem, match="more than 50 others"):
        fill("a: [" + "{$text: x}, " * 51 + "]", {"x": b""})
    with pytest.raises(Problem, match="more than 4 MiB"):
        fill("a: [" + "{$text: x}, " * 5 + "]", {"x": b"x" * LIMITS.bytes})


def made(*names: str) -> list[dict[str, Any]]:
    return [
        {
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "System",
            "metadata": {"name": name},
            "spec": {"owner": "payments"},
        }
        for name in names
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_json_file_holds_one_object_or_a_list(indent: Any, name: str) -> None:
    ingest(json.dumps(made("a", "b"), indent=indent).encode(), name)
    ingest(json.dumps(made("c")[0], indent=indent).encode(), "more" + name)
    assert set(Entity.objects.values_list("name", flat=True)) == {"a", "b", "c"}
    assert not Import.objects.filter(state="error").exists()


@pytest.mark.django_db
def test_a_bad_object_in_a_list_does_not_stop_its_neighbours() -> None:
    rows = [*made("a"), 7, *made("no good", "b")]
    outcome = ingest(json.dumps(rows, indent=1).encode(), "a.json")
    assert set(Entity.objects.values_list("name", flat=True)) == {"a", "b"}
    assert [(row.document, row.field) for row in outcome.errors] == [(2, ""), (3, "metadata.name")]


@pytest.mark.django_db
def test_a_list_that_breaks_off_keeps_what_came_before() -> None:
    text = json.dumps(made("a", "b"), indent=1)[:-40]
    outcome = ingest(text.encode(), "a.json")
    assert set(Entity.objects.values_list("name", flat=True)) == {"a"}
    assert "not JSON" in outcome.errors[0].reason


words = st.text(st.characters(exclude_categories=[]), max_size=6)
values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8)  # fmt: skip


@given(st.binary(max_size=300) | words.map(lambda text: text.encode(errors="surrogatepass")), st.booleans())
def test_any_bytes_are_json_or_refused_in_words(raw: bytes, is_json: bool) -> None:
    try:
        found = [document.read() for document in documents(raw, is_json=is_json)]
        problems = [document.problem for document in found if document.problem]
    except Problem as refused:
        problems = [refused]
    assert all(problem.remedy for problem in problems)


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class AnyDocument(TestCase):
    """A database for each example."""

    @given(values, values, values, st.sampled_from(["Component", "Group", "Queue", "Location", "Template", "API"]))
    def test_any_json_is_stored_or_refused_and_its_neighbour_is_always_stored(
        self, metadata: Any, spec: Any, extra: Any, kind: str
    ) -> None:
        good = made("neighbour")[0]
        odd = {
            "apiVersion": "backstage.io/v1alpha1",
            "kind": kind,
            "metadata": {"name": "odd", "x": extra},
            "spec": spec,
        }
        worse = odd | {"metadata": metadata}
        with undone():
            outcome = ingest(json.dumps([odd, worse, good]).encode(), "a.json")
            assert Entity.objects.live().filter(name="neighbour").exists()
            assert all(row.reason and row.remedy for row in outcome.errors)


def test_an_odd_document_has_a_digest() -> None:
    assert len(Document(1, 1, "\ud800").sha) == 40
