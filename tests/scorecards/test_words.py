"""Claims about the sentences: what moved, and why a check does not pass."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scorecards.engine.evidence import Evidence, Snapshot
from scorecards.models import ScorePoint
from scorecards.words import headline, movement, pillar_label, rises, should, why

WHEN = datetime(2026, 11, 21, 9, tzinfo=UTC)


def point(**fields: Any) -> ScorePoint:
    return ScorePoint(
        **{
            "scope_type": "service", "scope_ref": "component:default/checkout", "pillar": "reliability", "score": 58.0,
            "level": "bronze", "confidence": 0.6, "valid_from": WHEN, "cause": "fact", "cause_text": "chaos.proof — failed",
            **fields,
        }
    )  # fmt: skip


def test_points_that_fell_are_told_first() -> None:
    row = point(delta=-9.2, level_before="silver", confidence_before=0.9)
    assert movement(row) == "Reliability fell 9 points on 21 Nov: chaos.proof — failed (fact)."
    assert headline(row) == "Silver → Bronze, \u22129"
    assert not rises(row)


def test_a_level_reached_without_a_point_is_told_as_such() -> None:
    row = point(delta=0.0, level="gold", level_before="bronze", confidence_before=0.6)
    assert movement(row).startswith("Reliability rose from Bronze to Gold on 21 Nov: ")
    assert headline(row) == "Bronze → Gold"
    assert rises(row)


def test_evidence_that_came_or_went_is_told_in_percent() -> None:
    row = point(delta=0.0, level_before="bronze", confidence_before=0.9, cause="evidence expired", cause_text="too old")
    assert (
        movement(row)
        == "Evidence of reliability fell from 90\u202f% to 60\u202f% on 21 Nov: too old (evidence expired)."
    )
    assert headline(row) == "evidence 90\u202f% → 60\u202f%"
    assert not rises(row)


def leaf(**fields: Any) -> dict[str, Any]:
    base = {"path": "aws.asg.items[*].instance_type", "fact": "aws.asg", "wanted": "is m7g.large", "truth": False}
    return {**base, "found": [], **fields}


def sentence(state: str, *leaves: dict[str, Any]) -> str:
    shot = Snapshot(
        {"aws.asg": Evidence("aws.asg", {}, WHEN.timestamp(), expires_at=WHEN.timestamp())}, WHEN.timestamp()
    )
    return why(state, leaves, shot, WHEN)


def test_elements_of_the_same_name_and_finding_are_counted() -> None:
    failing = [{"name": "search-api", "found": "m5.large"}] * 6 + [{"name": "other", "found": None}]
    text = sentence("fail", leaf(failing=failing, failing_count=9, of=9))
    assert text == "6 × search-api (m5.large), other (none) and 2 more: instance type should be m7g.large."


def test_what_is_simply_not_there_is_not_told_that_it_should_be_true() -> None:
    path = {"path": "aws.alb.items[*].access_logs", "wanted": "is true"}
    assert sentence("fail", leaf(**path, failing=[{"name": "checkout", "found": False}], failing_count=1, of=1)) == (
        "Access logs: checkout (no)."
    )
    assert sentence("fail", leaf(path="catalog.descriptor.has_tier", wanted="is true", found=False)) == "Has tier: no."


def test_a_level_that_rose_outweighs_points_that_fell() -> None:
    assert rises(point(delta=-1.0, level="silver", level_before="bronze"))
    assert not rises(point(delta=4.0, level="bronze", level_before="silver"))


def test_every_kind_of_unknown_has_its_sentence() -> None:
    said = {kind: sentence("unknown", leaf(truth=None, unknown=kind)) for kind in (
        "never observed", "expired", "too old", "no such field", "cannot be compared")}  # fmt: skip
    assert said["never observed"] == "Nothing has been observed yet (Auto Scaling groups)."
    assert said["expired"] == "Evidence expired just now (Auto Scaling groups)."
    assert said["too old"].startswith("Last seen just now")
    assert said["no such field"] == "Nothing has been observed yet of instance type (Auto Scaling groups)."
    assert said["cannot be compared"] == "Instance type cannot be compared (Auto Scaling groups)."


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("is at least 7", "should be at least 7"),
        ("is not gp2", "should not be gp2"),
        ("not: is one of a, b", "should not be one of a, b"),
        ("contains x", "should contain x"),
        ("begins with py", "should begin with py"),
        ("not: is not there", "should be there"),
    ],
)
def test_what_is_wanted_is_said_as_a_wish(wanted: str, said: str) -> None:
    assert should({"wanted": wanted}) == said


def test_a_pillar_that_a_plugin_brings_is_spelled_out() -> None:
    assert pillar_label("sustainability") == "Sustainability"
    assert pillar_label("dataQuality") == "Data quality"
