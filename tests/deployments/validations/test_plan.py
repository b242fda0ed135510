"""The sections of a plan are read with closed keys and clear words."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.engine.plan.reading import PlanError
from deployments.engine.plan.segments import parse as parse_plan
from deployments.engine.plan.validation import Floor, parse

TEST = {"name": "smoke", "kind": "sns", "topic": "tests"}


def test_a_segment_without_sections_asks_for_nothing() -> None:
    found = parse({})
    assert (found.script, found.target_health, found.minimum_healthy, found.tests) == (None, None, None, ())


def test_a_full_segment_is_read() -> None:
    found = parse(
        {
            "validation": {
                "ssm": {"script": "smoke", "parameters": {"PORT": "80"}, "share": 0.9},
                "target_health": True,
            },
            "minimum_healthy": {"percent": 50, "per_zone": {"count": 1}},
            "tests": [TEST, {"name": "e2e", "kind": "lambda", "function": "e2e", "invocation": "event", "retries": 2}],
        }
    )
    assert found.script is not None
    assert (found.script.script, found.script.share, found.script.timeout_seconds) == ("smoke", 0.9, 300)
    assert found.minimum_healthy is not None
    assert (found.minimum_healthy.fleet, found.minimum_healthy.zone) == (Floor("percent", 50), Floor("count", 1))
    assert [(test.name, test.place, test.retries) for test in found.tests] == [("smoke", "tests", 0), ("e2e", "e2e", 2)]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"hosts": {}}, "Unknown keys"),
        ({"validation": []}, "is an object"),
        ({"validation": {"ssm": {}}}, "either a document or a script"),
        ({"validation": {"ssm": {"script": "a", "document": "b"}}}, "either a document or a script"),
        ({"validation": {"ssm": {"script": "a; rm -rf /"}}}, "has a name of letters"),
        ({"validation": {"ssm": {"script": "a", "share": 0}}}, "share is more than 0"),
        ({"validation": {"ssm": {"script": "a", "share": True}}}, "share is more than 0"),
        ({"validation": {"ssm": {"script": "a", "timeout_seconds": 5}}}, "timeout_seconds is a whole number"),
        ({"validation": {"ssm": {"script": "a", "parameters": {"X": "{{ssm:/db/password}}"}}}}, "SSM would replace"),
        ({"validation": {"ssm": {"script": "a", "parameters": {"X": "a\nb"}}}}, "one line of text"),
        ({"validation": {"ssm": {"script": "a", "parameters": {"A B": "x"}}}}, "a name has letters"),
        ({"validation": {"target_health": "yes"}}, "true, false"),
        ({"minimum_healthy": {}}, "needs count, percent or per_zone"),
        ({"minimum_healthy": {"count": 1, "percent": 2}}, "either count or percent"),
        ({"minimum_healthy": {"percent": 101}}, "whole number from 0 to 100"),
        ({"minimum_healthy": {"per_zone": {}}}, "either count or percent"),
        ({"tests": {}}, "a list"),
        ({"tests": [TEST, TEST]}, "Two tests have the name"),
        ({"tests": [{**TEST, "kind": "carrier-pigeon"}]}, "the kind is one of"),
        ({"tests": [{**TEST, "kind": ["sns"]}]}, "the kind is one of"),
        ({"tests": [{"name": "a", "kind": "webhook"}]}, "url is missing"),
        ({"tests": [{"name": "a", "kind": "webhook", "url": "file:///etc/passwd"}]}, "url is missing or malformed"),
        ({"tests": [{**TEST, "url": "https://x.example"}]}, "has no url"),
        ({"tests": [{**TEST, "invocation": "event"}]}, "only a test of kind lambda"),
        ({"tests": [{**TEST, "payload": "x" * 9000}]}, "payload is an object"),
        ({"tests": [{**TEST, "retries": 6}]}, "retries is a whole number"),
        ({"tests": [{"kind": "sns"}]}, "A test has a name"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_the_reason(raw: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        parse(raw)


def test_a_plan_names_the_segment_whose_section_is_wrong() -> None:
    with pytest.raises(PlanError, match="Segment 'All': Test 'smoke'"):
        parse_plan({"segments": [{"name": "All", "weight": 100, "tests": [{**TEST, "retries": 9}]}]})
