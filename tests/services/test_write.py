"""Writes to the catalog: one transaction for entities, edges, index and history; documents follow and are never lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.descriptors.edges import edges
from services.models import Document, Entity, EntityVersion, Relation, SearchKey, StaleDocument
from services.storing import documents, history, revision, write
from services.storing.history import Author

pytestmark = pytest.mark.django_db
ME = Author("ana", "file:test.yaml")


def wanted(name: str, **spec: Any) -> write.Wanted:
    """A component that is well described."""
    said = {"type": "service", "lifecycle": "production", "owner": "payments", **spec}
    data = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": name, "tags": ["Java"], "annotations": {"example.com/x.y": "Deep"}},
        "spec": said,
    }
    ref = f"component:default/{name}"
    return write.Wanted(ref, data, edges(ref, said))


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Document.objects.get(entity__name=name).text)
    return found


def test_a_document_shows_relations_that_others_say() -> None:
    write.store([wanted("ledger")], ME)
    documents.refresh()
    before = document("ledger")["metadata"]["etag"]
    write.store([wanted("checkout", dependsOn=["component:ledger"])], ME)
    documents.refresh()
    after = document("ledger")
    assert {"type": "dependencyOf", "targetRef": "component:default/checkout"} in after["relations"]
    assert after["metadata"]["etag"] != before


def test_documents_that_a_dead_worker_left_behind_are_found() -> None:
    write.store([wanted("checkout")], ME)
    assert StaleDocument.objects.exists()
    assert documents.refresh() == 1
    assert documents.refresh() == 0
    assert document("checkout")["metadata"]["namespace"] == "default"


def test_two_origins_may_say_the_same_edge_and_one_may_take_it_back() -> None:
    one = wanted("checkout", dependsOn=["component:ledger"])
    write.store([one], ME)
    write.replace_edges({"other": [edge for edge in one.edges if edge.type == "dependsOn"]})
    write.replace_edges({"other": []})
    assert Relation.objects.filter(type="dependsOn").count() == 1


def test_the_index_has_arrays_under_their_path_and_keeps_the_case() -> None:
    write.store([wanted("checkout")], ME)
    rows = set(SearchKey.objects.values_list("key", "value", "original"))
    assert ("metadata.tags", "java", "Java") in rows
    assert ("metadata.tags.java", "true", None) in rows
    assert ("metadata.annotations.example.com/x.y", "deep", "Deep") in rows
    assert ("metadata.namespace", "default", None) in rows
    assert not any(key == "metadata.etag" for key, _, _ in rows)


def test_long_values_and_nulls_only_say_that_they_are_there() -> None:
    write.store([wanted("checkout", note="x" * 201, none=None, flag=True, share=2.0)], ME)
    rows = dict(SearchKey.objects.filter(key__startswith="spec.").values_list("key", "value"))
    assert (rows["spec.note"], rows["spec.none"], rows["spec.flag"], rows["spec.share"]) == (None, None, "true", "2")


def test_nothing_is_written_where_nothing_differs() -> None:
    write.store([wanted("checkout")], ME)
    at = revision.current()
    stored = write.store([wanted("checkout")], ME)
    assert (len(stored.same), stored.written, revision.current()) == (1, [], at)
    assert EntityVersion.objects.count() == 1


def test_history_names_who_when_and_what() -> None:
    write.store([wanted("checkout")], ME)
    write.store([wanted("checkout", lifecycle="deprecated")], Author("mira", "api", "It is going away."))
    (newest, oldest) = history.versions(Entity.objects.all())
    assert (newest.by, newest.why, oldest.valid_to) == ("mira", "It is going away.", newest.valid_from)
    assert history.differences(newest.before, newest.data) == [
        history.Difference("spec.lifecycle", "production", "deprecated")
    ]


def test_a_removed_entity_frees_its_name_and_comes_back_as_itself() -> None:
    entity = write.store([wanted("checkout", dependsOn=["component:ledger"])], ME).added[0]
    write.remove([entity], Author("ana", "file:test.yaml", "Its file is gone."))
    assert not Relation.objects.exists()
    assert not SearchKey.objects.exists()
    assert not Entity.objects.by_ref("component:default/checkout").exists()
    back = write.store([wanted("checkout")], Author("mira", "api")).written[0]
    assert (back.pk, back.uid) == (entity.pk, entity.uid)
    assert [version.change for version in EntityVersion.objects.all()] == ["restored", "removed", "added"]


def test_the_past_can_be_asked_at_any_moment() -> None:
    now = datetime.now(UTC)
    entity = write.store([wanted("checkout")], ME).added[0]
    EntityVersion.objects.update(valid_from=now - timedelta(days=9))
    write.remove([entity], ME)
    EntityVersion.objects.filter(valid_to=None).update(valid_from=now - timedelta(days=5))
    EntityVersion.objects.filter(change="added").update(valid_to=now - timedelta(days=5))
    assert history.as_of("Component:default/checkout", now - timedelta(days=10)) is None
    stood = history.as_of("component:default/checkout", now - timedelta(days=6))
    assert stood is not None
    assert stood.data["metadata"]["name"] == "checkout"
    assert history.as_of("component:default/checkout", now) is None
