"""Backstage's catalog API, reading: documents, filters, projection and its error envelope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from services import documents
from services.ingest import ingest
from services.models import Entity

pytestmark = pytest.mark.django_db
ROOT = "/api/catalog"
FILE = b"""apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Checkout
  annotations: {example.com/x.y: "Deep"}
  tags: [java, lambda]
spec: {type: service, lifecycle: production, owner: payments, dependsOn: [component:ledger]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger, title: The Ledger}
spec: {type: website, lifecycle: production, owner: payments}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments}
spec: {type: team, children: []}
"""


@pytest.fixture
def client(api: Callable[..., APIClient], vera: User) -> APIClient:
    ingest(FILE, "https://git.example.com/catalog-info.yaml")
    return api(vera)


def names(client: APIClient, query: str) -> list[str]:
    return [row["metadata"]["name"] for row in client.get(f"{ROOT}/entities{query}").json()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Checkout", "ledger", "payments"]),
        ("?filter=kind=component", ["Checkout", "ledger"]),
        ("?filter=KIND=Component,spec.type=SERVICE", ["Checkout"]),
        ("?filter=spec.type=service&filter=kind=group", ["Checkout", "payments"]),
        ("?filter=spec.type=service,spec.type=website", ["Checkout", "ledger"]),
        ("?filter=metadata.title", ["ledger"]),
        ("?filter=metadata.tags=java", ["Checkout"]),
        ("?filter=metadata.tags.java", ["Checkout"]),
        ("?filter=metadata.annotations.example.com/x.y=deep", ["Checkout"]),
        ("?filter=relations.dependson=component:default/ledger", ["Checkout"]),
        ("?filter=relations.ownedBy=group:default/payments", ["Checkout", "ledger"]),
        ("?filter=spec.owner=group:default/payments", []),
        ("?filter=metadata.etag", []),
        ("?limit=1&offset=1", ["ledger"]),
        ("?limit=0", []),
    ],
)
def test_filters_follow_backstage(client: APIClient, query: str, expected: list[str]) -> None:
    assert names(client, query) == expected


@pytest.mark.parametrize("query", ["?filter==x", "?limit=-1", "?limit=x", "?offset=-1", "?fields=a[0]"])
def test_bad_questions_get_backstages_error(client: APIClient, query: str) -> None:
    answer = client.get(f"{ROOT}/entities{query}")
    body = answer.json()
    assert (answer.status_code, body["error"]["name"], body["response"]) == (400, "InputError", {"statusCode": 400})
    assert body["request"]["method"] == "GET"


def test_an_entity_is_found_by_name_in_any_case_and_by_its_uid(client: APIClient) -> None:
    body = client.get(f"{ROOT}/entities/by-name/COMPONENT/default/CHECKOUT").json()
    assert body["metadata"]["name"] == "Checkout"
    assert body["metadata"]["namespace"] == "default"
    assert body["metadata"]["annotations"]["backstage.io/managed-by-location"].startswith("url:https://")
    assert body["relations"] == [
        {"type": "dependsOn", "targetRef": "component:default/ledger"},
        {"type": "ownedBy", "targetRef": "group:default/payments"},
    ]
    assert client.get(f"{ROOT}/entities/by-uid/{body['metadata']['uid']}").json() == body


@pytest.mark.parametrize(
    "path", ["by-name/component/default/none", "by-uid/x", "by-uid/00000000-0000-0000-0000-000000000001"]
)
def test_a_missing_entity_is_backstages_404(client: APIClient, path: str) -> None:
    answer = client.get(f"{ROOT}/entities/{path}")
    assert (answer.status_code, answer.json()["error"]["name"]) == (404, "NotFoundError")


def test_only_the_asked_fields_are_sent(client: APIClient) -> None:
    query = "?filter=metadata.name=checkout&fields=kind,metadata.name,metadata.annotations.example.com/x.y,none.at.all"
    assert client.get(f"{ROOT}/entities{query}").json() == [
        {"kind": "Component", "metadata": {"name": "Checkout", "annotations": {"example.com/x.y": "Deep"}}}
    ]


def test_what_discovery_found_is_a_document_too(client: APIClient) -> None:
    Entity.objects.create(
        kind="resource", name="orders-1", title="orders", type="dynamodb-table", owner_ref="group:default/payments",
        source="discovery",
    )  # fmt: skip
    documents.mark_ids(Entity.objects.values_list("pk", flat=True))
    documents.refresh()
    body: dict[str, Any] = client.get(f"{ROOT}/entities/by-name/resource/default/orders-1").json()
    assert (body["kind"], body["spec"]["type"]) == ("Resource", "dynamodb-table")


@pytest.mark.parametrize("rows", [10, 500])
def test_the_whole_catalog_takes_few_queries(client: APIClient, rows: int, django_assert_max_num_queries: Any) -> None:
    Entity.objects.bulk_create(Entity(kind="component", name=f"s{number}", type="service") for number in range(rows))
    documents.mark_ids(Entity.objects.values_list("pk", flat=True))
    documents.refresh()
    with django_assert_max_num_queries(5):
        assert len(client.get(f"{ROOT}/entities").json()) == rows + 3


def test_nothing_is_read_without_signing_in(api: Callable[..., APIClient]) -> None:
    answer = api().get(f"{ROOT}/entities")
    assert (answer.status_code, answer.json()["error"]["name"]) == (401, "AuthenticationError")
