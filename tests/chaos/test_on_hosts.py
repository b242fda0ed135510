"""Network faults on hosts through Systems Manager, against the embedded AWS: who is hit, what is sent, and that it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chaos.engine.definition import Invalid
from chaos.faults import on_hosts, ssm_blackhole, ssm_latency, ssm_packet_loss
from chaos.faults.registry import Fault
from portal.aws import session, ssm
from portal.aws.errors import AwsError
from portal.changes import engine
from portal.changes.models import Change
from portal.sandbox.commands import HostAnswer, tell

PLACE = {"account": "111111111111", "region": "us-east-1"}
LOSS = {**PLACE, "count": "2", "loss_percent": "15", "interface": "ens5"}
LEASE = timedelta(seconds=30)


@pytest.fixture
def search(aws: Any, service: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """search-api with its six hosts; nobody waits for a host that does not begin."""
    from portal.sandbox.seed import seed_service

    monkeypatch.setattr("chaos.faults.on_hosts.PAUSE", 0.0)
    seed_service(aws.url, "search-api")
    return service("search-api", team="search", system="discovery")


def client() -> Any:
    return session.client(PLACE["account"], PLACE["region"], "ssm", role="chaos")


def target_of(search: Any, fault: Fault = ssm_packet_loss.FAULT, arguments: dict[str, str] = LOSS) -> dict[str, Any]:
    found = fault.preview(search, fault.read(arguments))
    assert found.refusal == ""
    return found.target


def applied(target: dict[str, Any], fault: Fault = ssm_packet_loss.FAULT) -> Change:
    change = engine.arm(fault.kind, target, owner="t:1", by="t", lease=LEASE, reason="t")
    return engine.apply(change)


def states(target: dict[str, Any]) -> set[str]:
    [command] = client().list_commands()["Commands"]
    rows = client().list_command_invocations(CommandId=command["CommandId"])["CommandInvocations"]
    assert {row["InstanceId"] for row in rows} == set(target["hosts"])
    return {row["Status"] for row in rows}


@pytest.mark.parametrize(
    ("fault", "arguments", "document", "parameters"),
    [
        (ssm_packet_loss.FAULT, LOSS, "AWSFIS-Run-Network-Packet-Loss", {"LossPercent": ["15"], "Interface": ["ens5"]}),
        (
            ssm_latency.FAULT,
            {**PLACE, "percent": "50", "latency_ms": "200", "interface": "eth0"},
            "AWSFIS-Run-Network-Latency",
            {"DelayMilliseconds": ["200"], "Interface": ["eth0"]},
        ),
        (
            ssm_blackhole.FAULT,
            {**PLACE, "count": "1", "protocol": "tcp", "port": "5432", "traffic": "egress"},
            "AWSFIS-Run-Network-Blackhole-Port",
            {"Protocol": ["tcp"], "Port": ["5432"], "TrafficType": ["egress"]},
        ),
    ],
)
def test_each_fault_is_sent_verified_cancelled_and_verified(
    search: Any, fault: Fault, arguments: dict[str, str], document: str, parameters: dict[str, list[str]]
) -> None:
    target = target_of(search, fault, arguments)
    change = applied(target, fault)
    assert change.state == "applied"
    [command] = client().list_commands()["Commands"]
    assert command["DocumentName"] == document
    assert command["Parameters"] == {**parameters, "DurationSeconds": ["900"], "InstallDependencies": ["True"]}
    assert states(target) == {"InProgress"}
    assert fault.watch(target) == ""
    assert engine.undo(change, "done").state == "undone"
    assert states(target) == {"Cancelled"}
    assert "has ended" in fault.watch(target)


def test_the_dead_man_lasts_as_long_as_the_fault_may() -> None:
    assert ssm_packet_loss.FAULT.max_seconds == on_hosts.MAX_SECONDS


def test_the_preview_counts_hosts_and_chooses_the_same_ones_again(search: Any) -> None:
    first, second = (ssm_packet_loss.FAULT.preview(search, LOSS) for _ in range(2))
    assert first.target == second.target
    assert first.sentence == "15 % of the packets of ens5 are lost on 2 of 6 hosts of search-api."
    assert (first.hit, first.total) == (2, 6)


def test_more_than_half_of_the_hosts_and_hosts_of_others_are_refused(search: Any, service: Callable[..., Any]) -> None:
    assert "at most 3" in ssm_packet_loss.FAULT.preview(search, {**LOSS, "count": "4"}).refusal
    stranger = service("stranger", team="search")
    assert "nothing would be left" in ssm_packet_loss.FAULT.preview(stranger, LOSS).refusal


def test_a_host_that_systems_manager_does_not_reach_is_refused_by_name(search: Any, aws: Any) -> None:
    host = target_of(search)["hosts"][0]
    tell(aws.state, host, HostAnswer("silent"))
    assert f"does not reach {host}" in ssm_packet_loss.FAULT.preview(search, LOSS).refusal


@pytest.mark.parametrize("answer", [HostAnswer("silent"), HostAnswer("Failed", code=1, after=0.0)])
def test_a_host_that_does_not_begin_makes_the_fault_fail_and_the_undo_stops_the_others(
    search: Any, aws: Any, answer: HostAnswer
) -> None:
    target = target_of(search)
    tell(aws.state, target["hosts"][0], answer)
    change = engine.arm(ssm_packet_loss.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t")
    with pytest.raises(engine.NotVerified):
        engine.apply(change)
    change.refresh_from_db()
    assert engine.undo(change, "not in place").state == "undone"
    assert states(target) <= {"Cancelled", "Failed"}


def test_a_fault_that_ended_by_itself_counts_as_undone(search: Any, aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    target = target_of(search)
    change = applied(target)
    later = aws.state.wall() + on_hosts.MAX_SECONDS + 1
    monkeypatch.setattr(aws.state, "wall", lambda: later)
    assert "has ended" in ssm_packet_loss.FAULT.watch(target)
    assert engine.undo(change, "done").state == "undone"
    assert states(target) == {"Success"}


def test_a_command_whose_worker_was_lost_before_it_knew_the_id_is_found_and_cancelled(search: Any) -> None:
    target = target_of(search)
    change = engine.arm(ssm_packet_loss.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t")
    on_hosts.apply(target)
    assert engine.undo(change, "crash").state == "undone"
    assert states(target) == {"Cancelled"}


def test_the_undo_of_what_was_never_sent_does_nothing_and_may_be_repeated(search: Any) -> None:
    target = target_of(search)
    on_hosts.undo(target, {})
    on_hosts.undo(target, {})
    assert on_hosts.verify_undone(target, {})
    assert client().list_commands()["Commands"] == []


def test_the_same_fault_twice_on_the_same_hosts_is_refused(search: Any) -> None:
    target = target_of(search)
    applied(target)
    with pytest.raises(ValueError, match="undo the other change first"):
        engine.arm(ssm_packet_loss.KEY, target, owner="t:2", by="t", lease=LEASE, reason="t")


def test_hosts_that_are_still_stopping_are_waited_for(search: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    target = target_of(search)
    applied(target)
    found = [ssm.Invocation(host, ssm.PENDING, "Cancelling") for host in target["hosts"]]
    monkeypatch.setattr("chaos.faults.on_hosts.ssm.invocations", lambda *_, **__: found)
    assert not on_hosts.verify_undone(target, {})
    assert on_hosts.undoing(target, {})


def test_parameters_that_the_document_does_not_know_are_refused_by_aws(search: Any) -> None:
    target = target_of(search)
    with pytest.raises(AwsError, match="InvalidParameters"):
        on_hosts.apply({**target, "parameters": {**target["parameters"], "Command": ["rm -rf /"]}})


def test_a_session_of_chaos_may_send_nothing_but_the_network_documents() -> None:
    from portal.aws.session_policy import NARROW, session_policy

    [sending] = [one for one in NARROW["chaos"] if one["Action"] == "ssm:SendCommand"]
    assert sending["Resource"] == ["arn:*:ssm:*::document/AWSFIS-Run-Network-*", "arn:*:ec2:*:*:instance/*"]
    assert session_policy("chaos").count("ssm:SendCommand") == 1


@pytest.mark.parametrize(
    ("fault", "arguments", "field"),
    [
        (ssm_packet_loss.FAULT, {**LOSS, "loss_percent": "0"}, "loss_percent"),
        (ssm_packet_loss.FAULT, {**LOSS, "percent": "50"}, "count"),
        (ssm_packet_loss.FAULT, {**LOSS, "interface": "eth0; reboot"}, "interface"),
        (
            ssm_blackhole.FAULT,
            {**PLACE, "count": "1", "protocol": "tcp", "port": "65536", "traffic": "egress"},
            "port",
        ),
        (
            ssm_blackhole.FAULT,
            {**PLACE, "count": "1", "protocol": "icmp", "port": "80", "traffic": "egress"},
            "protocol",
        ),
    ],
)
def test_arguments_that_make_no_sense_are_named(fault: Fault, arguments: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        fault.read(arguments)
    assert caught.value.field == f"arguments.{field}"
