"""A queue answers AccessDenied: its policy denies sending or receiving to the roles of the service, and to nobody else."""

from __future__ import annotations

from chaos.engine import denial
from chaos.faults import callers, found, roles
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import queue_policy, settling
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "sqs-denied"
SEND, RECEIVE = ("sqs:SendMessage",), ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
ACTIONS = {"send": SEND, "receive": RECEIVE, "both": SEND + RECEIVE}
SAID = {"send": "cannot send to", "receive": "cannot receive from", "both": "can neither send to nor receive from"}


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which roles lose the queue, and who leans on it. Raises AwsError."""
    name, wish = arguments["queue"], arguments["operations"]
    item = found.one(service, "aws.sqs", arguments, name=name)
    sentence = f"{service.name} {SAID[wish]} {name}: AccessDenied."
    if item is None:
        return Preview({}, sentence, refusal=found.refusal(service, "queue", name))
    denied = roles.of(service, arguments)
    where = {"account": arguments["account"], "region": arguments["region"], "queue": name}
    refusal = roles.refusal(service, denied, arguments["account"])
    return Preview(
        target={**where, "url": item["url"], "arn": item["arn"], "roles": list(denied), "actions": list(ACTIONS[wish])},
        sentence=sentence,
        rows=tuple((one.rpartition("/")[2], "this role is denied") for one in denied)
        + callers.rows(service, item["arn"], "queue"),
        refusal=refusal,
        hit=len(denied),
        total=len(denied),
    )


def observe(target: Target) -> Seen:
    """The policy now. Raises AwsError; ValueError where another experiment denies the queue already."""
    policy = _policy(target)
    if denial.is_denied(policy):
        raise ValueError(f"{target['queue']} is denied already: undo the other change first")
    return {"account": target["account"], "region": target["region"], "policy": policy}


def apply(target: Target) -> None:
    """Add the denial to the policy."""
    _write(target, _denied(target, _policy(target)))
    settling.seen(lambda: verify_applied(target))


def undo(target: Target, before: Seen) -> None:
    """Put the policy back as it was, to the byte; where somebody has changed it since, take only the denial out."""
    policy = _policy(target)
    if denial.is_denied(policy):
        _write(target, denial.allowed_again(policy, before["policy"], _denied(target, before["policy"])))
        settling.seen(lambda: verify_undone(target, before))


def verify_applied(target: Target) -> bool:
    """Whether the denial is in the policy."""
    return denial.is_denied(_policy(target))


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the denial is gone."""
    return not denial.is_denied(_policy(target))


def _denied(target: Target, policy: str) -> str:
    return denial.denied(policy, target["roles"], target["actions"], [target["arn"]])


def _policy(target: Target) -> str:
    return queue_policy.policy(target["account"], target["region"], target["url"])


def _write(target: Target, policy: str) -> None:
    queue_policy.set_policy(target["account"], target["region"], target["url"], policy)


KIND = Kind(
    key=KEY,
    title="Queue denied by its policy",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Queue denied",
    description="Denies the service's own roles to send to a queue, to receive from it, or both. AWS takes up to a minute.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("queue", "Queue", r"[A-Za-z0-9_-]{1,80}(\.fifo)?", "refunds-queue"),
        Argument("operations", "What is denied", r"send|receive|both", "receive"),
    ),
    max_seconds=1800,
    preview=preview,
    order=61,
)
