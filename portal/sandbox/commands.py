"""SSM commands in motion: each host begins, ends, or stays silent on the sandbox's clock, as somebody told it to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from .state import State

EVERY_HOST = "*"
SILENT = "silent"
DOCUMENT_SHELL = "AWS-RunShellScript"
LOSS, LATENCY, BLACKHOLE = (f"AWSFIS-Run-Network-{name}" for name in ("Packet-Loss", "Latency", "Blackhole-Port"))
COMMON = {"DurationSeconds", "InstallDependencies"}
FAULTS = {
    LOSS: {*COMMON, "Interface", "LossPercent"},
    LATENCY: {*COMMON, "Interface", "DelayMilliseconds"},
    BLACKHOLE: {*COMMON, "Protocol", "Port", "TrafficType"},
}
"""AWS's documents for network faults with their parameters, as its user guide of FIS lists them."""
NEEDED = {LOSS: {"DurationSeconds"}, LATENCY: {"DurationSeconds"}, BLACKHOLE: {"DurationSeconds", "Protocol", "Port"}}


@dataclass(frozen=True)
class HostAnswer:
    """What a host does with a command: `status` Success, Failed or silent (it never answers), after so many seconds."""

    status: str = "Success"
    code: int = 0
    stdout: str = "ok\n"
    stderr: str = ""
    after: float = 2.0


@dataclass
class Command:
    """One command that was sent; `cancelled` is when."""

    id: str
    params: dict[str, Any]
    hosts: list[str]
    sent: float
    cancelled: float | None = None
    answers: dict[str, HostAnswer] = field(default_factory=dict)


def commands(state: State, account: str, region: str) -> dict[str, Command]:
    """Commands by id, oldest first."""
    return state.topic("ssm.commands", account, region)


def tell(state: State, host: str, answer: HostAnswer) -> None:
    """Let a host (or "*", every host) answer like this to the commands sent from now on."""
    state.topic("ssm.answers", "", "")[host] = answer


def answer_of(state: State, host: str) -> HostAnswer:
    """What was told for this host, else for every host, else success."""
    told = state.topic("ssm.answers", "", "")
    found: HostAnswer = told.get(host) or told.get(EVERY_HOST) or HostAnswer()
    return found


def status(state: State, command: Command, host: str) -> str:
    """Pending, InProgress, Success, Failed, Cancelled or TimedOut, at the present moment.

    A silent host times out when its delivery does (`TimeoutSeconds`), as one without an agent.
    """
    answer, now = command.answers[host], state.wall()
    ended = command.sent + answer.after
    if command.cancelled is not None and (answer.status == SILENT or command.cancelled < ended):
        return "Cancelled"
    if answer.status == SILENT:
        return "TimedOut" if now >= command.sent + float(command.params.get("TimeoutSeconds") or 3600) else "Pending"
    if now < ended:
        return "InProgress"
    return answer.status


def refusal(document: str, parameters: dict[str, list[str]]) -> str:
    """Why a document for a network fault does not take these parameters, or ""."""
    if unknown := sorted(set(parameters) - FAULTS[document]):
        return f"Parameter {unknown[0]} is not defined in the document"
    missing = sorted(NEEDED[document] - set(parameters))
    return f"Parameter {missing[0]} is required" if missing else ""


def lasting(command: Command) -> None:
    """Let each host that would succeed with a network fault take as long as the fault is to last."""
    seconds = float(command.params["Parameters"]["DurationSeconds"][0])
    for host, answer in command.answers.items():
        if answer.status == "Success":
            command.answers[host] = replace(answer, after=seconds)


def overall(states: list[str]) -> str:
    """The status of a command, from those of its hosts."""
    if any(one in ("Pending", "InProgress") for one in states):
        return "InProgress" if set(states) != {"Pending"} else "Pending"
    return next((one for one in ("Failed", "TimedOut", "Cancelled") if one in states), "Success")


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as an aware UTC datetime."""
    return datetime.fromtimestamp(seconds, UTC)
