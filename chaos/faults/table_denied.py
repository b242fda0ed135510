"""A table answers AccessDenied: its resource policy denies reading or writing to the roles of the service."""

from __future__ import annotations

from chaos.engine import denial
from chaos.faults import callers, found, roles
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import settling, table_policy
from portal.aws.table_policy import TablePolicy
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "dynamodb-denied"
READ = tuple(f"dynamodb:{name}" for name in ("GetItem", "BatchGetItem", "Query", "Scan", "ConditionCheckItem"))
WRITE = tuple(f"dynamodb:{name}" for name in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"))
ACTIONS = {"read": READ, "write": WRITE, "both": READ + WRITE}
SAID = {"read": "cannot read", "write": "cannot write", "both": "can neither read nor write"}


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which roles lose the table, and who leans on it. Raises AwsError."""
    name, wish = arguments["table"], arguments["operations"]
    item = found.one(service, "aws.dynamodb", arguments, name=name)
    sentence = f"{service.name} {SAID[wish]} {name}: AccessDeniedException."
    if item is None:
        return Preview({}, sentence, refusal=found.refusal(service, "table", name))
    denied = roles.of(service, arguments)
    where = {"account": arguments["account"], "region": arguments["region"], "table": name}
    return Preview(
        target={**where, "arn": item["arn"], "roles": list(denied), "actions": list(ACTIONS[wish])},
        sentence=sentence,
        rows=tuple((one.rpartition("/")[2], "this role is denied") for one in denied)
        + callers.rows(service, item["arn"], "dynamodb-table"),
        refusal=roles.refusal(service, denied, arguments["account"]),
        hit=len(denied),
        total=len(denied),
    )


def observe(target: Target) -> Seen:
    """The policy now. Raises AwsError; ValueError where another experiment denies the table already."""
    policy = _policy(target)
    if denial.is_denied(policy.text):
        raise ValueError(f"{target['table']} is denied already: undo the other change first")
    return {"account": target["account"], "region": target["region"], "policy": policy.text}


def apply(target: Target) -> None:
    """Add the denial to the policy, unless somebody writes it at the same moment: then AWS refuses."""
    policy = _policy(target)
    _write(target, _denied(target, policy.text), policy)
    settling.seen(lambda: verify_applied(target))


def undo(target: Target, before: Seen) -> None:
    """Put the policy back as it was, to the byte; where somebody has changed it since, take only the denial out."""
    policy = _policy(target)
    if denial.is_denied(policy.text):
        ours = _denied(target, before["policy"])
        _write(target, denial.allowed_again(policy.text, before["policy"], ours), policy)
        settling.seen(lambda: verify_undone(target, before))


def verify_applied(target: Target) -> bool:
    """Whether the denial is in the policy."""
    return denial.is_denied(_policy(target).text)


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the denial is gone."""
    return not denial.is_denied(_policy(target).text)


def _denied(target: Target, policy: str) -> str:
    indexes = f"{target['arn']}/index/*"
    return denial.denied(policy, target["roles"], target["actions"], [target["arn"], indexes])


def _policy(target: Target) -> TablePolicy:
    return table_policy.policy(target["account"], target["region"], target["arn"])


def _write(target: Target, wanted: str, over: TablePolicy) -> None:
    table_policy.set_policy(target["account"], target["region"], target["arn"], wanted, over.revision)


KIND = Kind(
    key=KEY,
    title="Table denied by its resource policy",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Table denied",
    description="Denies the service's own roles to read a DynamoDB table, to write it, or both.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("table", "Table", r"[A-Za-z0-9._-]{3,255}", "orders-table"),
        Argument("operations", "What is denied", r"read|write|both", "read"),
    ),
    max_seconds=1800,
    preview=preview,
    order=60,
)
