"""Saved views: one's own, or a team's whose editors keep it; who sees what; REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from services.models import Entity, SavedView

pytestmark = pytest.mark.django_db
Browse = Callable[..., Client]
Api = Callable[..., APIClient]
REST = "/api/v1/services/views/"


@pytest.fixture(autouse=True)
def team(db: None) -> Entity:
    return Entity.objects.create(kind="group", name="payments")


def save(client: Client, name: str, query: str = "", team: str = "") -> Any:
    return client.post("/services/views/save/", {"name": name, "query": query, "team_ref": team}, follow=True)


def test_a_view_keeps_filters_order_and_columns_and_opens_the_same_list(browse: Browse, vera: User) -> None:
    client = browse(vera)
    page = save(client, "  Old   Java ", "tag=java&lifecycle=deprecated&sort=-tier&columns=tags&page=3&x=1&q=")
    view = SavedView.objects.get()
    assert (view.name, view.user, view.team_ref) == ("Old Java", vera, "")
    assert view.query == "lifecycle=deprecated&tag=java&columns=tags&sort=-tier"
    assert page.redirect_chain[-1][0] == f"/services/?{view.query}"
    assert (view, True) in page.context["views"]
    assert not AuditEvent.objects.filter(action__startswith="view.").exists()


def test_saving_under_the_same_name_takes_the_new_address(browse: Browse, vera: User) -> None:
    save(browse(vera), "Mine", "tag=java")
    save(browse(vera), "Mine", "tag=go")
    assert SavedView.objects.get().query == "tag=go"


def test_nobody_sees_or_touches_a_view_of_somebody_else(browse: Browse, api: Api, vera: User, mira: User) -> None:
    save(browse(vera), "Secret", "q=x")
    view = SavedView.objects.get()
    assert b"Secret" not in browse(mira).get("/services/views/").content
    assert browse(mira).post(f"/services/views/{view.pk}/delete/").status_code == 404
    assert api(mira).get(f"{REST}{view.pk}/").status_code == 404
    assert api(mira).delete(f"{REST}{view.pk}/").status_code == 404
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_team_s_view_is_seen_by_its_members_and_changed_by_its_editors_and_audited(
    browse: Browse, person: Callable[..., User], mira: User, jon: User
) -> None:
    member = person("pia", "viewer", "payments")
    save(browse(mira), "Tier 1", "tier=1", "group:default/payments")
    view = SavedView.objects.get()
    assert b"Tier 1" in browse(member).get("/services/").content
    assert b"Tier 1" not in browse(jon).get("/services/").content
    assert browse(member).post(f"/services/views/{view.pk}/rename/", {"name": "x"}).status_code == 403
    assert browse(mira).post(f"/services/views/{view.pk}/rename/", {"name": "First"}).status_code == 302
    assert browse(mira).post(f"/services/views/{view.pk}/delete/").status_code == 302
    events = AuditEvent.objects.filter(action__startswith="view.").order_by("id")
    assert [event.action for event in events] == ["view.create", "view.change", "view.delete"]
    assert {event.target for event in events} == {"group:default/payments"}


def test_a_viewer_cannot_share_a_view_with_a_team(browse: Browse, vera: User) -> None:
    assert save(browse(vera), "Ours", "", "group:default/payments").status_code == 403
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", "", "Give it a name of at most 60 characters."),
        ("x" * 61, "", "Give it a name of at most 60 characters."),
        ("a\x00b", "", "Give it a name of at most 60 characters."),
        ("Tiers", "tier=many", "A tier is a number from 0 to 9."),
        ("Long", "&".join(f"tag={'t' * 100}{number}" for number in range(30)), "It is longer than 2000 characters"),
    ],
)
def test_what_cannot_be_saved_is_said_with_the_remedy(browse: Browse, vera: User, name: str, query: str, words: str) -> None:  # fmt: skip
    assert words in save(browse(vera), name, query).content.decode()
    assert not SavedView.objects.exists()


def test_a_view_cannot_be_made_or_deleted_by_following_a_link(browse: Browse, vera: User) -> None:
    assert browse(vera).get("/services/views/save/").status_code == 405
    save(browse(vera), "Mine")
    assert browse(vera).get(f"/services/views/{SavedView.objects.get().pk}/delete/").status_code == 405


def test_rest_makes_reads_changes_and_deletes_a_view(api: Api, mira: User) -> None:
    client = api(mira)
    made = client.post(
        REST, {"name": "Tier 1", "query": "?tier=1", "team_ref": "group:default/payments"}, format="json"
    )
    assert (made.status_code, made.json()["query"], made.json()["by"]) == (201, "tier=1", "mira")
    one = f"{REST}{made.json()['id']}/"
    assert client.get(one).json()["url"] == "/services/?tier=1"
    assert client.patch(one, {"query": "tier=2"}, format="json").json()["query"] == "tier=2"
    again = client.post(REST, {"name": "Tier 1", "team_ref": "group:default/payments"}, format="json")
    assert (again.status_code, "name" in again.json()["error"]["fields"]) == (400, True)
    bad = client.patch(one, {"query": "tier=x"}, format="json")
    assert (bad.status_code, "query" in bad.json()["error"]["fields"]) == (400, True)
    missing = client.post(REST, {"name": "A", "team_ref": "group:default/none"}, format="json")
    assert (missing.status_code, "team_ref" in missing.json()["error"]["fields"]) == (400, True)
    assert [row["name"] for row in client.get(REST).json()["results"]] == ["Tier 1"]
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404


def test_nobody_fills_the_table_with_views(browse: Browse, vera: User) -> None:
    SavedView.objects.bulk_create(SavedView(user=vera, name=f"v{number}") for number in range(100))
    assert "Delete one first" in save(browse(vera), "One more").content.decode()
