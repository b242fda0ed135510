"""What Backstage's client does not see of the catalog API: how little it asks of the database, what it keeps, its trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.access import tokens
from portal.access.models import AuditEvent
from services.catalog_api.kept import Kept
from services.ingest import ingest
from services.models import Entity
from services.storing import documents, revision

pytestmark = pytest.mark.django_db
ROOT = "/api/catalog"
SOURCE = "https://git.example.com/catalog-info.yaml"
COMPONENT = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {{name: {name}, title: Service {name}}}
spec: {{type: service, lifecycle: production, owner: payments}}
---
"""


def fill(count: int) -> None:
    """Read a file with so many components."""
    ingest("".join(COMPONENT.format(name=f"s{number:03}") for number in range(count)).encode(), SOURCE)


@pytest.fixture
def reader(vera: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {tokens.issue(vera, 'viewer')}"})


@pytest.fixture
def editor(person: Callable[..., User]) -> Client:
    secret = tokens.issue(person("eda", "editor", "payments"), "editor")
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.parametrize("count", [10, 300])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/entities?limit=5", 5),
        ("/entities", 6),
        ("/entities/by-query?limit=5&orderField=metadata.name,asc", 6),
        ("/entities/by-query?limit=5&filter=kind=component&fullTextFilterTerm=s&fullTextFilterFields=metadata.name", 5),
        ("/entity-facets?facet=spec.type&facet=kind", 5),
        ("/entities/by-name/component/default/s001", 3),
    ],
)
def test_the_number_of_queries_does_not_grow(
    reader: Client, path: str, queries: int, count: int, django_assert_max_num_queries: Any
) -> None:
    fill(count)
    with django_assert_max_num_queries(queries):
        reply = reader.get(f"{ROOT}{path}")
        assert b"".join(reply) if reply.streaming else reply.content


def test_what_was_found_before_is_not_looked_up_again(reader: Client, django_assert_max_num_queries: Any) -> None:
    fill(10)
    path = f"{ROOT}/entity-facets?facet=spec.type&filter=kind=component"
    first = reader.get(path).json()
    with django_assert_max_num_queries(2):  # the token and the revision
        assert reader.get(path).json() == first
    fill(12)
    assert reader.get(path).json()["facets"]["spec.type"] == [{"value": "service", "count": 12}]


def test_the_revision_never_comes_twice() -> None:
    seen = [revision.current()]
    for _ in range(5):
        revision.bump()
        seen.append(revision.current())
    assert seen == sorted(set(seen))
    assert seen[1] > 1_700_000_000_000_000, "it is at least the microsecond"


def test_kept_answers_give_way_to_newer_ones() -> None:
    kept = Kept(room=10)
    asked: list[str] = []

    def find(name: str) -> list[int]:
        asked.append(name)
        return [0] * 3

    for name in ("a", "b", "a", "c", "a", "b"):
        kept.once(1, name, lambda name=name: find(name), len)
    assert asked == ["a", "b", "c", "b"]
    kept.once(2, "a", lambda: find("a again"), len)
    assert asked[-1] == "a again"
    assert kept.used <= 10


def test_an_answer_that_is_too_large_is_not_kept() -> None:
    kept = Kept(room=3)
    kept.once(1, "a", lambda: [0] * 5, len)
    assert kept.used == 0


def test_an_entity_without_a_finished_document_is_left_out_until_it_has_one(reader: Client) -> None:
    fill(2)
    young = Entity.objects.create(kind="component", name="young", source="test")
    documents.mark([young.ref])
    revision.bump()
    assert [row["metadata"]["name"] for row in reader.get(f"{ROOT}/entities").json()] == ["s000", "s001"]
    documents.refresh()
    assert len(reader.get(f"{ROOT}/entities").json()) == 3


def test_what_discovery_found_is_a_document_too(reader: Client) -> None:
    made = Entity.objects.create(
        kind="resource", name="orders-1", title="orders", type="dynamodb-table", owner_ref="group:default/payments",
        source="discovery",
    )  # fmt: skip
    documents.mark([made.ref])
    documents.refresh()
    body = reader.get(f"{ROOT}/entities/by-name/resource/default/orders-1").json()
    assert (body["kind"], body["spec"]["type"]) == ("Resource", "dynamodb-table")


def test_removing_an_entity_leaves_a_line_in_the_trail_and_its_history(editor: Client) -> None:
    fill(1)
    entity = Entity.objects.live().get(name="s000")
    assert editor.delete(f"{ROOT}/entities/by-uid/{entity.uid}").status_code == 204
    entity.refresh_from_db()
    assert entity.removed_at is not None
    assert AuditEvent.objects.get(action="entity.remove").target == entity.ref
    assert entity.versions.first().change == "removed"
    fill(1)
    fill(2)
    assert Entity.objects.live().filter(name="s000").exists(), "its file still says it"


def test_an_editor_of_another_team_removes_nothing(person: Callable[..., User]) -> None:
    fill(1)
    secret = tokens.issue(person("oto", "editor", "search"), "editor")
    entity = Entity.objects.live().get(name="s000")
    reply = Client(headers={"Authorization": f"Bearer {secret}"}).delete(f"{ROOT}/entities/by-uid/{entity.uid}")
    assert reply.status_code == 403
    assert not AuditEvent.objects.filter(action="entity.remove").exists()


@pytest.mark.parametrize(
    "path",
    [
        "/entities?filter=" + "a=b," * 5000,
        "/entities?" + "filter=a=b&" * 5000,
        "/entities/by-query?fullTextFilterTerm=" + "x" * 5000,
        "/entities/by-query?cursor=" + "A" * 200_000,
        "/entities?fields=" + "a." * 5000,
        "/entities?fields=" + "a," * 5000,
        "/entities?limit=" + "9" * 400,
        "/entities?offset=" + "9" * 400,
        "/entities?order=" + "&order=".join(["asc:kind"] * 50),
        "/entity-facets?" + "facet=a&" * 500,
    ],
)
def test_a_question_that_is_too_large_is_400(reader: Client, path: str) -> None:
    fill(1)
    assert reader.get(f"{ROOT}{path}").status_code in {200, 400}
    assert reader.get(f"{ROOT}{path}").status_code == 400 or "a=b," in path


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "x" * 500, "%F0%9F%98%80", "..", "a b", "%25"])
def test_a_hostile_name_is_404(reader: Client, name: str) -> None:
    fill(1)
    for path in (
        "entities/by-name/component/default/",
        "locations/by-entity/component/default/",
        "locations/",
        "entities/by-uid/",
    ):
        assert reader.get(f"{ROOT}/{path}{name}").status_code == 404, path


def test_paging_goes_on_while_the_catalog_changes(reader: Client) -> None:
    fill(10)
    first = reader.get(f"{ROOT}/entities/by-query?limit=4&orderField=metadata.name,asc").json()
    fill(3)  # what the cursor stands on goes
    cursor = first["pageInfo"]["nextCursor"]
    second = reader.get(f"{ROOT}/entities/by-query", {"limit": 4, "cursor": cursor}).json()
    assert second["items"] == []
    assert second["pageInfo"] == {}
