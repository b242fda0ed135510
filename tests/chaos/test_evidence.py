"""Evidence counts for a time, on the version and the configuration that were tried; the coverage map says so in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from chaos import coverage_map, evidence
from chaos.engine.evidence import Standing, Told, fingerprint, standing, void_because
from chaos.failure_modes import BY_FAULT, MODES, mode_of
from chaos.faults.registry import faults
from services import facts

GROUP = {
    "name": "search-api", "account": "111111111111", "region": "us-east-1", "minimum": 3, "maximum": 9, "instances": 6,
    "zones": ["us-east-1a", "us-east-1b"], "unhealthy": 0, "desired": 6,
}  # fmt: skip


def released(entity: Any, version: str) -> None:
    """A rollout brought this version."""
    facts.publish(entity, "deployments.rollout", {"version": version}, source="test")


def group(entity: Any, **changed: Any) -> None:
    """Discovery sees the Auto Scaling group."""
    facts.publish(entity, "aws.asg", {"items": [GROUP | changed], "count": 1}, source="test")


@pytest.fixture
def proven(service: Callable[..., Any]) -> Any:
    """search-api, whose loss of a zone was proven on 7.2.0."""
    entity = service("search-api", team="search")
    released(entity, "7.2.0")
    group(entity)
    known = facts.current(entity)
    result = {
        "experiment": "zone", "title": "Zone us-east-1a down", "passed": True, "proven": True, "void": "", "mode": "zone",
        "fault": "zone-network-cut", "version": "7.2.0", "at": timezone.now().isoformat(), "url": "/chaos/runs/1/",
        "configuration": evidence.configuration("zone", known), "verdicts": {"hypothesis": "held"},
    }  # fmt: skip
    value = {**result, "by_fault": {"zone_network_cut": result}}
    facts.publish(entity, "chaos.proof", value, source="chaos", expires_at=timezone.now() + timedelta(days=30))
    return entity


def proof(entity: Any) -> dict[str, Any]:
    """The fact as it stands."""
    return facts.current(entity)["chaos.proof"].value


def zone(entity: Any, **when: Any) -> coverage_map.Cell:
    """The map's cell of the zone."""
    return coverage_map.lines([entity], **when)[0].cells[list(MODES).index("zone")]


def test_a_new_version_voids_the_proof_and_says_so(proven: Any) -> None:
    assert evidence.review_all() == 0
    released(proven, "7.3.0")
    assert evidence.review_all() == 1
    told = proof(proven)
    assert told["by_fault"]["zone_network_cut"]["passed"] is False
    assert told["passed"] is False
    assert told["summary"] == (
        "the proof “Zone us-east-1a down” is void: version 7.3.0 replaced 7.2.0, on which it was proven"
    )
    assert evidence.review_all() == 0
    cell = zone(proven)
    assert (cell.standing, cell.look[2], cell.version) == (Standing.VOID, "void", "7.2.0")
    assert "7.3.0" in cell.why


def test_the_score_says_why(proven: Any) -> None:
    from scorecards import definitions, evaluate
    from scorecards.models import ScorePoint

    now = timezone.now()
    definitions.sync(now)
    evaluate.evaluate_service(proven, now=now)
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        released(proven, "7.3.0")
        evidence.review_all()
        evaluate.evaluate_service(proven)
    causes = [cause for point in ScorePoint.objects.order_by("id") for cause in (point.cause_detail or [])]
    mine = [cause for cause in causes if cause["check"] == "chaos.zone-loss-proven" and cause["before"] == "pass"]
    assert mine, causes
    assert mine[-1]["after"] == "fail"
    assert "version 7.3.0 replaced 7.2.0" in mine[-1]["text"]


def test_a_release_that_anybody_reports_voids_a_proof_even_of_no_known_version(proven: Any) -> None:
    facts.retire(proven, "deployments.rollout")
    value = proof(proven)
    unknown = {**value["by_fault"]["zone_network_cut"], "version": ""}
    facts.publish(proven, "chaos.proof", {**value, "by_fault": {"zone_network_cut": unknown}}, source="chaos")
    for hours, changed in ((-1, 0), (1, 1)):
        at = (timezone.now() + timedelta(hours=hours)).isoformat()
        facts.publish(proven, "deployments.release", {"version": "7.3.0", "at": at}, source="test")
        assert evidence.review_all() == changed
    assert "7.3.0 was released after" in proof(proven)["summary"]


def test_a_roll_back_brings_the_proof_back(proven: Any) -> None:
    released(proven, "7.3.0")
    evidence.review_all()
    released(proven, "7.2.0")
    assert evidence.review_all() == 1
    assert proof(proven)["by_fault"]["zone_network_cut"]["passed"] is True
    assert "summary" not in proof(proven)
    assert zone(proven).standing == Standing.PROVEN


def test_a_change_of_what_the_fault_touched_voids_it_and_mere_movement_does_not(proven: Any) -> None:
    group(proven, instances=4, desired=4, unhealthy=2)
    assert evidence.review_all() == 0
    group(proven, zones=["us-east-1a"])
    assert evidence.review_all() == 1
    assert "configuration" in proof(proven)["by_fault"]["zone_network_cut"]["void"]


def test_an_old_proof_expires(proven: Any) -> None:
    assert zone(proven).standing == Standing.PROVEN
    assert zone(proven, now=timezone.now() + timedelta(days=31)).standing == Standing.EXPIRED


def test_what_the_review_voids_keeps_its_expiry(proven: Any) -> None:
    ends = facts.current(proven)["chaos.proof"].expires_at
    released(proven, "7.3.0")
    evidence.review_all()
    assert facts.current(proven)["chaos.proof"].expires_at == ends


def test_a_run_leaves_what_its_proof_rests_on(world: Any, run: Any) -> None:
    released(run.service, "7.2.0")
    group(run.service)
    world.ring_until(run, "ended")
    told = proof(run.service)["by_fault"]["test_fault"]
    assert told["proven"]
    assert told["version"] == "7.2.0"
    assert told["void"] == ""


def test_many_services_are_reviewed_in_few_queries(
    service: Callable[..., Any], proven: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        service(f"s{number}")
    with django_assert_max_num_queries(3):
        evidence.review_all()


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_what_is_not_known_voids_nothing(version: str, now: str, before: str, after: str) -> None:
    told = Told(True, version, before)
    changed = (bool(version and now) and version != now) or (bool(before and after) and before != after)
    assert bool(void_because(told, now, after)) is changed
    assert not void_because(told, "", "")


@given(st.booleans(), st.text(max_size=3), st.floats(0, 100))
def test_only_what_passed_is_fresh_and_fits_is_proven(passed: bool, void: str, age: float) -> None:
    stands = standing(Told(passed, "1", ""), void, age_days=age, valid_days=30)
    assert (stands is Standing.PROVEN) is (passed and not void and age < 30)
    assert standing(None, void, age_days=age, valid_days=30) is Standing.NEVER


def test_a_fingerprint_does_not_depend_on_order() -> None:
    one, two = {"name": "a", "zones": ["x"]}, {"name": "b", "zones": ["y"]}
    assert fingerprint("zone", {"aws.asg": [one, two]}) == fingerprint("zone", {"aws.asg": [two, one]})
    assert fingerprint("zone", {}) == ""


def test_every_fault_has_a_failure_mode() -> None:
    assert set(BY_FAULT.values()) <= set(MODES)
    assert [fault.key for fault in faults.items() if not mode_of(fault.key)] == []
    assert mode_of("fis-template", {"mode": "zone"}) == "zone"
    assert mode_of("gremlin-latency") == "network"
    assert mode_of("ssm-latency", {"mode": "nonsense"}) == "network"


def test_a_service_that_cannot_fail_so_is_not_blamed(proven: Any) -> None:
    words = {cell.mode: cell.look[2] for cell in coverage_map.lines([proven])[0].cells}
    assert words["zone"] == "proven"
    assert words["host"] == "never tried"
    assert words["database"] == "does not apply"


def test_page_csv_and_rest_show_the_same_rows(
    proven: Any, service: Callable[..., Any], vera: Any, browse: Callable[..., Any], api: Callable[..., Any]
) -> None:
    service("checkout", team="payments")
    page = browse(vera).get("/chaos/coverage/?team=search")
    text = page.content.decode()
    assert "search-api" in text or "Search api" in text
    assert "Checkout" not in text
    assert "1 of 4 failure modes are proven" in text
    body = b"".join(browse(vera).get("/chaos/coverage/?team=search&format=csv").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(body.lstrip("\ufeff"))))
    told = api(vera).get("/api/v1/chaos/coverage/?team=search").json()["results"]
    assert [row["standing"] for row in rows] == [cell["standing"] for cell in told[0]["cells"]]
    assert len(rows) == len(MODES)
    assert browse(vera).get("/chaos/coverage/?team=nobody").status_code == 200
