"""Hosts are validated by their health and by a script, each host's result is kept, and no host runs the script twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from deployments.models import HostCheck, HostCommand, HostHealth, HostScript
from deployments.validations import commands, health, hosts
from portal.access.models import AuditEvent
from portal.aws import session, ssm
from portal.aws.errors import AwsThrottled, AwsUnavailable

from .conftest import ACCOUNT, LAMBDA, REGION, TARGET, Fleet, Wall, hosts_say, later, look

SMOKE = {"validation": {"ssm": {"script": "smoke", "parameters": {"PORT": "80; rm -rf /"}, "timeout_seconds": 60}}}


@pytest.fixture
def smoke(db: None) -> HostScript:
    """A registered script."""
    return HostScript.objects.create(name="smoke", kind="script", body="curl -f localhost:$PORT\n", created_by="admin")


def sent(aws: Any) -> list[Any]:
    """The commands that AWS has."""
    return list(aws.state.topic("ssm.commands", ACCOUNT, REGION).values())


def test_a_segment_without_host_validation_passes(fleet: Fleet, segment_of: Callable[..., Any]) -> None:
    assert look(hosts, segment_of(TARGET)).state == "passed"


def test_the_script_runs_on_each_host_and_each_result_is_kept(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    hosts_say(aws, stdout="42 checks\npassword=hunter2\n")
    segment = segment_of(TARGET, **SMOKE)
    assert look(hosts, segment).state == "waiting"
    wall.move(5)
    outcome = look(hosts, segment)
    assert (outcome.state, outcome.note) == ("passed", "smoke passed on 4 of 4 hosts.")
    checks = list(HostCheck.objects.all())
    assert {(check.host, check.zone) for check in checks} == {(host.id, host.zone) for host in fleet.hosts}
    for check in checks:
        assert (check.state, check.code, check.output) == ("passed", 0, "42 checks\npassword=[hidden]\n")
        assert check.started_at is not None
        assert check.finished_at is not None
    assert AuditEvent.objects.filter(action="hosts.test").count() == 1


def test_parameters_are_data_and_never_a_part_of_the_script(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    look(hosts, segment_of(TARGET, **SMOKE))
    assert sent(aws)[0].params["Parameters"]["commands"] == ["export PORT='80; rm -rf /'", "curl -f localhost:$PORT"]
    assert sent(aws)[0].params["DocumentName"] == "AWS-RunShellScript"


def test_one_failing_host_fails_the_segment_and_the_reason_names_it(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    bad = fleet.hosts[0].id
    hosts_say(aws, bad, status="Failed", code=7, stderr="connection refused")
    segment = segment_of(TARGET, **SMOKE)
    look(hosts, segment)
    wall.move(5)
    outcome = look(hosts, segment)
    assert outcome.state == "failed"
    assert outcome.note == f"smoke passed on 3 of 4 hosts, 4 are needed: {bad} failed with code 7."
    assert HostCheck.objects.get(host=bad).output.endswith("connection refused")


def test_a_share_of_the_hosts_is_enough_where_the_plan_says_so(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    hosts_say(aws, fleet.hosts[0].id, status="Failed", code=1)
    segment = segment_of(TARGET, validation={"ssm": {"script": "smoke", "share": 0.75}})
    look(hosts, segment)
    wall.move(5)
    assert look(hosts, segment).state == "passed"


def test_a_host_that_never_answers_has_failed_after_the_time_by_our_clock(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    silent = fleet.hosts[3].id
    hosts_say(aws, silent, status="silent")
    segment = segment_of(TARGET, **SMOKE)
    look(hosts, segment)
    wall.move(10)
    assert look(hosts, segment).state == "waiting"
    later(61)
    outcome = look(hosts, segment)
    assert outcome.state == "failed"
    assert outcome.note.endswith(f"{silent} never answered.")
    assert HostCheck.objects.get(host=silent).state == "timed_out"
    assert sent(aws)[0].cancelled is not None


def test_time_runs_out_even_while_aws_does_not_answer(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any], monkeypatch: Any
) -> None:
    segment = segment_of(TARGET, **SMOKE)
    look(hosts, segment)
    monkeypatch.setattr(ssm, "invocations", refuse(AwsUnavailable))
    later(61)
    with pytest.raises(AwsUnavailable):
        look(hosts, segment)
    assert look(hosts, segment).state == "failed"


def refuse(kind: Any) -> Callable[..., Any]:
    """What AWS does when it refuses."""

    def call(*_: Any, **__: Any) -> Any:
        raise kind("ssm:Call", ACCOUNT, REGION, kind.__name__, "no")

    return call


@pytest.mark.parametrize("dies_at", ["before", "send", "after", "noted"])
def test_no_host_runs_the_script_twice_wherever_the_worker_dies(
    dies_at: str,
    aws: Any,
    wall: Wall,
    fleet: Fleet,
    smoke: HostScript,
    segment_of: Callable[..., Any],
    monkeypatch: Any,
) -> None:
    segment = segment_of(TARGET, **SMOKE)
    real = ssm.send

    def sent_and_killed(*args: Any, **kwargs: Any) -> str:
        real(*args, **kwargs)
        raise SystemExit

    place = {
        "before": (commands, "_start"),
        "send": (ssm, "send"),
        "after": (ssm, "send"),
        "noted": (commands, "_read"),
    }
    with monkeypatch.context() as patch, contextlib.suppress(SystemExit):
        patch.setattr(*place[dies_at], sent_and_killed if dies_at == "after" else killed)
        look(hosts, segment)
    look(hosts, segment)
    wall.move(5)
    assert look(hosts, segment).state == "passed"
    assert len(sent(aws)) == 1
    assert HostCommand.objects.get().command_id == sent(aws)[0].id


def killed(*_: Any, **__: Any) -> Any:
    """What a killed worker does."""
    raise SystemExit


def test_a_throttled_command_is_sent_later_and_once(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any], monkeypatch: Any
) -> None:
    segment = segment_of(TARGET, **SMOKE)
    with monkeypatch.context() as patch:
        patch.setattr(ssm, "send", refuse(AwsThrottled))
        with pytest.raises(AwsThrottled):
            look(hosts, segment)
    look(hosts, segment)
    assert len(sent(aws)) == 1


def test_hosts_that_ssm_does_not_know_fail_with_its_words(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    gone = fleet.hosts[0].id
    session.client(ACCOUNT, REGION, "ec2", role="rollout").terminate_instances(InstanceIds=[gone])
    outcome = look(hosts, segment_of(TARGET, **SMOKE))
    assert outcome.state == "failed"
    assert "InvalidInstanceId" in outcome.note


def test_a_script_that_no_admin_registered_runs_nowhere(
    aws: Any, wall: Wall, fleet: Fleet, segment_of: Callable[..., Any]
) -> None:
    outcome = look(hosts, segment_of(TARGET, **SMOKE))
    assert (outcome.state, sent(aws)) == ("failed", [])
    assert "an admin has to register it first" in outcome.note


def document(content: str = '{"schemaVersion": "2.2", "description": "t", "mainSteps": []}') -> None:
    client = session.client(ACCOUNT, REGION, "ssm", role="rollout")
    client.create_document(Content=content, Name="acme-smoke", DocumentType="Command", DocumentFormat="JSON")
    HostScript.objects.create(name="acme-smoke", kind="document", created_by="admin")


def test_a_document_of_the_account_runs_with_its_parameters(
    aws: Any, wall: Wall, fleet: Fleet, segment_of: Callable[..., Any]
) -> None:
    document()
    plan = {"document": "acme-smoke", "parameters": {"Depth": "deep"}}
    segment = segment_of(TARGET, validation={"ssm": plan})
    look(hosts, segment)
    assert sent(aws)[0].params["Parameters"] == {"Depth": ["deep"]}
    wall.move(5)
    assert look(hosts, segment).state == "passed"


def test_a_document_of_somebody_else_is_refused(
    aws: Any, wall: Wall, fleet: Fleet, segment_of: Callable[..., Any]
) -> None:
    HostScript.objects.create(name="AWS-RunShellScript", kind="document", created_by="admin")
    outcome = look(hosts, segment_of(TARGET, validation={"ssm": {"document": "AWS-RunShellScript"}}))
    assert outcome.state == "failed"
    assert "is not of account 111111111111 (Amazon)" in outcome.note


def test_a_function_has_no_hosts_to_run_a_script_on(
    aws: Any, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    outcome = look(hosts, segment_of(LAMBDA, **SMOKE))
    assert outcome.state == "failed"
    assert "take validation.ssm out of the plan" in outcome.note


def test_target_health_waits_for_hosts_and_fails_after_its_time(fleet: Fleet, segment_of: Callable[..., Any]) -> None:
    fleet.set("starting", fleet.hosts[0].id)
    segment = segment_of(TARGET, validation={"target_health": {"timeout_seconds": 60}})
    assert look(hosts, segment).state == "waiting"
    later(61)
    outcome = look(hosts, segment)
    assert outcome.state == "failed"
    assert outcome.note.startswith("3 of 4 hosts healthy, 4 are needed")
    fleet.set("healthy")
    assert look(hosts, segment).state == "passed"


def test_hosts_of_the_old_version_are_not_validated(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    old = fleet.hosts[0]
    fleet.hosts[0] = type(old)(old.id, old.zone, "1", "unhealthy")
    segment = segment_of(TARGET, validation={"target_health": True, "ssm": {"script": "smoke"}})
    look(hosts, segment)
    assert HostCheck.objects.count() == 3


def test_more_than_fifty_hosts_take_more_than_one_command(
    aws: Any, wall: Wall, fleet: Fleet, smoke: HostScript, segment_of: Callable[..., Any]
) -> None:
    host = fleet.hosts[0]
    fleet.hosts = [type(host)(f"mi-{number:017x}", "eu-west-1a", "2", "healthy") for number in range(120)]
    segment = segment_of(TARGET, **SMOKE)
    look(hosts, segment)
    wall.move(5)
    assert look(hosts, segment).state == "passed"
    assert [len(command.hosts) for command in sent(aws)] == [50, 50, 20]


@pytest.mark.parametrize(
    ("floor", "ill", "state"),
    [
        ({"count": 3}, 1, "passed"),
        ({"count": 3}, 2, "failed"),
        ({"percent": 70}, 1, "passed"),  # 2.8 of 4, rounded up: 3
        ({"percent": 80}, 1, "failed"),  # 3.2 of 4, rounded up: 4
        ({"per_zone": {"count": 1}}, 2, "failed"),
        ({"per_zone": {"percent": 50}}, 1, "passed"),
    ],
)
def test_the_floor_of_healthy_hosts_holds_by_count_and_percent_and_zone(
    floor: dict[str, Any], ill: int, state: str, fleet: Fleet, segment_of: Callable[..., Any]
) -> None:
    fleet.set("unhealthy", *[host.id for host in fleet.hosts[:ill]])
    segment = segment_of(TARGET, minimum_healthy={**floor, "grace_seconds": 0})
    outcome = look(health, segment)
    assert outcome.state == state, outcome.note
    row = HostHealth.objects.get()
    assert (row.state, row.note, len(row.hosts)) == (state, outcome.note, 4)


def test_hosts_that_start_have_the_grace_of_the_plan_and_unknown_ones_have_none(
    fleet: Fleet, segment_of: Callable[..., Any]
) -> None:
    segment = segment_of(TARGET, minimum_healthy={"count": 4, "grace_seconds": 30})
    fleet.set("starting", fleet.hosts[0].id)
    assert look(health, segment).state == "waiting"
    later(31)
    assert look(health, segment).state == "failed"
    fleet.set("unknown", fleet.hosts[0].id)
    HostHealth.objects.update(first_at=timezone.now())
    assert look(health, segment).state == "failed"


def test_a_zone_that_loses_all_its_hosts_is_named(fleet: Fleet, segment_of: Callable[..., Any]) -> None:
    segment = segment_of(TARGET, minimum_healthy={"per_zone": {"percent": 50}, "grace_seconds": 0})
    assert look(health, segment).state == "passed"
    fleet.hosts = fleet.hosts[:2]
    assert look(health, segment).note == (
        "Too few healthy hosts: zone eu-west-1b has 0 of 2 hosts healthy; at least 1 are needed."
    )
