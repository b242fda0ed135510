"""Properties of the layout of graphs: nothing is lost, nothing overlaps, cycles end, and the same input gives the same drawing."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine import tree
from services.engine.layout import closing, crossings, layout
from services.engine.rows import spread

NAMES = [f"n{number}" for number in range(12)]
GRAPHS = st.lists(st.sampled_from(NAMES), unique=True, max_size=12).flatmap(
    lambda nodes: st.tuples(
        st.just(nodes), st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=40)
    )
)
Graph = tuple[list[str], list[tuple[str, str]]]


@given(GRAPHS)
def test_every_node_stands_once_and_no_two_overlap(graph: Graph) -> None:
    nodes, edges = graph
    made = layout(nodes, edges)
    assert list(made.places) == nodes
    assert all(0 <= layer < made.layers and 0 <= row <= made.rows - 1 + 1e-6 for layer, row in made.places.values())
    for (layer, row), (other_layer, other_row) in combinations(made.places.values(), 2):
        assert layer != other_layer or abs(row - other_row) >= 1 - 0.002


@given(GRAPHS)
def test_edges_join_nodes_that_are_there_and_pass_each_layer_between(graph: Graph) -> None:
    nodes, edges = graph
    made = layout(nodes, edges)
    wanted = {(source, target) for source, target in edges if source != target and {source, target} <= set(nodes)}
    assert set(made.routes) == wanted
    for (source, target), route in made.routes.items():
        assert (route[0], route[-1]) == (made.places[source], made.places[target])
        step = -1 if (source, target) in made.turned else 1
        assert all(after[0] - before[0] == step for before, after in pairwise(route))


@given(GRAPHS)
def test_the_same_graph_gives_the_same_drawing(graph: Graph) -> None:
    nodes, edges = graph
    assert layout(nodes, edges) == layout(list(nodes), list(edges))


@given(GRAPHS)
def test_only_edges_of_cycles_are_turned_and_without_them_there_is_none(graph: Graph) -> None:
    nodes, edges = graph
    edges = [edge for edge in edges if edge[0] != edge[1] and set(edge) <= set(nodes)]
    turned = closing(nodes, edges)
    assert closing(nodes, [edge for edge in edges if edge not in turned]) == set()


def test_a_cycle_is_drawn_with_one_edge_turned() -> None:
    made = layout(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")])
    assert made.turned == {("c", "a")}
    assert [made.places[name][0] for name in "abc"] == [0, 1, 2]


def test_crossings_that_can_be_avoided_are() -> None:
    made = layout(["a", "b", "x", "y"], [("a", "y"), ("b", "x")])
    assert (made.places["a"][1] < made.places["b"][1]) == (made.places["y"][1] < made.places["x"][1])
    assert crossings([["a", "b"], ["x", "y"]], {"a": ["y"], "b": ["x"]}) == 1


def test_a_long_chain_and_a_wide_fan_are_no_trouble() -> None:
    chain = [f"c{number}" for number in range(1500)]
    assert layout(chain, list(pairwise(chain))).layers == 1500
    assert layout(["hub", *chain[:80]], [("hub", name) for name in chain[:80]]).rows == pytest.approx(80)


@given(st.lists(st.floats(-50, 50), max_size=20), st.floats(0.1, 2))
def test_places_keep_their_order_and_their_distance(wanted: list[float], gap: float) -> None:
    found = spread(wanted, [gap] * max(len(wanted) - 1, 0))
    assert len(found) == len(wanted)
    assert all(after - before >= gap - 1e-6 for before, after in pairwise(found))
    assert sum(found) == pytest.approx(sum(wanted), abs=1e-6)


def test_who_wants_far_apart_places_gets_them() -> None:
    assert spread([0.0, 5.0, 9.0], [1.0, 1.0]) == [0.0, 5.0, 9.0]


def test_a_circle_of_parents_ends() -> None:
    assert tree.ancestors({"a": ["b"], "b": ["c"], "c": ["a"]}, "a") == ["c", "b"]
    assert tree.branches({"a": ["b"], "b": ["c"], "c": ["a", "b"]}, "a", 10) == [("b", 1), ("c", 2)]
    assert tree.branches({"a": [str(number) for number in range(9)]}, "a", 3) == [("0", 1), ("1", 1), ("2", 1)]
