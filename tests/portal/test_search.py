"""Search over everything: ranked, grouped by plugin, one query for each source, as a page and as options of the dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.plugins import SearchHit, SearchSource, search
from services import search_source
from services.models import Entity

pytestmark = pytest.mark.django_db
DIALOG = {"HX-Request": "true"}


@pytest.fixture
def client(browse: Callable[..., Client], vera: User) -> Client:
    return browse(vera)


def make(name: str, kind: str = "component", **fields: Any) -> None:
    Entity.objects.create(kind=kind, name=name, title=fields.pop("title", name), **fields)


def test_exact_names_come_first_then_prefixes_words_parts_and_descriptions(vera: User) -> None:
    make("zz", description="talks about pay")
    make("repayment")
    make("order-pay")
    make("payments", kind="group")
    make("payments-api")
    make("pay", kind="api")
    found = [hit.url.split("/")[-2] for hit in search_source.search(vera, "pay", 8)]
    assert found == ["pay", "payments-api", "payments", "order-pay", "repayment", "zz"]


def test_entities_are_found_with_one_query(vera: User) -> None:
    Entity.objects.bulk_create(Entity(kind="component", name=f"s{number}") for number in range(1000))
    with CaptureQueriesContext(connection) as queries:
        assert len(search_source.search(vera, "s9", 8)) == 8
    assert len(queries) == 1


@pytest.mark.parametrize("text", ["%", "_", "'", "\\", "a" * 300, "\x00", " ", "é"])
def test_any_text_may_be_searched_for(client: Client, text: str) -> None:
    assert client.get("/search/", {"q": text}).status_code == 200
    assert client.get("/search/", {"q": text}, headers=DIALOG).status_code == 200


def test_the_page_works_without_script_and_the_dialog_gets_options(client: Client) -> None:
    make("checkout")
    page = client.get("/search/?q=checkout").content.decode()
    assert 'role="option"' not in page
    assert 'class="hit" href="/services/component/default/checkout/"' in page
    answer = client.get("/search/?q=checkout", headers=DIALOG)
    options = answer.content.decode()
    assert "<html" not in options
    assert 'role="option" tabindex="-1" aria-selected="false" id="hit-1-1" href="/services/component/default/checkout/"' in options  # fmt: skip
    assert "HX-Request" in answer["Vary"]


def test_pages_of_the_navigation_are_found_by_the_beginning_of_a_word(client: Client) -> None:
    page = client.get("/search/?q=cos").content.decode()
    assert "Go to" in page
    assert 'class="hit" href="/costs/"' in page
    assert "Go to" not in client.get("/search/?q=osts").content.decode()


def test_an_empty_dialog_offers_the_pages_and_room_for_what_was_opened_last(client: Client) -> None:
    options = client.get("/search/?q=", headers=DIALOG).content.decode()
    assert 'id="search-recent" hidden' in options
    assert 'href="/services/"' in options


def test_a_source_that_fails_leaves_the_others_standing(client: Client) -> None:
    def broken(user: User, text: str, limit: int) -> list[SearchHit]:
        raise RuntimeError("no")

    make("checkout")
    with search.temporarily(SearchSource("test.bad", "Bad", broken)):
        assert b"checkout" in client.get("/search/?q=checkout").content
