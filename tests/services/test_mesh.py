"""The mesh view: what is set, what is risky, what changed and whom it reached."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine import mesh
from services.engine.mesh_history import changes


def item(**fields: Any) -> dict[str, Any]:
    """An App Mesh mesh with one route, as the fact `aws.mesh` holds it."""
    route = {
        "name": "plan", "protocol": "http", "match": "/", "retries": None, "timeout_ms": None, "retry_on": [],
        "targets": [{"name": "a", "kind": "node", "weight": 90, "share": 0.9}, {"name": "b", "kind": "node", "weight": 10, "share": 0.1}],
        "callers": ["shop"],
    }  # fmt: skip
    member = {"name": "a", "kind": "node", "address": "a.local", "tls": "off", "outlier": ""}
    base = {
        "name": "m", "arn": "arn:m", "technology": mesh.APP_MESH, "supported": False, "network": "m", "routes": [route],
        "members": [member], "tunable": ["weights", "retries", "timeouts", "outlier", "tls"],
        "routes_without_retry": ["plan"], "routes_without_timeout": ["plan"], "members_without_outlier": ["a"],
        "encrypted": False, "authenticated": False, "access_logs": False, "misfits": [], "traffic": {"reason": "None."},
    }  # fmt: skip
    return {**base, **fields}


def states(row: dict[str, Any]) -> dict[str, str]:
    return {entry.name: entry.state for entry in mesh.settings(row)}


def test_what_is_not_set_on_app_mesh_is_told_with_its_remedy() -> None:
    assert states(item()) == {
        "Retries": "poor", "Timeouts": "poor", "Outlier detection": "fair", "TLS": "poor", "Callers": "fair",
        "Access logs": "fair",
    }  # fmt: skip
    assert all(entry.remedy for entry in mesh.settings(item()) if entry.state == "poor")


def test_what_is_set_is_good() -> None:
    sound = item(
        routes_without_retry=[], routes_without_timeout=[], members_without_outlier=[], encrypted=True,
        authenticated=True, access_logs=True,
    )  # fmt: skip
    assert set(states(sound).values()) == {"good"}


def test_what_a_mesh_does_not_offer_is_no_fault() -> None:
    lattice = item(
        technology=mesh.LATTICE, tunable=["weights", "tls"], routes_without_retry=[], routes_without_timeout=[]
    )
    assert {states(lattice)[name] for name in ("Retries", "Timeouts", "Outlier detection")} == {"neutral"}
    connect = item(technology=mesh.CONNECT, tunable=["timeouts", "tls"], routes_without_retry=[])
    assert (states(connect)["Retries"], states(connect)["Timeouts"]) == ("neutral", "poor")


@pytest.mark.parametrize(
    ("traffic", "added", "state"),
    [
        ({"mesh_ms": 52.0, "direct_ms": 45.0}, 7.0, "fair"),
        ({"mesh_ms": 47.0, "direct_ms": 45.0}, 2.0, "good"),
        ({"mesh_ms": 80.0, "direct_ms": 45.0}, 35.0, "poor"),
        ({"mesh_ms": 40.0, "direct_ms": 45.0}, -5.0, "good"),
        ({"mesh_ms": 52.0, "reason": "No metric."}, None, "stale"),
        ({}, None, "stale"),
    ],
)
def test_latency_is_measured_with_and_without_or_said_to_be_unmeasured(
    traffic: dict[str, Any], added: float | None, state: str
) -> None:
    said = mesh.latency(item(traffic=traffic))
    assert (said.added_ms, said.state) == (added, state)
    assert said.words.startswith("Not measured." if added is None else "The mesh")


def test_functions_do_not_fit_a_mesh_of_proxies_but_fit_lattice() -> None:
    assert mesh.misfits(item(misfits=["gateway"]), ["mailer"]) == ("gateway", "mailer")
    assert mesh.misfits(item(technology=mesh.CONNECT), ["mailer"]) == ("mailer",)
    assert mesh.misfits(item(technology=mesh.LATTICE), ["mailer"]) == ()


def test_the_way_off_app_mesh_depends_on_its_members() -> None:
    assert "VPC Lattice: it needs no proxy, so that gateway" in mesh.migration([item(misfits=["gateway"])], ())
    assert "by weights" in mesh.migration([item()], ())
    plain = item()
    plain["routes"][0]["targets"] = plain["routes"][0]["targets"][:1]
    assert mesh.migration([plain], ()).startswith("Move to ECS Service Connect")
    assert mesh.migration([item(technology=mesh.LATTICE)], ()) == ""


def changed(**fields: Any) -> dict[str, Any]:
    row = deepcopy(item())
    row["routes"][0] |= fields
    return row


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (changed(timeout_ms=2000), "timeout (ms) none → 2000"),
        (changed(retries=2, retry_on=["server-error"]), "retries none → 2; retried on none → server-error"),
        (changed(name="route"), "The route is gone"),
        (item(encrypted=True), "TLS off → on"),
        (item(access_logs=True), "Access logs off → on"),
        (item(members=[]), "Member a is gone"),
    ],
)
def test_a_change_is_told_in_words_with_whom_it_reaches(after: dict[str, Any], words: str) -> None:
    first = changes([item()], [after])[0]
    assert first.words == words
    assert set(first.reached) == {"a", "b", "shop"}


def test_a_new_target_widens_the_blast_radius_to_both_sides() -> None:
    targets = [{"name": "c", "kind": "node", "weight": 1, "share": 1.0}]
    (change,) = changes([item()], [changed(targets=targets)])
    assert change.words == "weights a 90 %, b 10 % → c 100 %"
    assert change.reached == ("a", "b", "c", "shop")


def test_a_mesh_that_comes_or_goes_is_a_change() -> None:
    assert [change.words for change in changes([], [item()])] == ["App Mesh m came"]
    assert [change.words for change in changes([item()], [])] == ["App Mesh m is gone"]


def test_readings_of_an_older_portal_are_no_change() -> None:
    old = {"name": "m", "arn": "arn:m", "technology": mesh.APP_MESH, "routes": 2, "authenticated": False}
    assert changes([old], [item()]) == ()


@given(st.floats(0, 1e4), st.floats(0, 1e4))
def test_more_or_less_traffic_is_no_change_of_configuration(before: float, after: float) -> None:
    assert changes([item(traffic={"requests_s": before})], [item(traffic={"requests_s": after})]) == ()
