"""The catalog's pages: one filter for page and CSV, constant queries, panels that fail alone, safe output."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.access.models import AuditEvent
from portal.jobs.models import Run
from portal.plugins import Panel, panels
from services import facts
from services.columns import Column, columns
from services.models import DiscoveryReport, Entity, Import, Relation

pytestmark = pytest.mark.django_db
Service = Callable[..., Entity]
Browse = Callable[..., Client]
LIST = "/services/"


@pytest.fixture
def client(browse: Browse, vera: User) -> Client:
    return browse(vera)


def names(client: Client, query: str = "") -> list[str]:
    """The names that the CSV of this address holds."""
    body = b"".join(client.get(f"{LIST}export.csv{query}").streaming_content)  # type: ignore[attr-defined]
    return [row["ref"].rpartition("/")[2] for row in csv.DictReader(io.StringIO(body.decode()))]


@pytest.fixture
def several(service: Service) -> None:
    service("checkout", tier=1, description="takes the money")
    service("ledger", tier=1, lifecycle="deprecated")
    service("products", team="catalog", system="shop", tier=2)
    service("job", team="catalog", system="shop", type="worker")
    Entity.objects.create(kind="group", name="payments", type="team")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["checkout", "job", "ledger", "products"]),
        ("?owner=payments", ["checkout", "ledger"]),
        ("?owner=group:default/payments", ["checkout", "ledger"]),
        ("?system=shop", ["job", "products"]),
        ("?type=worker", ["job"]),
        ("?lifecycle=deprecated", ["ledger"]),
        ("?tier=1&owner=payments", ["checkout", "ledger"]),
        ("?q=money", ["checkout"]),
        ("?q=the+takes", ["checkout"]),
        ("?q=%25", []),
        ("?kind=group", ["payments"]),
        ("?kind=all&sort=-name", ["products", "payments", "ledger", "job", "checkout"]),
        ("?sort=-tier", ["products", "checkout", "ledger", "job"]),
        ("?tier=abc&sort=nonsense", ["checkout", "job", "ledger", "products"]),
        ("?owner=nobody", []),
    ],
)
def test_page_and_csv_hold_the_same_rows_for_the_same_address(
    client: Client, several: None, query: str, expected: list[str]
) -> None:
    assert names(client, query) == expected
    page = client.get(f"{LIST}{query}")
    assert [row.entity.name for row in page.context["table"].rows] == expected


def test_mine_is_what_my_teams_own(browse: Browse, mira: User, vera: User, several: None) -> None:
    assert names(browse(mira), "?mine=true") == ["checkout", "ledger"]
    assert names(browse(vera), "?mine=true") == []


def test_removed_entities_are_nowhere(client: Client, service: Service) -> None:
    gone = service("gone")
    Entity.objects.filter(pk=gone.pk).update(removed_at=gone.created_at)
    assert names(client, "?kind=all") == []
    assert client.get(gone.get_absolute_url()).status_code == 410
    assert gone.get_absolute_url().encode() not in client.get("/search/?q=gone").content


@pytest.mark.parametrize("rows", [10, 1000])
def test_the_list_takes_the_same_few_queries_for_10_and_1000_services(
    client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    Entity.objects.bulk_create(
        Entity(kind="component", name=f"service-{number}", owner_ref=f"group:default/team-{number % 7}", type="service")
        for number in range(rows)
    )
    with django_assert_max_num_queries(18):
        assert client.get(LIST).status_code == 200


def test_a_column_of_a_plugin_is_asked_once_for_the_whole_page(client: Client, several: None) -> None:
    asked: list[int] = []

    def cells(entities: Any, request: Any) -> dict[int, str]:
        asked.append(len(entities))
        return {entity.pk: f"<b>cell of {entity.name}</b>" for entity in entities}

    with columns.temporarily(Column("test.one", "My column", cells)):
        page = client.get(LIST).content.decode()
    assert asked == [4]
    assert "My column" in page
    assert "<b>cell of checkout</b>" in page


def test_a_column_that_fails_leaves_the_list_standing(client: Client, several: None) -> None:
    with columns.temporarily(Column("test.bad", "Bad", lambda entities, request: {}[1])):
        assert b"checkout" in client.get(LIST).content


def test_htmx_gets_the_results_only_and_a_clean_address(client: Client, several: None) -> None:
    answer = client.get(
        f"{LIST}?q=&kind=component&owner=payments&page=1", headers={"HX-Request": "true", "HX-Target": "results"}
    )
    assert b"<html" not in answer.content
    assert answer["HX-Push-Url"] == "/services/?owner=payments"
    assert "HX-Request" in answer["Vary"]


def test_an_empty_catalog_says_how_to_fill_it(client: Client) -> None:
    assert b"Discover AWS accounts" in client.get(LIST).content


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_csv_is_a_formula(client: Client, service: Service, bad: str) -> None:
    service("checkout", title=bad, description=bad, tags=[bad])
    body = b"".join(client.get(f"{LIST}export.csv?columns=description&columns=tags").streaming_content).decode()  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(body, newline=""))
    assert row["title"] == row["description"] == f"'{bad}"
    assert not any((value or "").startswith(("=", "+", "-", "@", "\t", "\r")) for value in row.values())


def test_what_people_write_is_text_on_every_page(client: Client, service: Service) -> None:
    bad = '"><script>alert(1)</script>'
    made = service("checkout", title=bad, description=bad, type=bad, lifecycle=bad, tags=[bad], source=bad)
    Entity.objects.filter(pk=made.pk).update(
        owner_ref=f"group:default/{bad}", data={"metadata": {"links": [{"url": "https://x.test", "title": bad}]}}
    )
    facts.publish(made, "ci.note", {"text": bad}, source=bad)
    Import.objects.create(
        source=bad, document=1, state="error", reason=bad, remedy=bad, field=bad, ref=bad, at=made.created_at
    )
    for url in (LIST, made.get_absolute_url(), f"{made.get_absolute_url()}facts/", "/services/imports/", "/"):
        assert b"<script>alert" not in client.get(url).content


def test_an_address_that_runs_is_not_a_link_even_when_it_is_stored(client: Client, service: Service) -> None:
    made = service(
        "checkout", links=[{"url": "javascript:alert(1)", "title": "Docs"}, {"url": "https://x.test", "title": "Ok"}]
    )
    page = client.get(made.get_absolute_url()).content.decode()
    assert "javascript:" not in page
    assert 'href="https://x.test"' in page


def test_the_service_page_says_whose_it_is_and_what_it_leans_on(client: Client, service: Service) -> None:
    made = service("checkout", tier=1)
    resource = Entity.objects.create(
        kind="resource", name="orders-dynamodb-table-1", title="orders", type="dynamodb-table", source="discovery",
        data={"metadata": {"annotations": {"aws/arn": "arn:1", "aws/region": "eu-west-1"}},
              "spec": {"store": "key-value", "detail": "DynamoDB"}},
    )  # fmt: skip
    for target in (resource.ref, "component:default/nowhere"):
        Relation.objects.create(source_ref=made.ref, origin="test", type="dependsOn", target_ref=target)
    page = client.get(made.get_absolute_url()).content.decode()
    assert all(
        words in page for words in ("Tier 1", "owned by", "DynamoDB, eu-west-1", "IE, key-value", "not in the catalog")
    )


def test_a_resource_page_shows_what_aws_said_of_it(client: Client, service: Service) -> None:
    made = service("checkout")
    resource = Entity.objects.create(
        kind="resource", name="orders-1", source="discovery", data={"metadata": {"annotations": {"aws/arn": "arn:1"}}}
    )
    Relation.objects.create(source_ref=resource.ref, origin="test", type="dependencyOf", target_ref=made.ref)
    assert b"Configuration" not in client.get(resource.get_absolute_url()).content
    row = {
        "name": "orders",
        "arn": "arn:1",
        "account": "1",
        "region": "r",
        "point_in_time_recovery": True,
        "replicas": [],
    }
    facts.publish(made, "aws.dynamodb", {"items": [row], "count": 1}, source="aws")
    page = client.get(resource.get_absolute_url()).content.decode()
    assert "<dt>Point in time recovery</dt><dd>yes</dd>" in page
    assert "<dt>Replicas</dt><dd>none</dd>" in page
    assert "<code>arn:1</code>" in page


def test_a_service_of_functions_and_tables_is_fully_serverless(client: Client, service: Service) -> None:
    made = service("checkout")
    place = {"arn": "a", "account": "1", "region": "r"}
    facts.publish(made, "aws.lambda", {"items": [{"name": "f", **place}], "count": 1}, source="aws")
    assert b"Fully serverless" in client.get(made.get_absolute_url()).content
    facts.publish(made, "aws.asg", {"items": [{"name": "g", **place}], "count": 1}, source="aws")
    assert b"Fully serverless" not in client.get(made.get_absolute_url()).content


def test_a_panel_that_raises_becomes_an_error_card_and_the_page_stands(client: Client, service: Service) -> None:
    def broken(request: Any, subject: Any) -> dict[str, Any]:
        raise RuntimeError("no")

    made = service("checkout")
    with panels.temporarily(Panel("test.bad", "Broken thing", "service.main", "services/panel_about.html", broken)):
        answer = client.get(made.get_absolute_url())
    assert answer.status_code == 200
    assert b"Broken thing" in answer.content
    assert b"What it leans on" not in answer.content
    assert b"Came from" in answer.content


def test_tabs_are_addresses_of_their_own_and_unknown_ones_are_missing(client: Client, service: Service) -> None:
    made = service("checkout")
    facts.publish(made, "ci.coverage", {"percent": 81}, source="pushed by ci")
    assert b"ci.coverage" in client.get(f"{made.get_absolute_url()}facts/").content
    assert client.get(f"{made.get_absolute_url()}nonsense/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["component/default/none", "nonsense/default/checkout", "component/other/checkout", "component/default/a%00"],
)
def test_what_is_not_there_is_a_404(client: Client, service: Service, path: str) -> None:
    service("checkout")
    assert client.get(f"/services/{path}/").status_code == 404


def test_names_in_addresses_are_case_insensitive(client: Client, service: Service) -> None:
    service("checkout")
    assert client.get("/services/Component/default/Checkout/").status_code == 200


def test_the_team_page_shows_members_and_services(client: Client, several: None) -> None:
    team = Entity.objects.get(kind="group")
    Relation.objects.create(source_ref=team.ref, origin="test", type="hasMember", target_ref="user:default/mira")
    page = client.get(team.get_absolute_url()).content.decode()
    assert "/services/component/default/checkout/" in page
    assert "mira" in page


def test_everybody_signs_in_first(browse: Browse, several: None) -> None:
    for path in ("", "export.csv", "discovery/", "imports/", "component/default/checkout/"):
        answer = browse().get(f"{LIST}{path}")
        assert (answer.status_code, answer["Location"].startswith("/login/")) == (302, True)


def test_a_viewer_cannot_start_discovery_and_does_not_see_the_button(client: Client) -> None:
    assert b"Discover now" not in client.get("/services/discovery/").content
    assert client.post("/services/discovery/run/").status_code == 403
    assert not Run.objects.filter(job="services.discover").exists()


def test_an_operator_starts_one_discovery_and_it_is_audited(browse: Browse, mira: User) -> None:
    client = browse(mira)
    assert b"Discover now" in client.get("/services/discovery/").content
    for _ in range(2):
        assert client.post("/services/discovery/run/").status_code == 302
    assert Run.objects.filter(job="services.discover", requested_by="mira").count() == 1
    assert AuditEvent.objects.filter(action="discovery.start", actor="mira").exists()


def test_discovery_cannot_be_started_by_following_a_link(browse: Browse, mira: User) -> None:
    assert browse(mira).get("/services/discovery/run/").status_code == 405


def test_the_discovery_page_shows_what_went_wrong_and_the_remedy(client: Client, service: Service) -> None:
    now = service("checkout").created_at
    shared = {"account_name": "production", "region": "eu-west-1", "at": now}
    DiscoveryReport.objects.create(
        account="1" * 12, kind="Buckets", state="denied", remedy="Allow s3:ListAllMyBuckets.", **shared
    )
    DiscoveryReport.objects.create(account="1" * 12, kind="Queues", state="ok", found=3, **shared)
    page = client.get("/services/discovery/").content.decode()
    assert "1 of 2 readings went wrong." in page
    assert "Allow s3:ListAllMyBuckets." in page


def test_the_home_page_shows_my_services_first(browse: Browse, mira: User, several: None) -> None:
    page = browse(mira).get("/").content.decode()
    assert "2 services" in page
    assert "/services/component/default/checkout/" in page
    assert "/services/component/default/products/" not in page


def test_search_finds_services_by_name_first(client: Client, service: Service) -> None:
    service("checkout")
    service("aaa", description="calls checkout")
    page = client.get("/search/?q=checkout").content.decode()
    assert 0 < page.index("/services/component/default/checkout/") < page.index("/services/component/default/aaa/")
