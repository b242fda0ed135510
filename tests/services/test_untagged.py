"""The untagged bucket: what no tag gives to a service has a place, a suggestion, and a decision that can be undone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from services.discover import discover
from services.models import Entity, Stray
from services.models.adoption import ADOPTED, IGNORED, OPEN
from services.untagged import adopt

from .conftest import PLACE, World, table
from .test_discover import OTHER, denied

pytestmark = pytest.mark.django_db
Browse = Callable[..., Client]
Api = Callable[..., APIClient]
URL, REST = "/services/untagged/", "/api/v1/services/untagged/"


def run() -> dict[str, Any]:
    return discover(lambda done, total, text: None, lambda: None)


def strays() -> list[str]:
    return sorted(Stray.objects.filter(state=OPEN).values_list("name", flat=True))


@pytest.fixture
def orphan(world: World) -> Stray:
    """The table checkout-archive, which nobody has tagged, beside the service checkout of payments."""
    world.put(table("orders"), table("checkout-archive", ""))
    run()
    return Stray.objects.get()


def make(number: int, **fields: Any) -> Stray:
    values: dict[str, Any] = {
        "account": "111111111111", "account_name": "production", "region": "eu-west-1", "family": "s3",
        "kind": "Buckets", "name": f"bucket-{number:04d}", "arn": f"arn:aws:s3:::bucket-{number:04d}",
        "found_at": "2026-11-20T10:00:00Z",
    }  # fmt: skip
    return Stray(**(values | fields))


# Discovery


def test_a_resource_without_a_service_has_a_row_with_a_suggestion(orphan: Stray) -> None:
    assert (orphan.name, orphan.kind, orphan.account_name, orphan.state) == (
        "checkout-archive", "DynamoDB tables", "production", OPEN,
    )  # fmt: skip
    assert orphan.suggestions == [
        {"service": "checkout", "score": 0.6, "reasons": ["The name of the service is part of its name."]}
    ]


def test_a_resource_that_gets_its_tags_leaves_the_bucket(world: World, orphan: Stray) -> None:
    world.put(table("orders"), table("checkout-archive"))
    run()
    assert strays() == []


def test_a_resource_that_is_gone_leaves_the_bucket_but_not_while_its_place_is_hidden(
    world: World, orphan: Stray
) -> None:
    world.errors[PLACE] = denied()
    run()
    assert strays() == ["checkout-archive"]
    world.errors.clear()
    world.put(table("orders"))
    run()
    assert not Stray.objects.exists()


def test_without_tags_nothing_falls_into_the_bucket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*place: str) -> list[Any]:
        raise denied()

    monkeypatch.setattr("portal.aws.tagging.resources", refuse)
    world.put(table("orders", ""))
    run()
    assert strays() == []


def test_an_adopted_resource_goes_to_its_service_before_any_tag(
    world: World, orphan: Stray, mira: User, service: Callable[..., Entity]
) -> None:
    adopt.adopt(mira, orphan, Entity.objects.services().get(name="checkout"))
    world.put(table("orders"), table("checkout-archive", "ledger"))
    run()
    assert not Entity.objects.filter(kind="component", name="ledger").exists()
    checkout = Entity.objects.get(kind="component", name="checkout")
    resource = Entity.objects.get(kind="resource", title="checkout-archive")
    assert ("dependsOn", resource.ref) in checkout.relations.values_list("type", "target_ref")
    assert Stray.objects.get().state == ADOPTED


def test_given_back_it_is_in_the_bucket_again_and_hangs_on_nothing(world: World, orphan: Stray, mira: User) -> None:
    adopt.adopt(mira, orphan, Entity.objects.services().get(name="checkout"))
    run()
    adopt.give_back(mira, Stray.objects.get())
    run()
    assert strays() == ["checkout-archive"]
    assert not Entity.objects.live().filter(kind="resource", title="checkout-archive").exists()


def test_a_decision_outlives_the_resource_and_says_so(world: World, orphan: Stray, mira: User) -> None:
    adopt.ignore(mira, orphan, "kept for the auditors")
    world.put(table("orders"))
    run()
    row = Stray.objects.get()
    assert row.state == IGNORED
    assert row.gone_at is not None
    world.put(table("orders"), table("checkout-archive", ""))
    run()
    assert Stray.objects.get().gone_at is None


def test_what_a_removed_service_had_adopted_is_without_a_service_again(world: World, orphan: Stray, mira: User) -> None:
    checkout = Entity.objects.services().get(name="checkout")
    adopt.adopt(mira, orphan, checkout)
    world.put(table("checkout-archive", ""))
    Entity.objects.filter(pk=checkout.pk).update(removed_at="2026-11-20T10:00:00Z")
    run()
    assert strays() == ["checkout-archive"]
    assert AuditEvent.objects.filter(action="stray.free").count() == 1


def test_two_accounts_may_each_have_a_resource_of_one_arn(world: World) -> None:
    arn = "arn:aws:apigateway:eu-west-1::/restapis/abc"
    world.put(replace(table("api", ""), arn=arn), replace(table("api", "", OTHER), arn=arn))
    run()
    assert Stray.objects.count() == 2


# The page


def test_the_page_offers_one_click_to_whom_may_and_names_the_team_to_others(
    orphan: Stray, browse: Browse, mira: User, vera: User
) -> None:
    page = browse(mira).get(URL).content.decode()
    assert "1 resource belongs to no service." in page
    assert "Adopt for checkout" in page
    assert "The name of the service is part of its name." in page
    other = browse(vera).get(URL).content.decode()
    assert "Adopt for checkout" not in other
    assert "payments may adopt it" in other


def test_one_click_adopts_and_returns_to_the_same_filters(orphan: Stray, browse: Browse, mira: User) -> None:
    body = {"service": "checkout", "back": "kind=DynamoDB+tables"}
    answer = browse(mira).post(f"{URL}{orphan.pk}/adopt/", body)
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}?kind=DynamoDB+tables")
    row = Stray.objects.get()
    assert (row.state, row.service_ref, row.decided_by) == (ADOPTED, "component:default/checkout", "mira")
    event = AuditEvent.objects.get(action="stray.adopted")
    assert (event.actor, event.target, event.severity) == ("mira", orphan.arn, "medium")


def test_the_way_back_never_leaves_the_portal(orphan: Stray, browse: Browse, mira: User) -> None:
    body = {"service": "checkout", "back": "//evil.example/?a=b"}
    answer = browse(mira).post(f"{URL}{orphan.pk}/adopt/", body)
    assert answer["Location"].startswith(f"{URL}?")


@pytest.mark.parametrize(
    ("verb", "body", "words"),
    [
        ("adopt", {"service": ""}, "Name a service of the catalog"),
        ("adopt", {"service": "nowhere"}, "Name a service of the catalog"),
        ("adopt", {"service": "a/b/c"}, "Name a service of the catalog"),
        ("adopt", {"service": "checkout\x00"}, "Name a service of the catalog"),
        ("ignore", {"reason": "\x00"}, "Say in a few words why"),
        ("ignore", {"reason": "  "}, "Say in a few words why"),
        ("give-back", {}, "Nobody has decided"),
    ],
)
def test_a_decision_that_cannot_be_made_says_why(
    orphan: Stray, browse: Browse, mira: User, verb: str, body: dict[str, str], words: str
) -> None:
    page = browse(mira).post(f"{URL}{orphan.pk}/{verb}/", body, follow=True).content.decode()
    assert words in page
    assert Stray.objects.get().state == OPEN


def test_only_editors_of_the_services_team_may_adopt(
    orphan: Stray, browse: Browse, ana: User, jon: User, vera: User
) -> None:
    for user in (ana, jon, vera):
        assert browse(user).post(f"{URL}{orphan.pk}/adopt/", {"service": "checkout"}).status_code == 403
    assert Stray.objects.get().state == OPEN


def test_a_service_without_an_owner_takes_an_operator_of_everything(
    orphan: Stray, mira: User, person: Callable[..., User], service: Callable[..., Entity], browse: Browse
) -> None:
    free = service("free")
    Entity.objects.filter(pk=free.pk).update(owner_ref="")
    assert browse(mira).post(f"{URL}{orphan.pk}/adopt/", {"service": "free"}).status_code == 403
    chief = person("otto", "operator")
    assert browse(chief).post(f"{URL}{orphan.pk}/adopt/", {"service": "free"}).status_code == 302
    assert Stray.objects.get().service_ref == "component:default/free"


def test_what_is_ignored_keeps_its_reason_and_can_be_given_back(orphan: Stray, browse: Browse, mira: User) -> None:
    client = browse(mira)
    client.post(f"{URL}{orphan.pk}/ignore/", {"reason": "shared by all teams"})
    assert "Nothing is left to decide." in client.get(URL).content.decode()
    assert "shared by all teams" in client.get(f"{URL}?state=ignored").content.decode()
    client.post(f"{URL}{orphan.pk}/give-back/")
    assert strays() == ["checkout-archive"]
    assert list(AuditEvent.objects.filter(action__startswith="stray.").order_by("id").values_list("action", flat=True)) == [
        "stray.ignored", "stray.give_back",
    ]  # fmt: skip


def test_an_editor_cannot_say_that_nobody_needs_it(orphan: Stray, browse: Browse, ana: User) -> None:
    assert browse(ana).post(f"{URL}{orphan.pk}/ignore/", {"reason": "x"}).status_code == 403


def test_the_address_filters_page_and_csv_alike(browse: Browse, vera: User) -> None:
    Stray.objects.bulk_create(
        [
            make(1),
            make(2, region="us-east-1"),
            make(3, kind="Queues", suggestions=[{"service": "x", "score": 0.9, "reasons": ["It has the name."]}]),
            make(4, state=IGNORED, reason="=1+1"),
            make(5, account="222222222222", account_name="platform"),
        ]
    )
    client = browse(vera)
    for query, expected in {
        "": {1, 2, 3, 5},
        "?region=us-east-1": {2},
        "?kind=Queues": {3},
        "?hint=true": {3},
        "?hint=false": {1, 2, 5},
        "?state=ignored": {4},
        "?account=222222222222": {5},
        "?q=bucket-0003": {3},
        "?state=nonsense&kind=Queues": {3},
        f"?account={'9' * 50}": {1, 2, 3, 5},
        "?q=%00": {1, 2, 3, 5},
    }.items():
        body = b"".join(client.get(f"{URL}export.csv{query}").streaming_content)  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        assert {int(row["name"][-4:]) for row in rows} == expected, query
        page = client.get(f"{URL}{query}").content.decode()
        assert {number for number in range(1, 6) if f"<span>bucket-000{number}</span>" in page} == expected, query
        assert all(not row["reason"].startswith("=") for row in rows)


def test_the_page_asks_as_often_for_a_thousand_as_for_ten(
    browse: Browse, vera: User, service: Callable[..., Entity]
) -> None:
    service("checkout")
    hint = [{"service": "checkout", "score": 0.9, "reasons": ["It has the name of the service."]}]
    client, counts = browse(vera), []
    for upto in (10, 1000):
        Stray.objects.all().delete()
        Stray.objects.bulk_create([make(number, suggestions=hint) for number in range(upto)])
        client.get(URL)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(URL).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_home_and_discovery_lead_to_the_bucket(orphan: Stray, browse: Browse, mira: User) -> None:
    client = browse(mira)
    assert "1 untagged</a>" in client.get("/").content.decode()
    assert "1 resource belongs to no service." in client.get("/services/discovery/").content.decode()


def test_an_empty_bucket_is_good_news(browse: Browse, vera: User) -> None:
    assert "Every resource that was found has a service." in browse(vera).get(URL).content.decode()


# REST


def test_rest_lists_adopts_and_gives_back(orphan: Stray, api: Api, mira: User) -> None:
    client = api(mira)
    (row,) = client.get(f"{REST}?state=open").json()["results"]
    assert (row["name"], row["suggestions"][0]["service"]) == ("checkout-archive", "checkout")
    adopted = client.post(f"{REST}{orphan.pk}/adopt/", {"service": "component:default/checkout"}, format="json")
    assert (adopted.status_code, adopted.json()["state"]) == (200, "adopted")
    again = client.post(f"{REST}{orphan.pk}/adopt/", {"service": "checkout"}, format="json")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    back = client.post(f"{REST}{orphan.pk}/give-back/")
    assert (back.status_code, back.json()["state"]) == (200, "open")
    assert client.post(f"{REST}{orphan.pk}/give-back/").status_code == 409


def test_rest_answers_wrong_input_with_the_field(orphan: Stray, api: Api, mira: User) -> None:
    client = api(mira)
    for body in ({}, {"service": ""}, {"service": "nowhere"}, {"service": "component:other/checkout"}, {"service": 5}):
        answer = client.post(f"{REST}{orphan.pk}/adopt/", body, format="json")
        assert answer.status_code == 400
        assert "service" in answer.json()["error"]["fields"]
    assert client.post(f"{REST}{orphan.pk}/ignore/", {"reason": ""}, format="json").status_code == 400
    assert client.post(f"{REST}999999/adopt/", {"service": "checkout"}, format="json").status_code == 404
    assert client.get(f"{REST}?state=nonsense").status_code == 400


def test_rest_keeps_the_rights(orphan: Stray, api: Api, ana: User, vera: User) -> None:
    assert api().get(REST).status_code in {401, 403}
    assert api(vera).get(REST).status_code == 200
    for user in (ana, vera):
        answer = api(user).post(f"{REST}{orphan.pk}/adopt/", {"service": "checkout"}, format="json")
        assert answer.status_code == 403
        assert api(user).post(f"{REST}{orphan.pk}/ignore/", {"reason": "x"}, format="json").status_code == 403
    assert not AuditEvent.objects.filter(action__startswith="stray.").exists()
