"""The pages that create, edit and remove an entity, and the page of its past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from services.ingest import ingest
from services.models import Entity, EntityVersion

pytestmark = pytest.mark.django_db
EDIT = "/services/edit/component/default/parcels/"
GOOD = {"owner": "logistics", "type": "service", "lifecycle": "production", "save": "1"}


@pytest.fixture
def client(browse: Callable[..., Client], ana: User) -> Client:
    """Ana, who edits logistics."""
    return browse(ana)


def test_a_new_service_is_named_then_described_then_there(client: Client) -> None:
    named = client.get("/services/new/?kind=Component&name=parcels&namespace=default")
    assert named.headers["Location"] == f"{EDIT}?kind=Component"
    assert client.post(EDIT, GOOD | {"tags": "java aws", "tier": "2"}).status_code == 302
    made = Entity.objects.get()
    assert (made.ref, made.owner_ref, made.tags, made.tier) == (
        "component:default/parcels", "group:default/logistics", ["java", "aws"], 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=Component&name=no good&namespace=default", "malformed"),
        ("kind=Component&name=x&namespace=NO", "malformed"),
        ("kind=Nothing&name=x&namespace=default", "not one of the available choices"),
    ],
)
def test_a_bad_name_is_refused_beside_its_field(client: Client, query: str, words: str) -> None:
    answer = client.get(f"/services/new/?{query}")
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_name_that_is_taken_is_refused(client: Client) -> None:
    client.post(EDIT, GOOD)
    assert (
        "in the catalog already"
        in client.get("/services/new/?kind=Component&name=parcels&namespace=default").content.decode()
    )


def test_a_preview_shows_the_change_and_writes_nothing(client: Client) -> None:
    client.post(EDIT, GOOD)
    values = {key: value for key, value in GOOD.items() if key != "save"} | {"lifecycle": "deprecated", "preview": "1"}
    shown = client.post(EDIT, values | _match(client)).content.decode()
    assert "1 field would change" in shown
    assert "spec.lifecycle" in shown
    assert "group:default/logistics is not in the catalog" in shown
    assert EntityVersion.objects.filter(valid_to=None).get().data["spec"]["lifecycle"] == "production"


def _match(client: Client) -> dict[str, str]:
    return {"match": client.get(EDIT).context["match"]}


def test_an_edit_keeps_what_the_form_does_not_show(client: Client) -> None:
    text = (
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: parcels, labels: {a: b}}\n"
        "spec: {owner: logistics, type: service, lifecycle: production, extra: kept}\n"
    )
    assert client.post(f"{EDIT}?as=text", {"text": text, "save": "1"}).status_code == 302
    assert client.post(EDIT, GOOD | {"title": "Parcels"} | _match(client)).status_code == 302
    data = Entity.objects.get().data
    assert (data["metadata"]["title"], data["metadata"]["labels"], data["spec"]["extra"]) == (
        "Parcels",
        {"a": "b"},
        "kept",
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"owner": ""}, "spec.owner"),
        ({"depends_on": "ledger"}, "does not say which kind"),
        ({"tags": "UPPER"}, "malformed"),
        ({"tier": "12"}, "less than or equal to 9"),
        ({"owner": "payments"}, "You need the role editor of payments"),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_written(
    client: Client, values: dict[str, str], words: str
) -> None:
    answer = client.post(EDIT, GOOD | values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Entity.objects.exists()


@pytest.mark.parametrize("text", ["a: [", "- a list", "a: &x b\nc: *x", "kind: Component", "", "\x00"])
def test_bad_text_is_refused_in_words(client: Client, text: str) -> None:
    assert client.post(f"{EDIT}?as=text", {"text": text, "save": "1"}).status_code == 422
    assert not Entity.objects.exists()


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(client: Client) -> None:
    client.post(EDIT, GOOD)
    old = _match(client)
    client.post(EDIT, GOOD | {"title": "First"} | old)
    late = client.post(EDIT, GOOD | {"title": "Second"} | old)
    assert (late.status_code, "Somebody changed it" in late.content.decode()) == (422, True)
    assert Entity.objects.get().title == "First"


def test_a_descriptors_entity_says_who_owns_it_and_has_no_form(client: Client) -> None:
    text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: parcels}\n"
    ingest(f"{text}spec: {{type: x, lifecycle: x, owner: logistics}}".encode(), "git/parcels.yaml")
    page = client.get(EDIT).content.decode()
    assert "git/parcels.yaml" in page
    assert 'name="owner"' not in page
    assert client.post(EDIT, GOOD).status_code == 409


def test_who_may_not_edit_is_told_which_role_is_missing(
    client: Client, browse: Callable[..., Client], vera: User, jon: User
) -> None:
    client.post(EDIT, GOOD)
    for user in (vera, jon):
        assert b"You need the role editor" in browse(user).get(EDIT).content
        assert browse(user).post(f"{EDIT}remove/").status_code == 403
    assert b"You need the role editor" in browse(vera).get("/services/new/").content


def test_a_removed_entity_has_a_past_and_a_day_can_be_asked(client: Client) -> None:
    client.post(EDIT, GOOD)
    EntityVersion.objects.update(valid_from="2026-01-01T00:00:00Z")
    gone: Any = client.post(f"{EDIT}remove/", follow=True)
    page = gone.content.decode()
    assert all(words in page for words in ("Removed by ana", "Added by ana", "removed"))
    then = client.get("/services/history/component/default/parcels/?as_of=2026-02-01").content.decode()
    assert "lifecycle: production" in then
    never = client.get("/services/history/component/default/parcels/?as_of=2025-02-01").content.decode()
    assert "no such entry" in never
    assert "is no date" in client.get("/services/history/component/default/parcels/?as_of=soon").content.decode()
    assert client.get("/services/history/component/default/never/").status_code == 404


@pytest.mark.parametrize("rows", [3, 60])
def test_the_history_takes_as_many_queries_for_few_changes_as_for_many(
    client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    client.post(EDIT, GOOD)
    for number in range(rows):
        client.post(EDIT, GOOD | {"title": f"Parcels {number}"} | _match(client))
    with django_assert_max_num_queries(14):
        client.get("/services/history/component/default/parcels/")
