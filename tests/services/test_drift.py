"""Drift: what a descriptor says against what AWS shows; silence on either side is no disagreement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from services import facts
from services.discover import discover
from services.engine.drift import Resource, Word, missing, undeclared, words
from services.ingest import ingest
from services.models import Entity

from .conftest import World, table
from .test_discover import OTHER, denied

DESCRIPTOR = """
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout}
spec: {type: service, lifecycle: production, owner: OWNER, tier: 1, dependsOn: [DEPENDS]}
"""


def describe(owner: str = "payments", depends: str = "") -> None:
    text = DESCRIPTOR.replace("OWNER", owner).replace("DEPENDS", depends)
    assert not ingest(text.encode(), "a.yaml").errors


def compare() -> dict[str, Any]:
    discover(lambda done, total, text: None, lambda: None)
    entity = Entity.objects.get(kind="component", name="checkout")
    return facts.current(entity)["catalog.drift"].value


@pytest.mark.parametrize(
    ("said", "seen", "kinds"),
    [
        (Word("payments"), Word("search"), ["owner"]),
        (Word("payments"), Word(""), []),
        (Word(""), Word("search"), []),
        (Word("a", "production", 1), Word("a", "production", 1), []),
        (Word("a", "production"), Word("a", "experimental"), ["lifecycle"]),
        (Word("a", "experimental"), Word("a", "production"), ["lifecycle"]),
        (Word("a", "deprecated"), Word("a", "production"), []),
        (Word("a", "production"), Word("a", "unknown"), []),
        (Word("a", tier=1), Word("a", tier=2), ["tier"]),
        (Word("a", tier=0), Word("a", tier=1), ["tier"]),
        (Word("a", tier=1), Word("a"), []),
        (Word("a", "production", 1), Word("b", "experimental", 2), ["owner", "lifecycle", "tier"]),
    ],
)
def test_only_two_different_words_are_a_difference(said: Word, seen: Word, kinds: list[str]) -> None:
    assert [one.kind for one in words(said, seen)] == kinds


def test_each_difference_says_what_to_do() -> None:
    (found,) = words(Word("payments"), Word("search"))
    assert found.fix == "Set the tag team to payments on its resources, or spec.owner to search in the descriptor."


def test_a_declared_resource_is_found_by_arn_or_by_name() -> None:
    real = [Resource("resource:default/orders-dynamodb-table-1", "Orders", "arn:orders")]
    assert missing([Resource("resource:default/x", "x", "arn:orders")], real) == []
    assert missing([Resource("resource:default/orders", "orders")], real) == []
    assert missing([Resource("resource:default/orders-dynamodb-table-1", "else")], real) == []
    assert [one.subject for one in missing([Resource("resource:default/orders", "orders", "arn:gone")], real)] == [
        "orders"
    ]


def test_what_is_left_out_counts_only_where_something_is_named() -> None:
    real = [Resource("resource:default/a", "a", "arn:a"), Resource("resource:default/b", "b", "arn:b")]
    assert undeclared([], real) == []
    assert [one.subject for one in undeclared([Resource("resource:default/a", "a")], real)] == ["b"]


def test_a_service_that_agrees_says_so(world: World) -> None:
    describe()
    world.put(table("orders"))
    assert compare() == {
        "declared": 0, "owner_agrees": True, "lifecycle_agrees": True, "tier_agrees": True, "missing": [],
        "undeclared": [], "items": [], "count": 0,
    }  # fmt: skip


def test_another_team_in_the_tags_is_drift(world: World) -> None:
    describe(owner="storefront")
    world.put(table("orders"))
    value = compare()
    assert (value["owner_agrees"], value["count"]) == (False, 1)
    assert (value["items"][0]["declared"], value["items"][0]["real"]) == ("storefront", "payments")


def test_resources_are_compared_both_ways(world: World) -> None:
    describe(depends='"resource:archive"')
    world.put(table("orders"))
    value = compare()
    assert (value["missing"], value["undeclared"], value["declared"]) == (["archive"], ["orders"], 1)


def test_a_resource_of_another_service_is_not_missing(world: World) -> None:
    describe(depends='"resource:ledger-table"')
    world.put(table("orders"), table("ledger-table", "ledger"))
    assert compare()["missing"] == []


def test_untagged_resources_leave_the_owner_unknown(world: World) -> None:
    describe()
    world.put(table("orders", tags={"service": "checkout"}))
    value = compare()
    assert "owner_agrees" not in value
    assert "tier_agrees" not in value


def test_nothing_is_called_missing_while_a_place_cannot_be_read(world: World) -> None:
    describe(depends='"resource:archive"')
    world.put(table("orders"))
    world.errors[OTHER] = denied(OTHER)
    value = compare()
    assert "missing" not in value
    assert value["undeclared"] == ["orders"]


def test_a_discovered_service_has_no_descriptor_to_disagree_with(world: World) -> None:
    world.put(table("orders"))
    discover(lambda done, total, text: None, lambda: None)
    assert "catalog.drift" not in facts.current(Entity.objects.services().get())


def test_the_comparison_retires_with_the_last_resource(world: World) -> None:
    describe()
    world.put(table("orders"))
    compare()
    world.put()
    discover(lambda done, total, text: None, lambda: None)
    assert "catalog.drift" not in facts.current(Entity.objects.services().get())


def test_the_page_shows_what_differs_and_stays_calm_where_nothing_does(
    world: World, browse: Callable[..., Client], vera: User
) -> None:
    describe(owner="storefront", depends='"resource:archive"')
    world.put(table("orders"))
    compare()
    page = browse(vera).get("/services/component/default/checkout/").content.decode()
    assert "3 things differ between the descriptor and AWS." in page
    assert "Owner: storefront in the descriptor, payments in the tags" in page
    assert "The descriptor declares archive, which no account has" in page
    assert "Add resource:default/orders-dynamodb-table-" in page
    describe()
    compare()
    assert (
        "Descriptor and AWS disagree" not in browse(vera).get("/services/component/default/checkout/").content.decode()
    )
