"""Direct writes over REST: checked, dry if asked, guarded by ETags, refused where another source owns the entity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from services.ingest import ingest
from services.models import Entity, EntityVersion

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/services/entities"
URL = f"{ROOT}/component/default/parcels/"


def descriptor(name: str = "parcels", owner: str = "logistics", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": name, "description": "Where parcels are"},
        "spec": {"type": "service", "lifecycle": "production", "owner": owner, **spec},
    }


@pytest.fixture
def client(api: Callable[..., APIClient], ana: User) -> APIClient:
    """Ana, who edits logistics."""
    return api(ana)


def put(client: APIClient, body: Any, url: str = URL, **headers: str) -> Any:
    return client.put(url, body, format="json", headers=headers)


def test_a_put_creates_and_a_second_one_changes(client: APIClient) -> None:
    first = put(client, descriptor())
    assert (first.status_code, first.json()["change"]) == (201, "added")
    second = put(client, descriptor(lifecycle="deprecated"))
    assert (second.status_code, second.json()["change"]) == (200, "changed")
    assert second.json()["differences"] == [{"path": "spec.lifecycle", "before": "production", "after": "deprecated"}]
    assert (
        client.get("/api/catalog/entities/by-name/component/default/parcels").json()["spec"]["lifecycle"]
        == "deprecated"
    )


def test_the_same_put_again_changes_nothing(client: APIClient) -> None:
    put(client, descriptor())
    assert put(client, descriptor()).json()["change"] == "unchanged"
    assert (EntityVersion.objects.count(), AuditEvent.objects.filter(action__startswith="entity.").count()) == (1, 1)


def test_a_dry_run_says_what_would_change_and_writes_nothing(client: APIClient) -> None:
    body = put(client, descriptor(system="shop"), f"{URL}?dry_run=true").json()
    assert (body["change"], body["dry_run"]) == ("added", True)
    assert body["warnings"] == [
        "group:default/logistics is not in the catalog (yet).", "system:default/shop is not in the catalog (yet).",
    ]  # fmt: skip
    assert not Entity.objects.exists()


def test_a_writer_who_read_an_older_version_is_refused(client: APIClient) -> None:
    put(client, descriptor())
    tag = client.get(URL)["ETag"]
    assert put(client, descriptor(tier=1), **{"If-Match": tag}).status_code == 200
    late = put(client, descriptor(tier=2), **{"If-Match": tag})
    assert (late.status_code, "changed since you read it" in late.json()["error"]["message"]) == (412, True)
    assert Entity.objects.get().tier == 1
    assert client.delete(URL, headers={"If-Match": tag}).status_code == 412


def test_what_others_say_of_an_entity_does_not_outdate_its_tag(client: APIClient) -> None:
    put(client, descriptor())
    tag = client.get(URL)["ETag"]
    put(client, descriptor("labels", dependsOn=["component:parcels"]), f"{ROOT}/component/default/labels/")
    assert put(client, descriptor(tier=1), **{"If-Match": tag}).status_code == 200


def test_if_none_match_only_creates(client: APIClient) -> None:
    assert put(client, descriptor(), **{"If-None-Match": "*"}).status_code == 201
    assert put(client, descriptor(tier=1), **{"If-None-Match": "*"}).status_code == 412


def test_a_patch_changes_the_fields_it_names_and_null_takes_one_out(client: APIClient) -> None:
    put(client, descriptor(system="shop"))
    answer = client.patch(URL, {"spec": {"system": None, "tier": 2}, "metadata": {"tags": ["java"]}}, format="json")
    stored = Entity.objects.get()
    assert answer.status_code == 200
    assert (stored.system_ref, stored.tier, stored.tags, stored.description) == ("", 2, ["java"], "Where parcels are")


def test_a_descriptor_of_a_file_refuses_and_says_which(client: APIClient) -> None:
    text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: parcels}\n"
    ingest(f"{text}spec: {{type: service, lifecycle: production, owner: logistics}}".encode(), "git/parcels.yaml")
    for answer in (put(client, descriptor()), client.delete(URL), client.patch(URL, {"spec": {}}, format="json")):
        assert answer.status_code == 409
        assert "managed by git/parcels.yaml" in answer.json()["error"]["message"]
    assert Entity.objects.get().source == "git/parcels.yaml"


def test_a_written_entity_keeps_its_name_from_a_file(client: APIClient) -> None:
    put(client, descriptor())
    text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: parcels}\n"
    outcome = ingest(f"{text}spec: {{type: x, lifecycle: x, owner: logistics}}".encode(), "git/parcels.yaml")
    assert "already comes from api:entities" in outcome.errors[0].reason


def test_a_removed_entity_keeps_its_history(client: APIClient) -> None:
    put(client, descriptor())
    assert client.delete(f"{URL}?dry_run=1").status_code == 204
    assert Entity.objects.live().exists()
    assert client.delete(URL).status_code == 204
    assert client.get(URL).status_code == 404
    rows = client.get(f"{URL}history/").json()["results"]
    assert [(row["change"], row["by"]) for row in rows] == [("removed", "ana"), ("added", "ana")]


def test_the_past_is_read_by_date(client: APIClient) -> None:
    put(client, descriptor())
    EntityVersion.objects.update(valid_from="2026-01-01T00:00:00Z")
    assert client.get(f"{URL}?as_of=2026-03-01").json()["descriptor"]["metadata"]["name"] == "parcels"
    assert client.get(f"{URL}?as_of=2025-12-31").status_code == 404
    wrong = client.get(f"{URL}?as_of=yesterday")
    assert (wrong.status_code, "2026-11-01" in wrong.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda body: body["spec"].pop("owner"), "spec.owner"),
        (lambda body: body["metadata"].update(name="labels"), "metadata"),
        (lambda body: body["metadata"].update(name="no good"), "metadata.name"),
        (lambda body: body["spec"].update(dependsOn=["parcels"]), "spec.dependsOn"),
        (lambda body: body["metadata"].update(links=[{"url": "javascript:alert(1)"}]), "metadata.links[0].url"),
        (lambda body: body.update(extra=1), "extra"),
    ],
)
def test_a_bad_descriptor_names_the_field_and_the_remedy(
    client: APIClient, change: Callable[[Any], Any], field: str
) -> None:
    body = descriptor()
    change(body)
    answer = put(client, body)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert not Entity.objects.exists()


@pytest.mark.parametrize("body", [None, [], "x", 7])
def test_what_is_no_object_is_refused(client: APIClient, body: Any) -> None:
    assert put(client, body).status_code == 400


def test_a_viewer_and_another_teams_editor_are_refused(
    client: APIClient, api: Callable[..., APIClient], vera: User, ana: User, jon: User
) -> None:
    assert put(api(vera), descriptor()).status_code == 403
    put(client, descriptor())
    assert put(api(jon), descriptor()).status_code == 403
    assert api(jon).delete(URL).status_code == 403
    assert put(api(), descriptor()).status_code == 401


def test_nobody_gives_an_entity_to_a_team_they_do_not_edit(client: APIClient) -> None:
    put(client, descriptor())
    assert put(client, descriptor(owner="payments")).status_code == 403
    assert Entity.objects.get().owner_ref == "group:default/logistics"


def test_many_are_written_at_once_or_not_at_all(client: APIClient) -> None:
    names = [f"part-{number}" for number in range(20)]
    bad = [descriptor(name) for name in names] + [descriptor("broken", owner="")]
    refused = client.post(f"{ROOT}/bulk/", {"entities": bad}, format="json")
    assert (refused.status_code, "entities[20].spec.owner" in refused.json()["error"]["fields"]) == (400, True)
    assert not Entity.objects.exists()
    good = client.post(f"{ROOT}/bulk/", {"entities": bad[:20], "why": "Moved here"}, format="json")
    assert [row["change"] for row in good.json()["written"]] == ["added"] * 20
    assert EntityVersion.objects.filter(why="Moved here").count() == 20


def test_the_same_entity_twice_in_one_request_is_refused(client: APIClient) -> None:
    answer = client.post(f"{ROOT}/bulk/", {"entities": [descriptor(), descriptor()]}, format="json")
    assert "there twice" in str(answer.json()["error"]["fields"])


@pytest.mark.parametrize("count", [10, 300])
def test_many_take_as_many_queries_as_few(client: APIClient, count: int, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(60):
        answer = client.post(f"{ROOT}/bulk/", {"entities": [descriptor(f"p-{n}") for n in range(count)]}, format="json")
    assert answer.status_code == 200
