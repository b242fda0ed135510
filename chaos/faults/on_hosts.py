"""Network faults on instances: one of AWS's own documents, run by Systems Manager on some of a service's hosts.

The document ends by itself after `DurationSeconds`, which is the dead-man. The undo cancels the command; AWS documents
that its rollback script on the host then takes the fault out. A command is known again by its comment, which is a digest
of the target, because a worker may be lost before it learns the command's id.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chaos.faults import amount
from chaos.faults.registry import ACCOUNT, COUNT, PERCENT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import instance_power, ssm
from portal.aws.ssm import PENDING, Invocation
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

ROLE = "chaos"
MAX_SECONDS = 900
BEGIN_WITHIN = 30
"""Seconds that a host has to begin: the least that AWS takes."""
LOOK_BACK = timedelta(seconds=2 * MAX_SECONDS)
"""A command that was sent before that has ended by itself."""
LOOKS, PAUSE = 4, 1.0
"""How often, and seconds between: hosts take a moment to begin."""
INTERFACE = Argument("interface", "Network interface", r"[a-z][a-z0-9]{1,14}", "ens5")


@dataclass(frozen=True)
class HostFault:
    """One fault on hosts. `parameters` and `words` take checked arguments; AWS wants lists of texts."""

    key: str
    title: str
    description: str
    document: str
    arguments: tuple[Argument, ...]
    parameters: Callable[[Arguments], dict[str, str]]
    words: Callable[[Arguments], str]
    order: int

    def preview(self, service: Entity, arguments: Arguments) -> Preview:
        """Which of the service's running hosts are hit: at most half of them and ten at once. Raises AwsError."""
        account, region = arguments["account"], arguments["region"]
        mine = {machine.instance_id: machine for machine in instance_power.of_service(account, region, service.name)}
        ids, refusal = amount.chosen(mine, arguments, f"{self.key} {service.name}")
        wanted = {**self.parameters(arguments), "DurationSeconds": str(MAX_SECONDS), "InstallDependencies": "True"}
        target = {
            "account": account, "region": region, "document": self.document, "hosts": ids,
            "parameters": {name: [value] for name, value in wanted.items()},
        }  # fmt: skip
        return Preview(
            target=target,
            sentence=f"{self.words(arguments)} on {len(ids)} of {len(mine)} hosts of {service.name}.",
            rows=tuple((mine[one].name, f"{one}, {mine[one].zone}") for one in ids),
            refusal=(refusal and f"{service.name} in {region}: {refusal}") or _not_ready(target),
            hit=len(ids),
            total=len(mine),
        )

    def fault(self) -> Fault:
        """The fault for the registry."""
        return Fault(
            key=self.key, title=self.title, description=self.description, kind=self.key,
            arguments=(ACCOUNT, REGION, COUNT, PERCENT, *self.arguments), max_seconds=MAX_SECONDS,
            preview=self.preview, order=self.order, one_of=("count", "percent"), watch=watch,
        )  # fmt: skip

    def kind(self) -> Kind:
        """The kind of change for the registry."""
        return Kind(
            key=self.key, title=f"{self.title} by the document {self.document}", observe=observe, apply=apply, undo=undo,
            verify_applied=verify_applied, verify_undone=verify_undone, undoing=undoing,
        )  # fmt: skip


def _not_ready(target: Target) -> str:
    """Why the hosts cannot be reached by Systems Manager, or ""."""
    account, region = target["account"], target["region"]
    if not ssm.owner(account, region, target["document"], role=ROLE):
        return f"There is no document {target['document']} in {region}: AWS does not offer it here."
    deaf = sorted(set(target["hosts"]) - ssm.online(account, region, target["hosts"], role=ROLE))
    return f"Systems Manager does not reach {', '.join(deaf)}: look at the agent and its role." if deaf else ""


def observe(target: Target) -> Seen:
    """That no such command runs on these hosts. Raises AwsError; ValueError where one does."""
    if _running(target):
        raise ValueError("this fault runs on these hosts already: undo the other change first")
    return {"account": target["account"], "region": target["region"], "sent": []}


def apply(target: Target) -> None:
    """Send the command, and give the hosts a moment to begin. Raises AwsError."""
    command = ssm.send(
        target["account"], target["region"], target["hosts"], target["document"], target["parameters"],
        comment=_comment(target), timeout=BEGIN_WITHIN, role=ROLE,
    )  # fmt: skip
    for _ in range(LOOKS):
        if _begun(target, command):
            return
        time.sleep(PAUSE)


def undo(target: Target, before: Seen) -> None:
    """Cancel every command of this target that has not ended. Raises AwsError."""
    for command in _running(target):
        ssm.stop(target["account"], target["region"], command, role=ROLE)


def verify_applied(target: Target) -> bool:
    """Whether the command is at work on every host."""
    return any(_begun(target, command) for command in _sent(target))


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether no host is at it any more."""
    return not _running(target)


def undoing(target: Target, before: Seen) -> bool:
    """Whether the hosts have been told and are still stopping."""
    found = [one for command in _running(target) for one in _invocations(target, command) if one.state == PENDING]
    return bool(found) and all(one.said == "Cancelling" for one in found)


def watch(target: Target) -> str:
    """Why the fault is no longer in place on every host, or "". Raises AwsError."""
    if verify_applied(target):
        return ""
    return f"{target['document']} has ended on some of its hosts before the experiment did."


def _begun(target: Target, command: str) -> bool:
    working = {one.host for one in _invocations(target, command) if one.state == PENDING and one.said == "InProgress"}
    return working == set(target["hosts"])


def _running(target: Target) -> list[str]:
    """Commands of this target that some host has not ended. One that shows no host yet is about to begin."""
    return [
        command
        for command in _sent(target)
        if not (found := _invocations(target, command)) or any(one.state == PENDING for one in found)
    ]


def _invocations(target: Target, command: str) -> list[Invocation]:
    return ssm.invocations(target["account"], target["region"], command, role=ROLE)


def _sent(target: Target) -> list[str]:
    since = timezone.now() - LOOK_BACK
    where = (target["account"], target["region"], target["document"])
    return ssm.sent(*where, _comment(target), since, role=ROLE)


def _comment(target: Mapping[str, Any]) -> str:
    text = json.dumps(target, sort_keys=True, separators=(",", ":"))
    return f"colonnade fault {hashlib.sha256(text.encode()).hexdigest()[:32]}"
