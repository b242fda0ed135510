"""REST of the catalog: the page's filters, conditional reads, pushed facts that cannot be forged, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from portal.jobs.models import Run
from services import facts
from services.models import Entity, Import, Relation

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
Service = Callable[..., Entity]
ROOT = "/api/v1/services"


@pytest.fixture
def client(api: Api, vera: User) -> APIClient:
    return api(vera)


def pushed(client: APIClient, **body: Any) -> Any:
    body = {"entity": "component:default/tracking", "key": "ci.coverage", "value": {"percent": 81}} | body
    return client.post(f"{ROOT}/facts/", body, format="json")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?owner=payments&sort=name", ["checkout", "ledger"]),
        ("?kind=component&sort=-name", ["products", "ledger", "checkout"]),
        ("?sort=tier", ["checkout", "products", "ledger"]),
        ("?sort=-tier", ["ledger", "products", "checkout"]),
        ("?q=led", ["ledger"]),
        ("?tier=2", ["products"]),
        ("?mine=true", []),
    ],
)
def test_lists_take_the_filters_of_the_page(
    client: APIClient, service: Service, query: str, expected: list[str]
) -> None:
    service("ledger")
    service("products", team="catalog", tier=2)
    service("checkout", tier=1)
    assert [row["name"] for row in client.get(f"{ROOT}/entities/{query}").json()["results"]] == expected


def test_a_filter_that_cannot_be_read_is_an_error_in_rest(client: APIClient) -> None:
    answer = client.get(f"{ROOT}/entities/?tier=abc")
    assert (answer.status_code, "tier" in answer.json()["error"]["fields"]) == (400, True)


@pytest.mark.parametrize("sort", ["", "name", "-tier", "updated"])
def test_pages_by_cursor_hold_every_row_once(client: APIClient, service: Service, sort: str) -> None:
    for number in range(23):
        service(f"s{number}", tier=number % 3 or None)
    seen: list[str] = []
    url: str | None = f"{ROOT}/entities/?page_size=5&sort={sort}" if sort else f"{ROOT}/entities/?page_size=5"
    while url:
        body = client.get(url).json()
        seen += [row["name"] for row in body["results"]]
        url = body["next"]
    assert sorted(seen) == sorted(f"s{number}" for number in range(23))


@pytest.mark.parametrize("rows", [10, 200])
def test_a_list_takes_the_same_few_queries(client: APIClient, rows: int, django_assert_max_num_queries: Any) -> None:
    Entity.objects.bulk_create(Entity(kind="component", name=f"s{number}") for number in range(rows))
    with django_assert_max_num_queries(4):
        assert client.get(f"{ROOT}/entities/?page_size=200").status_code == 200


def test_one_entity_comes_with_its_relations(client: APIClient, service: Service) -> None:
    made = service("checkout")
    Relation.objects.create(source_ref=made.ref, origin="test", type="dependsOn", target_ref="component:default/ledger")
    body = client.get(f"{ROOT}/entities/component/default/checkout/").json()
    assert body["relations"] == [{"type": "dependsOn", "target_ref": "component:default/ledger"}]


def test_a_read_with_the_right_etag_is_not_sent_again(client: APIClient, service: Service) -> None:
    made = service("checkout")
    url = f"{ROOT}/entities/component/default/checkout/"
    etag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(url, headers={"If-None-Match": f'"other", W/{etag}'}).status_code == 304
    Entity.objects.filter(pk=made.pk).update(title="New")
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_facts_are_listed_with_their_age(client: APIClient, service: Service) -> None:
    facts.publish(service("checkout"), "ci.coverage", {"percent": 81}, source="ci")
    (fact,) = client.get(f"{ROOT}/entities/component/default/checkout/facts/").json()
    assert (fact["key"], fact["value"], fact["fresh"], fact["source"]) == ("ci.coverage", {"percent": 81}, True, "ci")


@pytest.mark.parametrize("path", ["component/default/none/", "component/default/none/facts/", "x/y/z/"])
def test_what_is_not_there_is_a_404(client: APIClient, path: str) -> None:
    assert client.get(f"{ROOT}/entities/{path}").status_code == 404


def test_an_editor_pushes_a_fact_of_the_own_team(api: Api, ana: User, service: Service) -> None:
    made = service("tracking", team="logistics")
    answer = pushed(api(ana), url="https://ci.example.com/1", expires_in=3600)
    assert (answer.status_code, answer.json()) == (200, {"changed": True})
    view = facts.current(made)["ci.coverage"]
    assert (view.value, view.source, view.url, view.fresh) == (
        {"percent": 81},
        "pushed by ana",
        "https://ci.example.com/1",
        True,
    )
    assert AuditEvent.objects.filter(action="fact.push", target=made.ref, actor="ana").count() == 1
    assert pushed(api(ana)).json() == {"changed": False}


def test_nobody_pushes_facts_of_another_team(api: Api, ana: User, vera: User, service: Service) -> None:
    service("tracking", team="payments")
    assert pushed(api(ana)).status_code == 403
    assert pushed(api(vera)).status_code == 403
    assert pushed(api()).status_code == 401


def test_a_missing_entity_is_a_404_before_the_body_is_judged(api: Api, ana: User) -> None:
    assert pushed(api(ana), value="nonsense").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"key": "aws.lambda"}, {"key": "catalog.descriptor"}, {"key": "one"}, {"key": "a.b.c"}, {"key": "A.B"}, {"key": ""},
        {"value": []}, {"value": {}}, {"value": "x"}, {"value": {"a": "x" * 70_000}}, {"url": "javascript:alert(1)"},
        {"url": "//x"}, {"expires_in": 1}, {"expires_in": 10**12}, {"observed_at": "2999-01-01T00:00:00Z"},
        {"observed_at": "yesterday"}, {"entity": None}, {"entity": 7}, {"entity": "x" * 300},
    ],
)  # fmt: skip
def test_a_fact_that_is_forged_or_malformed_is_refused(
    api: Api, ana: User, service: Service, body: dict[str, Any]
) -> None:
    made = service("tracking", team="logistics")
    answer = pushed(api(ana), **body)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]
    assert facts.current(made) == {}


def test_an_older_observation_does_not_replace_a_newer_one(api: Api, ana: User, service: Service) -> None:
    made = service("tracking", team="logistics")
    pushed(api(ana))
    assert pushed(api(ana), value={"percent": 1}, observed_at="2020-01-01T00:00:00Z").json() == {"changed": False}
    assert facts.current(made)["ci.coverage"].value == {"percent": 81}


def test_discovery_is_started_by_operators_only(api: Api, mira: User, ana: User, vera: User) -> None:
    for user in (ana, vera):
        assert api(user).post(f"{ROOT}/discover/").status_code == 403
    assert api().post(f"{ROOT}/discover/").status_code == 401
    assert not Run.objects.exists()
    answer = api(mira).post(f"{ROOT}/discover/")
    assert (answer.status_code, Run.objects.get(pk=answer.json()["run"]).job) == (202, "services.discover")


def test_imports_can_be_read_by_state(client: APIClient, service: Service) -> None:
    at = service("checkout").created_at
    Import.objects.create(source="a.yaml", document=1, state="ok", at=at)
    Import.objects.create(source="a.yaml", document=2, state="error", reason="bad", at=at)
    assert [row["reason"] for row in client.get(f"{ROOT}/imports/?state=error").json()["results"]] == ["bad"]
    assert len(client.get(f"{ROOT}/imports/").json()["results"]) == 2


def test_nothing_is_read_without_signing_in(api: Api, service: Service) -> None:
    service("checkout")
    for path in (
        "entities/",
        "entities/component/default/checkout/",
        "entities/component/default/checkout/facts/",
        "imports/",
    ):
        assert api().get(f"{ROOT}/{path}").status_code == 401
