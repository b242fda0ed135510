"""The list: several values, negation, facets whose counts come true, columns, and exports of exactly what is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from services import filters, ingest
from services.columns import Column, columns
from services.lists import facets
from services.models import Entity

pytestmark = pytest.mark.django_db
LIST = "/services/"
TEXT = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {{name: {name}, namespace: {space}, tags: [{tags}]}}
spec: {{{tier}type: {type}, lifecycle: {lifecycle}, owner: "{owner}", system: {system}, dependsOn: [{leans}]}}
"""
ROWS = [
    # name, namespace, tags, type, lifecycle, owner, system, dependsOn, tier
    ("checkout", "default", "java, pci", "service", "production", "payments", "shop", "component:ledger", "tier: 1, "),
    ("ledger", "default", "java", "Service", "deprecated", "payments", "bank", "", ""),
    ("products", "default", "go", "service", "production", "catalog", "shop", "component:ledger", "tier: 2, "),
    ("site", "web", "go, java", "website", "production", "group:default/catalog", "default/shop", "component:default/checkout", ""),
]  # fmt: skip
FIELDS = ("name", "space", "tags", "type", "lifecycle", "owner", "system", "leans", "tier")


@pytest.fixture
def client(browse: Callable[..., Client], vera: User) -> Client:
    return browse(vera)


@pytest.fixture
def four(db: None) -> None:
    documents = [TEXT.format(**dict(zip(FIELDS, row, strict=True))) for row in ROWS]
    outcome = ingest.ingest("---\n".join(documents).encode(), "four.yaml")
    assert not outcome.errors, outcome.errors


def rows(client: Client, query: str) -> list[dict[str, Any]]:
    """The rows of the JSON export."""
    body = b"".join(client.get(f"{LIST}export.json{query}").streaming_content)  # type: ignore[attr-defined]
    found: list[dict[str, Any]] = json.loads(body)
    return found


def names(client: Client, query: str) -> list[str]:
    return sorted(row["ref"].rpartition("/")[2] for row in rows(client, query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?owner=payments&owner=catalog", ["checkout", "ledger", "products", "site"]),
        ("?owner=!payments", ["products", "site"]),
        ("?owner=!payments&owner=!group:default/catalog", []),
        ("?owner=payments&lifecycle=!deprecated", ["checkout"]),
        ("?type=SERVICE", ["checkout", "ledger", "products"]),
        ("?tag=java", ["checkout", "ledger", "site"]),
        ("?tag=java&tag=pci", ["checkout"]),
        ("?tag=java&tag=!go", ["checkout", "ledger"]),
        ("?tag=-", []),
        ("?tier=-", ["ledger", "site"]),
        ("?tier=1&tier=2", ["checkout", "products"]),
        ("?namespace=web", ["site"]),
        ("?namespace=!web", ["checkout", "ledger", "products"]),
        ("?uses=component:default/ledger", ["checkout", "products"]),
        ("?uses=Component:default/Checkout", ["site"]),
        ("?uses=nonsense", []),
    ],
)
def test_filters_take_several_values_and_not(client: Client, four: None, query: str, expected: list[str]) -> None:
    assert names(client, query) == expected


@pytest.mark.parametrize(
    "query",
    ["", "owner=payments", "owner=payments&tag=java", "tag=java", "tag=!go", "q=o", "type=service&lifecycle=!deprecated",
     "kind=all", "tier=1&tier=2&q=c", "uses=component:default/ledger"],
)  # fmt: skip
def test_each_count_is_what_one_gets_by_choosing_it(client: Client, four: None, query: str) -> None:
    page = client.get(f"{LIST}?{query}")
    for facet in page.context["facets"]:
        for link in [*facet.few, *facet.rest]:
            if link.state or any(one.state for one in [*facet.few, *facet.rest] if facet.name != "tag"):
                continue  # a second value of a field adds to the first one
            assert len(rows(client, link.url)) == link.choice.count, (query, facet.name, link.choice)
    for link in page.context["kinds"]:
        assert len(rows(client, link.url)) == link.choice.count


def test_a_second_value_of_a_field_adds_its_count(client: Client, four: None) -> None:
    page = client.get(f"{LIST}?lifecycle=production")
    (facet,) = (one for one in page.context["facets"] if one.name == "lifecycle")
    chosen, other = facet.few
    assert (chosen.state, chosen.choice.count, other.choice.count) == ("chosen", 3, 1)
    assert len(rows(client, other.url)) == 4
    assert len(rows(client, chosen.url)) == 4
    assert len(rows(client, other.without)) == 3


def test_every_filter_that_is_set_can_be_taken_away(client: Client, four: None) -> None:
    page = client.get(f"{LIST}?owner=!payments&tag=java&q=s&mine=true")
    chosen = dict(page.context["chosen"])
    assert list(chosen) == ["Owner: not payments", "Tag: java", "Text: s", "Mine"]
    assert chosen["Owner: not payments"] == "?tag=java&q=s&mine=true"


def test_the_facets_follow_the_catalog(client: Client, four: None) -> None:
    assert facets.index() is facets.index()
    before = client.get(LIST).context["page"].paginator.count
    text = TEXT.format(**dict(zip(FIELDS, ("new", *ROWS[1][1:]), strict=True)))
    ingest.ingest(text.encode(), "new.yaml")
    (kind,) = (link for link in client.get(LIST).context["kinds"] if link.choice.key == "component")
    assert kind.choice.count == before + 1


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("tier=abc", "tier", "A tier is a number from 0 to 9."),
        ("tier=99999999999999999999", "tier", "A tier is a number from 0 to 9."),
        (f"owner={'x' * 201}", "owner", "Give at most 50 values"),
        ("&".join(f"tag=t{number}" for number in range(51)), "tag", "Give at most 50 values"),
        ("owner=a%00b", "owner", "Give at most 50 values"),
        ("sort=nonsense", "sort", "nonsense"),
    ],
)
def test_a_filter_that_cannot_be_read_is_left_out_and_said(client: Client, four: None, query: str, name: str, words: str) -> None:  # fmt: skip
    page = client.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert words in page.context["troubles"][name]
    assert page.context["page"].paginator.count == 4


def test_columns_are_chosen_by_the_address_and_exported_alike(client: Client, four: None) -> None:
    column = Column(
        "test.word", "Word", lambda entities, request: {one.pk: f"<b>say</b> {one.name}" for one in entities}
    )
    with columns.temporarily(column):
        query = "?columns=tags&columns=test.word&columns=tier&columns=nonsense&sort=-name"
        page = client.get(f"{LIST}{query}")
        assert [one.key for one in page.context["table"].columns] == ["tier", "tags", "test.word"]
        assert "<b>say</b> ledger" in page.content.decode()
        exported = rows(client, query)
        body = b"".join(client.get(f"{LIST}export.csv{query}").streaming_content).decode()  # type: ignore[attr-defined]
    assert exported[-1] == {
        "ref": "component:default/checkout", "title": "checkout", "tier": 1, "tags": ["java", "pci"],
        "test.word": "say checkout",
    }  # fmt: skip
    lines = list(csv.DictReader(io.StringIO(body)))
    assert [line["ref"] for line in lines] == [row["ref"] for row in exported]
    assert lines[-1] == {
        "ref": "component:default/checkout", "title": "checkout", "tier": "1", "tags": "java pci",
        "test.word": "say checkout",
    }  # fmt: skip


def test_without_choice_the_exports_hold_the_usual_columns_of_the_page(client: Client, four: None) -> None:
    shown = [column.key for column in client.get(LIST).context["table"].columns]
    assert list(rows(client, "")[0]) == ["ref", "title", *shown]
    assert shown[:3] == ["owner", "tier", "lifecycle"]


def test_exports_hold_all_pages_and_an_empty_answer_is_an_empty_array(client: Client) -> None:
    Entity.objects.bulk_create(Entity(kind="component", name=f"s-{number:04}") for number in range(1203))
    assert len(rows(client, "?page=3")) == 1203
    assert rows(client, "?q=zzz") == []


@pytest.mark.parametrize("path", ["", "?q=s&tag=java&owner=!a&columns=tags", "?kind=all&sort=-updated"])
def test_a_list_takes_as_many_queries_for_1000_as_for_10(
    client: Client, path: str, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken = []
    for rows_ in (range(10), range(10, 1000)):
        Entity.objects.bulk_create(
            Entity(kind="component", name=f"s{number}", owner_ref=f"group:default/t{number % 30}") for number in rows_
        )
        client.get(f"{LIST}{path}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}{path}")
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 24


def test_facets_over_rest_count_like_the_list(client: Client, four: None, api: Callable[..., APIClient], vera: User) -> None:  # fmt: skip
    answer = api(vera).get("/api/v1/services/facets/?kind=component&tag=java")
    assert answer.status_code == 200
    assert {one["value"]: one["count"] for one in answer.json()["lifecycle"]} == {"production": 2, "deprecated": 1}
    for one in answer.json()["owner"]:
        found = api(vera).get(f"/api/v1/services/entities/?kind=component&tag=java&owner={one['value']}").json()
        assert len(found["results"]) == one["count"]
    assert api(vera).get("/api/v1/services/facets/?tier=x").status_code == 400


def test_every_sort_of_the_page_is_one_of_rest() -> None:
    from services.api import SORT_FIELDS

    assert set(SORT_FIELDS) == set(filters.SORTS)
