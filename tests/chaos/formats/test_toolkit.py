"""Chaos Toolkit experiments: what comes along, what is left to a person, and what is said about the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from chaos.formats import reading

from .conftest import METRIC, action, python, read, said, toolkit

pytestmark = pytest.mark.usefixtures("stand_ins")
SUGGEST_OFF = {"type": "fault", "name": "switch-suggest-off", "fault": "lambda-concurrency-zero"}


def test_a_good_file_becomes_a_draft_with_fault_pause_and_measurement() -> None:
    found = read(toolkit())
    assert said(found) == {}
    assert found.whole
    assert found.counts() == {"activities": 4, "mapped": 4, "refused": 0, "warnings": 2}
    assert found.draft["method"] == [
        SUGGEST_OFF | {"arguments": {"function": "suggest", "region": "us-east-1"}},
        {"type": "pause", "name": "After switch-suggest-off", "seconds": 15},
        {"type": "probe", "name": "Healthy hosts", "probe": "healthy-hosts"},
    ]
    assert found.to_complete == ["method[0].arguments.account"]


def test_the_probe_keeps_metric_window_and_tolerance() -> None:
    (probe,) = read(toolkit()).draft["hypothesis"]["probes"]
    assert probe == {
        "key": "healthy-hosts",
        "title": "Healthy hosts",
        "metric": {
            "namespace": "AWS/ApplicationELB",
            "name": "HealthyHostCount",
            "dimensions": {"LoadBalancer": "app/search/1"},
            "statistic": "Minimum",
        },
        "window": 120,
        "period": 60,
        "tolerance": {"at_least": 4.0},
    }


def test_yaml_and_json_say_the_same() -> None:
    as_yaml = reading.read(yaml.safe_dump(toolkit(), sort_keys=False).encode())
    assert as_yaml.draft == read(toolkit()).draft


def test_a_rollback_that_only_takes_back_is_covered_by_our_undo() -> None:
    assert said(read(toolkit()), "warning")["rollbacks[0]"] == [
        "Covered: the portal undoes every fault itself and proves it."
    ]


def test_every_finding_has_the_line_of_its_place() -> None:
    text = json.dumps(toolkit(controls=[{"name": "x", "provider": {"type": "python", "module": "evil"}}]), indent=1)
    (finding,) = [one for one in reading.read(text.encode()).findings if one.level == "refused"]
    assert finding.path == "controls[0]"
    assert text.splitlines()[finding.line - 1].strip() == "{"
    assert '"controls": [' in text.splitlines()[finding.line - 2]


@pytest.mark.parametrize(
    ("provider", "fault", "arguments"),
    [
        (
            python("chaosaws.asg.actions", "terminate_random_instances", asg_names=["search"], instance_count=1, az="us-east-1a"),
            "instance-termination",
            {"group": "search", "count": "1"},
        ),
        (
            python("chaosaws.ecs.actions", "stop_random_tasks", cluster="live", service="web", task_count=2),
            "task-termination",
            {"cluster": "live", "ecs_service": "web", "count": "2"},
        ),
        (python("chaosaws.rds.actions", "failover_db_cluster", db_cluster_identifier="orders"), "aurora-failover", {"cluster": "orders"}),
        (python("chaosaws.fis.actions", "start_experiment", experiment_template_id="EXT1"), "fis-template", {"template": "EXT1"}),
        (python("azchaosaws.ec2.actions", "fail_az", az="us-east-1a", failure_type="network", dry_run=False), "zone-network-cut", {"zone": "us-east-1a"}),
        (
            python(
                "chaosaws.ssm.actions", "send_command", document_name="AWSFIS-Run-Network-Latency",
                parameters={"DelayMilliseconds": ["200"], "DurationSeconds": ["60"]},
            ),
            "ssm-latency",
            {"latency_ms": "200"},
        ),
        (
            python(
                "chaosaws.ssm.actions", "send_command", document_name="AWSFIS-Run-Network-Packet-Loss",
                parameters={"LossPercent": ["15"], "Interface": ["ens5"], "DurationSeconds": ["60"]},
            ),
            "ssm-packet-loss",
            {"loss_percent": "15", "interface": "ens5"},
        ),
        (
            python("chaostoxi.toxic.actions", "create_latency_toxic", for_proxy="shop.redis", toxic_name="slow", latency=300, jitter=5),
            "proxy-latency",
            {"proxy": "shop.redis", "latency_ms": "300", "jitter_ms": "5"},
        ),
        (
            python(
                "chaostoxi.toxic.actions", "create_toxic", for_proxy="shop.redis", toxic_name="rst", toxic_type="reset_peer",
                toxicity=0.2, attributes={"timeout": 0},
            ),
            "proxy-reset",
            {"proxy": "shop.redis", "percent": "20"},
        ),
    ],
)  # fmt: skip
def test_an_allowed_action_becomes_its_fault(provider: Any, fault: str, arguments: dict[str, str]) -> None:
    found = read(toolkit(method=[action("hit", provider)], rollbacks=[]))
    assert said(found) == {}
    (step,) = found.draft["method"]
    assert step["fault"] == fault
    assert step["arguments"].items() >= arguments.items()


def test_a_fault_that_is_not_installed_is_said_to_be_missing() -> None:
    found = read(toolkit(method=[action("hit", python("colonnade.faults", "fault-of-another-portal"))], rollbacks=[]))
    assert "fault-of-another-portal, which this portal does not have installed" in said(found)["method[0].provider"][0]
    assert not found.usable


@pytest.mark.parametrize(
    ("func", "nearest"),
    [
        ("stop_instances_by_incremental_steps", "chaosaws.ec2.actions.stop_instances"),
        ("terminate_instancess", "chaosaws.ec2.actions.terminate_instances"),
    ],
)
def test_what_is_not_on_the_list_is_named_with_its_nearest(func: str, nearest: str) -> None:
    found = read(toolkit(method=[action("hit", python("chaosaws.ec2.actions", func))], rollbacks=[]))
    assert said(found)["method[0].provider"] == [
        f"Not allowed here: chaosaws.ec2.actions.{func} is not on the list. Nearest that is allowed: {nearest}."
    ]


@pytest.mark.parametrize(
    ("arguments", "path", "words"),
    [
        ({"function_name": "f", "concurrent_executions": 5}, "arguments", "only allowed with concurrent_executions=0"),
        ({"function_name": "f", "concurrent_executions": False}, "arguments", "only allowed with"),
        ({"function_name": 7, "concurrent_executions": 0}, "arguments.function_name", "must be a text"),
        (
            {"function_name": "f", "concurrent_executions": 0, "shell": "id"},
            "arguments.shell",
            "has no argument 'shell'",
        ),
        ({"function_name": "${nobody}", "concurrent_executions": 0}, "arguments.function_name", "in no configuration"),
        ([], None, ""),
    ],
)
def test_arguments_are_held_to_their_schema(arguments: Any, path: str | None, words: str) -> None:
    provider = {**python("chaosaws.awslambda.actions", "put_function_concurrency"), "arguments": arguments}
    found = said(read(toolkit(method=[action("off", provider)], rollbacks=[])))
    if path is None:
        assert found
    else:
        assert words in found[f"method[0].provider.{path}"][0]


def test_a_single_instance_is_one_and_a_share_becomes_percent() -> None:
    one = python("chaosaws.ec2.actions", "stop_instance", instance_id="i-1")
    found = read(toolkit(method=[action("stop", one)], rollbacks=[]))
    assert found.draft["method"][0]["arguments"]["count"] == "1"
    assert "check the target" in said(found, "warning")["method[0].provider.arguments.instance_id"][0]
    reset = python("chaostoxi.toxic.actions", "create_toxic", for_proxy="db", toxic_type="reset_peer", toxicity=0.25)
    assert read(toolkit(method=[action("reset", reset)], rollbacks=[])).draft["method"][0]["arguments"] == {
        "proxy": "db",
        "percent": "25",
    }


def test_lost_packets_are_not_taken_for_the_share_of_instances() -> None:
    lost = python(
        "chaosaws.ssm.actions",
        "send_command",
        document_name="AWSFIS-Run-Network-Packet-Loss",
        parameters={"LossPercent": ["7"]},
    )
    taken = read(toolkit(method=[action("lose", lost)], rollbacks=[])).draft["method"][0]["arguments"]
    assert taken == {"loss_percent": "7", "region": "us-east-1"}


def test_several_things_in_one_action_ask_for_several_steps() -> None:
    provider = python("chaosaws.asg.actions", "terminate_random_instances", asg_names=["a", "b"])
    found = said(read(toolkit(method=[action("hit", provider)], rollbacks=[])))
    assert "names 2: give one step to each" in found["method[0].provider.arguments.asg_names"][0]


def test_a_malformed_target_is_left_open_and_said() -> None:
    provider = python(
        "chaosaws.awslambda.actions", "put_function_concurrency", function_name="a b; rm", concurrent_executions=0
    )
    found = read(toolkit(method=[action("off", provider)], rollbacks=[]))
    assert "method[0].arguments.function" in found.to_complete
    assert "was left open" in said(found, "warning")["method[0].provider.arguments.function_name"][0]


def test_a_default_of_the_file_stands_for_the_environment() -> None:
    data = toolkit(
        configuration={"aws_region": "us-east-1", "function": {"type": "env", "key": "F", "default": "suggest"}}
    )
    found = read(data)
    assert found.draft["method"][0]["arguments"]["function"] == "suggest"
    assert "never read" in said(found, "warning")["configuration.function"][0]


def test_every_source_of_ours_can_come_from_a_file(settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["shop.example"]
    alarm = python("chaosaws.cloudwatch.probes", "get_alarm_state_value", alarm_name="errors")
    page = {"type": "http", "url": "https://shop.example/", "timeout": 10}
    query = python("chaosprometheus.probes", "query_value", query="sum(up)")
    probes = [
        {"type": "probe", "name": "No alarm", "tolerance": "OK", "provider": alarm},
        {"type": "probe", "name": "Page", "tolerance": 200, "provider": page},
        {
            "type": "probe",
            "name": "Text",
            "tolerance": {"type": "regex", "target": "body", "pattern": "Welcome"},
            "provider": page,
        },
        {"type": "probe", "name": "Up", "tolerance": [3, 9], "provider": query},
    ]
    data = toolkit(
        method=toolkit()["method"][:1], **{"steady-state-hypothesis": {"title": "It answers", "probes": probes}}
    )
    found = read(data)
    assert said(found) == {}
    http = {"url": "https://shop.example/", "within_ms": 5000, "status": 200}
    assert found.draft["hypothesis"]["probes"] == [
        {"key": "no-alarm", "title": "No alarm", "alarm": {"account": "", "region": "us-east-1", "name": "errors"}},
        {"key": "page", "title": "Page", "http": http},
        {"key": "text", "title": "Text", "http": {**http, "contains": "Welcome"}},
        {"key": "up", "title": "Up", "prometheus": {"query": "sum(up)"}, "tolerance": {"between": [3.0, 9.0]}},
    ]
    assert found.to_complete == ["method[0].arguments.account", "hypothesis.probes[0].alarm.account"]
    assert "5000 ms" in said(found, "warning")["steady-state-hypothesis.probes[1].provider.timeout"][0]


def test_a_probe_that_only_the_method_has_is_not_measured() -> None:
    data = toolkit(
        method=[
            *toolkit()["method"],
            {
                "type": "probe",
                "name": "extra",
                "provider": python("chaosaws.cloudwatch.probes", "get_alarm_state_value", alarm_name="x"),
            },
        ]
    )
    assert "move it there" in said(read(data))["method[2].provider"][0]


def test_a_repeated_action_is_repeated() -> None:
    data = toolkit(method=[*toolkit()["method"], {"ref": "switch-suggest-off"}])
    assert [s["type"] for s in read(data).draft["method"]] == ["fault", "pause", "probe", "fault"]


def test_more_than_twenty_steps_are_refused() -> None:
    found = read(toolkit(method=[action(f"off-{n}", toolkit()["method"][0]["provider"]) for n in range(21)]))
    assert "21 steps" in said(found)["method"][0]
    assert "21 faults" in said(found)["method"][1]
    assert len(found.draft["method"]) == 5


def test_pauses_that_keep_a_fault_for_longer_than_it_may_stay_are_refused() -> None:
    off = toolkit()["method"][0]["provider"]
    found = read(toolkit(method=[action("off", off, pauses={"after": 1200})]))
    assert "1200 s" in said(found)["method"][0]
    fitting = read(toolkit(method=[action("off", off, pauses={"after": 400})]))
    assert said(fitting) == {}
    assert {name: fitting.draft[name] for name in ("observe_seconds", "max_seconds")} == {
        "observe_seconds": 300,
        "max_seconds": 900,
    }


def test_count_and_percent_are_never_taken_together() -> None:
    provider = python(
        "chaosaws.asg.actions", "terminate_random_instances", asg_names=["a"], instance_count=1, instance_percent=50
    )
    found = read(toolkit(method=[action("hit", provider)], rollbacks=[]))
    assert found.draft["method"][0]["arguments"]["count"] == "1"
    assert "takes either count or percent" in said(found, "warning")["method[0].provider.arguments.instance_percent"][0]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "0 documents"),
        (b"[1]", "no object"),
        (b"{}", "neither an experiment"),
        (b"\xff\xfe", "UTF-8"),
        (b"method: [a", "not YAML"),
        (b'{"method": [], "method": []}', "twice"),
        (b"method: &a [*a]", "aliases"),
        (b"method: !!python/object/apply:os.system ['id']", "tag"),
        (b"a: 1\n---\nb: 2", "2 documents"),
        (b"[" * 5000, "deeper"),
        (b"{" + b'"a":{' * 60 + b"}" * 61, "deeper"),
        (b"x" * 1_100_000, "larger than 1 MiB"),
    ],
)
def test_what_is_no_experiment_is_said_and_never_raises(raw: bytes, words: str) -> None:
    found = reading.read(raw)
    assert not found.usable
    assert words in found.findings[0].sentence


@pytest.mark.parametrize("wrong", [None, 7, "x", [], [7], {"a": 1}, True])
@pytest.mark.parametrize("key", [*sorted(toolkit()), "controls", "extensions", "runtime", "secrets", "tags", "dry"])
def test_no_value_in_any_place_makes_the_reader_fail(key: str, wrong: Any) -> None:
    read(toolkit(**{key: wrong}))


@pytest.mark.parametrize("wrong", [None, 7, "x", [], [7], {"a": 1}, True])
@pytest.mark.parametrize(
    "key", ["type", "name", "provider", "pauses", "background", "controls", "ref", "tolerance", "dry", "secrets"]
)
def test_no_value_in_an_activity_makes_the_reader_fail(key: str, wrong: Any) -> None:
    good = toolkit()
    for part in ("method", "rollbacks"):
        read(toolkit(**{part: [{**good[part][0], key: wrong}]}))
    probe = good["steady-state-hypothesis"]["probes"][0]
    read(toolkit(**{"steady-state-hypothesis": {"title": "x", "probes": [{**probe, key: wrong}]}}))


@pytest.mark.parametrize("wrong", [None, 7, "x", [], [7], {"a": 1}, True])
@pytest.mark.parametrize(
    "key", ["type", "module", "func", "arguments", "url", "timeout", "headers", "method", "secrets"]
)
@pytest.mark.parametrize("kind", [METRIC, {"type": "http", "url": "https://a.example/x"}], ids=["python", "http"])
def test_no_value_in_a_provider_makes_the_reader_fail(kind: dict[str, Any], key: str, wrong: Any) -> None:
    provider = {**kind, key: wrong}
    probe = {**toolkit()["steady-state-hypothesis"]["probes"][0], "provider": provider}
    read(toolkit(**{"steady-state-hypothesis": {"title": "x", "probes": [probe]}}))
    read(toolkit(method=[action("x", provider)]))
    read(toolkit(rollbacks=[action("x", provider)]))
