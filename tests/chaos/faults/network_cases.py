"""Network faults on hosts: which commands of Systems Manager are at work on them."""

from __future__ import annotations

import time

from tests.chaos.faults.case import PLACE, Case, Stage


def at_work(stage: Stage) -> list[tuple[str, str]]:
    """Host and document of what has not ended."""
    client = stage.client("ssm")
    rows = client.list_command_invocations()["CommandInvocations"]
    return sorted(
        (row["InstanceId"], row["DocumentName"]) for row in rows if row["Status"] in ("Pending", "InProgress")
    )


def _today(stage: Stage) -> None:
    """A command is looked for among those of the last half hour, by the portal's clock."""
    stage.move(time.time() - stage.aws.state.wall())


def _cancel(stage: Stage) -> None:
    """Somebody cancels the command in the console."""
    client = stage.client("ssm")
    for row in client.list_commands()["Commands"]:
        client.cancel_command(CommandId=row["CommandId"])


ELSEWHERE = {**PLACE, "region": "eu-west-1", "count": "1"}
LOSS = Case(
    "ssm-packet-loss", {**PLACE, "count": "2", "loss_percent": "15", "interface": "ens5"}, at_work,
    ("ssm", "CancelCommand"), {**ELSEWHERE, "loss_percent": "15", "interface": "ens5"}, "runs 0",
    prepare=_today, theirs=_cancel, kept=lambda stage: not at_work(stage),
)  # fmt: skip
LATENCY = Case(
    "ssm-latency", {**PLACE, "percent": "50", "latency_ms": "200", "interface": "ens5"}, at_work,
    ("ssm", "ListCommandInvocations"), {**ELSEWHERE, "latency_ms": "200", "interface": "ens5"}, "runs 0",
    prepare=_today,
)  # fmt: skip
BLACKHOLE = Case(
    "ssm-blackhole", {**PLACE, "count": "1", "protocol": "tcp", "port": "5432", "traffic": "egress"}, at_work,
    ("ssm", "ListCommands"), {**ELSEWHERE, "protocol": "tcp", "port": "5432", "traffic": "egress"}, "runs 0",
    prepare=_today,
)  # fmt: skip
CASES = {"packet-loss-on-hosts": LOSS, "latency-on-hosts": LATENCY, "blackhole-on-hosts": BLACKHOLE}
