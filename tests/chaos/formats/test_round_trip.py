"""Export and import: nothing is lost, and what was edited in between counts as edited."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chaos.formats import reading
from chaos.formats.toolkit import write

from .conftest import said

WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=60).map(
    lambda text: text.strip() or "x"
)
KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
VALUES = st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6, allow_nan=False)
SPANS = st.integers(1, 86_400)
TOLERANCES = (
    VALUES.map(lambda value: {"at_least": value})
    | VALUES.map(lambda value: {"at_most": value})
    | st.tuples(VALUES, VALUES).map(lambda pair: {"between": sorted(pair)})
)
METRICS = st.fixed_dictionaries(
    {"namespace": WORDS, "name": WORDS},
    optional={
        "dimensions": st.dictionaries(WORDS, WORDS, max_size=3),
        "statistic": st.sampled_from(["Average", "Maximum", "Minimum", "SampleCount", "Sum"]),
        "missing": st.sampled_from(["unknown", "zero"]),
    },
)
BASE = {"key": KEYS, "title": WORDS}
HTTP = st.fixed_dictionaries(
    {"url": st.sampled_from(["https://shop.example/", "http://a.example:8080/x?y=1"]), "status": st.integers(100, 599)},
    optional={"within_ms": st.integers(1, 5000), "contains": WORDS},
)
PLACE = st.just({"account": "111111111111", "region": "us-east-1"})
ALARM = st.tuples(PLACE, WORDS).map(lambda pair: {**pair[0], "name": pair[1]})
STEADY = st.fixed_dictionaries(
    {
        "errors": st.fixed_dictionaries({"namespace": WORDS, "name": WORDS}),
        "requests": st.fixed_dictionaries({"namespace": WORDS, "name": WORDS}),
    },
    optional={"baseline": st.integers(60, 3600)},
)
OTHERS = (
    st.fixed_dictionaries({**BASE, "http": HTTP})
    | st.fixed_dictionaries({**BASE, "alarm": ALARM})
    | st.fixed_dictionaries({**BASE, "steady": STEADY})
    | st.fixed_dictionaries({**BASE, "prometheus": st.fixed_dictionaries({"query": WORDS}), "tolerance": TOLERANCES})
)
PROBES = OTHERS | st.fixed_dictionaries(
    {"key": KEYS, "title": WORDS, "metric": METRICS, "tolerance": TOLERANCES},
    optional={
        "unit": WORDS,
        "per": METRICS,
        "window": st.integers(10, 3600),
        "period": st.sampled_from([1, 10, 60, 120]),
    },
)
ZONE = {"account": "111111111111", "region": "us-east-1", "zone": "us-east-1a"}
FAULTS = st.sampled_from(
    [
        ("zone-network-cut", ZONE),
        ("instance-termination", {"account": "111111111111", "region": "us-east-1", "group": "search", "count": "2"}),
        ("lambda-concurrency-zero", {"account": "111111111111", "region": "eu-west-1", "function": "suggest"}),
    ]
)


@st.composite
def experiments(draw: Any) -> dict[str, Any]:
    """Experiments that `chaos.experiments` would take."""
    probes = draw(st.lists(PROBES, min_size=1, max_size=8, unique_by=lambda probe: probe["key"]))
    keys = [probe["key"] for probe in probes]
    fault = st.tuples(WORDS, FAULTS).map(
        lambda pair: {"type": "fault", "name": pair[0], "fault": pair[1][0], "arguments": pair[1][1]}
    )
    pause = st.tuples(WORDS, st.integers(1, 3600)).map(
        lambda pair: {"type": "pause", "name": pair[0], "seconds": pair[1]}
    )
    measure = st.tuples(WORDS, st.sampled_from(keys)).map(
        lambda pair: {"type": "probe", "name": pair[0], "probe": pair[1]}
    )
    stops = st.fixed_dictionaries({"probe": st.sampled_from(keys), "tolerance": TOLERANCES})
    return {
        "title": draw(WORDS),
        "hypothesis": {"sentence": draw(WORDS), "probes": probes},
        "method": draw(st.lists(fault | pause | measure, min_size=1, max_size=20)),
        "stop_conditions": draw(st.lists(stops, max_size=4)),
        "observe_seconds": draw(SPANS),
        "max_seconds": draw(SPANS),
        "recover_seconds": draw(SPANS),
        "cron": draw(st.sampled_from(["", "0 10 * * THU", "30 9 1 * *"])),
        "every": None,
        "timezone": draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
    }


def exported(fields: dict[str, Any]) -> dict[str, Any]:
    """The file of an experiment, as its reader would get it."""
    return dict(
        json.loads(json.dumps(write.document(fields, "component:default/search-api", {"sentence": "2 of 6 hosts."})))
    )


@given(experiments())
def test_what_was_exported_comes_back_as_it_was(fields: dict[str, Any]) -> None:
    found = reading.read(json.dumps(exported(fields)).encode())
    assert found.draft == fields
    assert found.service == "component:default/search-api"
    assert found.findings == ()
    assert found.whole or not any(step["type"] == "fault" for step in fields["method"])


@given(experiments())
def test_an_exported_file_keeps_the_rules_of_the_open_format(fields: dict[str, Any]) -> None:
    data = exported(fields)
    assert data["title"]
    assert data["description"]
    assert data["steady-state-hypothesis"]["title"]
    assert data["method"]
    names = []
    for activity in [*data["steady-state-hypothesis"]["probes"], *data["method"], *data["rollbacks"]]:
        assert activity["type"] in ("action", "probe")
        if "ref" in activity:
            assert activity["ref"] in names
            continue
        names.append(activity["name"])
        provider = activity["provider"]
        assert provider["type"] in ("python", "http")
        if provider["type"] == "http":
            assert re.match(r"https?://", provider["url"])
        else:
            assert provider["module"]
            assert provider["func"]
            assert isinstance(provider["arguments"], dict)
    assert len(names) == len(set(names))
    for probe in data["steady-state-hypothesis"]["probes"]:
        tolerance = probe["tolerance"]
        assert isinstance(tolerance, bool | int | str) or tolerance["type"] == "range"


FIELDS: dict[str, Any] = {
    "title": "Suggest off",
    "hypothesis": {
        "sentence": "Hosts stay.",
        "probes": [
            {"key": "hosts", "title": "Hosts", "metric": {"namespace": "N", "name": "M"}, "tolerance": {"at_least": 4}},
            {"key": "page", "title": "Page", "http": {"url": "https://shop.example/", "status": 200, "within_ms": 1500}},
            {"key": "alarm", "title": "Alarm", "alarm": {"account": "111111111111", "region": "us-east-1", "name": "errors"}},
        ],
    },
    "method": [
        {"type": "fault", "name": "off", "fault": "lambda-concurrency-zero", "arguments": {"account": "111111111111", "region": "us-east-1", "function": "suggest"}},
        {"type": "fault", "name": "cut", "fault": "zone-network-cut", "arguments": ZONE},
        {"type": "pause", "name": "wait", "seconds": 30},
    ],
    "stop_conditions": [{"probe": "hosts", "tolerance": {"at_least": 2}}],
    "observe_seconds": 60,
    "max_seconds": 120,
    "recover_seconds": 30,
    "cron": "",
    "every": None,
    "timezone": "UTC",
}  # fmt: skip


def test_public_actions_are_named_where_there_are_some() -> None:
    data = exported(FIELDS)
    assert data["method"][0]["provider"] == {
        "type": "python",
        "module": "chaosaws.awslambda.actions",
        "func": "put_function_concurrency",
        "arguments": {"concurrent_executions": 0, "function_name": "suggest"},
    }
    assert data["configuration"] == {"aws_region": "us-east-1"}
    assert [row["provider"]["func"] for row in data["rollbacks"]] == ["recover_az", "delete_function_concurrency"]
    assert data["steady-state-hypothesis"]["probes"][1]["provider"] == {
        "type": "http", "method": "GET", "url": "https://shop.example/", "timeout": 1.5,
    }  # fmt: skip
    assert data["steady-state-hypothesis"]["probes"][2]["tolerance"] == "OK"


def test_the_block_says_how_each_fault_is_undone_and_what_it_would_hit() -> None:
    block = exported(FIELDS)["extensions"][0]
    assert block["undo"][0] == {"fault": "zone-network-cut", "verified": True, "longest_seconds": 1800}
    assert block["blast_radius"] == {"sentence": "2 of 6 hosts."}


def test_an_edit_by_hand_counts_and_the_block_only_adds_what_the_format_cannot_say() -> None:
    data = exported({**FIELDS, "hypothesis": {**FIELDS["hypothesis"], "probes": FIELDS["hypothesis"]["probes"][:1]}})
    data["title"] = "Edited"
    data["steady-state-hypothesis"]["probes"][0]["name"] = "hosts"
    found = reading.read(json.dumps(data).encode())
    assert found.draft["title"] == "Edited"
    assert found.draft["stop_conditions"] == FIELDS["stop_conditions"]
    assert found.draft["max_seconds"] == 120
    assert any("edited after its export" in sentence for sentence in said(found, "warning")["extensions"])
    assert found.draft["method"][0]["fault"] == "lambda-concurrency-zero"
    assert "method[0].arguments.account" in found.to_complete


def test_a_block_that_says_something_else_than_its_file_is_not_believed() -> None:
    data = exported({**FIELDS, "hypothesis": {**FIELDS["hypothesis"], "probes": FIELDS["hypothesis"]["probes"][:1]}})
    hidden = copy.deepcopy(data)
    hidden["extensions"][0]["experiment"]["method"][0]["arguments"]["function"] = "checkout"
    found = reading.read(json.dumps(hidden).encode())
    assert found.draft["method"][0]["arguments"]["function"] == "suggest"


def test_a_block_with_anything_unsound_is_not_believed() -> None:
    for change in (
        {"method": [{"type": "fault", "name": "x", "fault": "rm-rf", "arguments": {}}]},
        {"max_seconds": "600"},
        {"cron": "x"},
        {"title": 7},
        {"hypothesis": {}},
        {"more": 1},
    ):
        data = exported(FIELDS)
        data["extensions"][0]["experiment"] |= change
        found = reading.read(json.dumps(data).encode())
        assert said(found, "warning")["extensions"], change


def test_public_actions_read_back_as_the_same_steps_without_the_block() -> None:
    steps = [
        {"type": "fault", "name": "hosts", "fault": "instance-termination", "arguments": {"group": "search", "count": "2", "region": "us-east-1"}},
        {"type": "fault", "name": "off", "fault": "lambda-concurrency-zero", "arguments": {"function": "suggest", "region": "us-east-1"}},
        {"type": "fault", "name": "cut", "fault": "zone-network-cut", "arguments": {"zone": "us-east-1a", "region": "us-east-1"}},
        {"type": "pause", "name": "wait", "seconds": 30},
    ]  # fmt: skip
    with_account = [{**step, "arguments": {**step["arguments"], "account": "111111111111"}} for step in steps[:3]]
    data = exported({**FIELDS, "method": [*with_account, steps[3]]})
    del data["extensions"]
    found = reading.read(json.dumps(data).encode())
    assert "colonnade" not in json.dumps([row["provider"] for row in data["method"]])
    assert found.draft["method"] == steps
