"""The relation graph: what it takes in, what it leaves out and says so, and how much it asks the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from services.descriptors.ends import Edge
from services.graphs import graph
from services.models import Entity
from services.storing.relations import replace_edges

pytestmark = pytest.mark.django_db
LEANING = graph.LEANING


@pytest.fixture
def client(browse: Callable[..., Client], vera: User) -> Client:
    return browse(vera)


def ref(name: str, kind: str = "component") -> str:
    return f"{kind}:default/{name}"


def lean(pairs: Iterable[tuple[str, str]], relation: str = "dependsOn") -> None:
    replace_edges({f"test:{relation}": [Edge(ref(source), relation, ref(target)) for source, target in pairs]})


def make(*names: str) -> None:
    Entity.objects.bulk_create(Entity(kind="component", name=name, title=name, type="service") for name in names)


def test_it_goes_on_only_in_the_way_it_came(service: Callable[..., Entity]) -> None:
    make("web", "shop", "ledger", "other", "deep")
    lean([("web", "shop"), ("shop", "ledger"), ("other", "ledger"), ("ledger", "deep")])
    found = graph.read(ref("shop"), LEANING, depth=2)
    assert set(found.nodes) == {ref(name) for name in ("web", "shop", "ledger", "deep")}
    assert ref("deep") not in graph.read(ref("shop"), LEANING, depth=1).nodes


def test_a_caller_leans_on_an_api_and_the_api_on_who_provides_it() -> None:
    make("caller", "provider")
    replace_edges({"test": [Edge(ref("caller"), "consumesApi", ref("a", "api")), Edge(ref("provider"), "providesApi", ref("a", "api"))]})  # fmt: skip
    found = graph.read(ref("caller"), LEANING)
    assert [(edge.source, edge.type, edge.target) for edge in found.edges] == [
        (ref("caller"), "consumesApi", ref("a", "api")),
        (ref("a", "api"), "apiProvidedBy", ref("provider")),
    ]
    assert found.dangling == [ref("a", "api")]


def test_what_is_left_out_is_counted() -> None:
    make("hub", *(f"user{number:03}" for number in range(200)))
    lean((f"user{number:03}", "hub") for number in range(200))
    found = graph.read(ref("hub"), LEANING, fan=10)
    assert (len(found.nodes), len(found.edges)) == (11, 10)
    assert [(more.ref, more.type, more.count, more.down) for more in found.more] == [
        (ref("hub"), "dependencyOf", 190, False)
    ]


def test_no_graph_has_more_than_60_entities_and_none_is_lost_silently() -> None:
    make(*(f"n{number:04}" for number in range(400)))
    lean((f"n{number:04}", f"n{number * 6 + step:04}") for number in range(60) for step in range(1, 7))
    found = graph.read(ref("n0000"), LEANING, depth=4, fan=40)
    assert len(found.nodes) == graph.MOST_NODES
    drawn = sum(edge.source == ref("n0009") for edge in found.edges)
    said = sum(more.count for more in found.more if more.ref == ref("n0009"))
    assert drawn + said == 6


def test_two_origins_that_say_the_same_edge_are_one_edge() -> None:
    make("a", "b")
    edge = Edge(ref("a"), "dependsOn", ref("b"))
    replace_edges({"one": [edge], "two": [edge]})
    found = graph.read(ref("a"), LEANING)
    assert (found.edges, found.more) == ([edge], [])


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_each_step_costs_two_queries_however_many_entities_there_are(depth: int) -> None:
    taken = []
    for size in (10, 1000):
        Entity.objects.all().delete()
        make(*(f"n{number:04}" for number in range(size)))
        lean((f"n{number // 3:04}", f"n{number:04}") for number in range(1, size))
        with CaptureQueriesContext(connection) as queries:
            graph.read(ref("n0000"), LEANING, depth=depth)
        taken.append(len(queries))
    assert max(taken) <= 2 * depth + 2


def test_the_page_draws_links_says_what_dangles_and_holds_the_same_as_a_table(client: Client) -> None:
    make("shop", "ledger")
    lean([("shop", "ledger"), ("ledger", "shop"), ("shop", "gone")])
    page = client.get(f"/services/graph/?focus={ref('shop').upper()}&depth=1").content.decode()
    assert 'aria-label="ledger, service"' in page
    assert 'aria-label="gone, not in the catalog"' in page
    assert 'href="/services/component/default/ledger/graph/"' in page
    assert "It goes round in a circle by way of ledger → shop." in page
    assert "shop points at 2 entities; one entity points at it." in page
    table = page[page.index('id="graph-table"') :]
    assert len(re.findall(r"<td>leans on</td>", table)) == 3
    assert "style=" not in page


def test_names_are_escaped_in_the_drawing(client: Client) -> None:
    Entity.objects.create(kind="component", name="a", title='"><script>alert(1)</script>', type="<b>")
    make("b")
    lean([("a", "b")])
    assert b"<script>alert" not in client.get("/services/component/default/a/graph/").content


@pytest.mark.parametrize("query", ["", "?focus=nonsense", "?focus=component:default/none", "?focus=%00", "?focus=a&depth=x"])  # fmt: skip
def test_a_focus_that_is_not_there_is_asked_for(client: Client, query: str) -> None:
    page = client.get(f"/services/graph/{query}")
    assert page.status_code == 200
    assert b'name="focus"' in page.content


@pytest.mark.parametrize("query", ["depth=99", "depth=-1", "depth=x", "fan=100000", "types=nonsense"])
def test_what_cannot_be_drawn_is_cut_to_what_can(client: Client, query: str) -> None:
    make("a", "b")
    lean([("a", "b")])
    assert b'aria-label="b, ' in client.get(f"/services/graph/?focus={ref('a')}&{query}").content


def test_rest_gives_the_same_and_refuses_what_it_cannot_read(api: Callable[..., APIClient], vera: User) -> None:
    make("a", "b")
    lean([("a", "b")])
    client, address = api(vera), "/api/v1/services/graph/"
    body = client.get(f"{address}?focus={ref('b')}&types=dependencyOf").json()
    assert body["edges"] == [{"source_ref": ref("a"), "type": "dependsOn", "target_ref": ref("b")}]
    assert body["types"] == ["dependsOn"]
    for query, field in (
        ("", "focus"),
        (f"?focus={ref('a')}&depth=9", "depth"),
        (f"?focus={ref('a')}&types=x", "types"),
    ):
        answer: Any = client.get(f"{address}{query}")
        assert (answer.status_code, field in answer.json()["error"]["fields"]) == (400, True)
    assert client.get(f"{address}?focus=component:default/none").status_code == 404
