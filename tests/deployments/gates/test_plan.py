"""The section `gates` of a plan."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.engine.plan.gates import BLOCK, WARN, parse
from deployments.engine.plan.reading import PlanError
from deployments.engine.plan.segments import parse as parse_plan


def test_a_plan_that_says_nothing_has_every_gate() -> None:
    policy = parse({})
    assert all(
        policy.stance(code).policy == BLOCK for code in ("freeze", "windows", "alarms", "incidents", "compliance")
    )
    assert policy.approval("Canary") is None


def test_what_aws_never_told_warns_only_while_the_plan_does_not_name_the_gate() -> None:
    assert parse({}).stance("alarms").unknown == WARN
    assert parse({"alarms": "block"}).stance("alarms").unknown == BLOCK
    assert parse({"alarms": {"policy": "block", "unknown": "warn"}}).stance("alarms").unknown == WARN


def test_the_older_key_compliance_still_counts_and_the_section_goes_before_it() -> None:
    assert parse({}, compliance="warn").stance("compliance").policy == WARN
    assert parse({"compliance": "off"}, compliance="block").stance("compliance").policy == "off"


def test_the_rule_of_a_segment_goes_before_the_rule_of_all() -> None:
    policy = parse({"approvals": [{"count": 1}, {"segment": "eu-west-1", "count": 2, "role": "admin"}]})
    named, other = policy.approval("eu-west-1"), policy.approval("Canary")
    assert named is not None
    assert other is not None
    assert (named.count, named.role, other.count) == (2, "admin", 1)


@pytest.mark.parametrize(
    "section",
    [
        [], {"moon": "block"}, {"freeze": "maybe"}, {"freeze": {"policy": "block", "unknown": "off"}}, {"freeze": 3},
        {"incidents": {"severities": "high"}}, {"incidents": {"severities": [1]}}, {"freeze": {"severities": []}},
        {"error_budget": {"reserve": 1}}, {"error_budget": {"reserve": True}}, {"approvals": {}},
        {"approvals": [{"count": 0}]}, {"approvals": [{"count": True}]}, {"approvals": [{"role": "viewer"}]},
        {"approvals": [{"four_eyes": "no"}]}, {"approvals": [{"segment": 3}]}, {"approvals": [{}, {}]},
        {"approvals": [{"valid_minutes": 1}]}, {"approvals": ["Canary"]},
    ],
)  # fmt: skip
def test_a_section_that_cannot_be_followed_is_refused(section: Any) -> None:
    with pytest.raises(PlanError):
        parse(section)


@pytest.mark.parametrize("name", ["Everything", "us-east-1"])
def test_an_approval_of_a_segment_that_is_not_there_or_that_others_deploy_is_refused(name: str) -> None:
    segments = [{"name": "All", "weight": 100}, {"name": "us-east-1", "kind": "external"}]
    plan = {"segments": segments, "gates": {"approvals": [{"segment": name}]}}
    with pytest.raises(PlanError, match=f"no segment '{name}'"):
        parse_plan(plan)
