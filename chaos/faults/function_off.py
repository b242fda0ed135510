"""A function is gone: its reserved concurrency becomes zero, so that every invocation is throttled."""

from __future__ import annotations

from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import lambda_concurrency
from portal.changes.kinds import Kind, Seen, Target
from services import facts
from services.models import Entity

KEY = "lambda-concurrency-zero"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Whether the function belongs to the service and what its concurrency is now. Raises AwsError."""
    account, region, function = arguments["account"], arguments["region"], arguments["function"]
    refusal = ""
    if (account, region, function) not in _functions(service):
        refusal = (
            f"{function} is not a function of {service.name}: tag it with service={service.name} and discover again."
        )
    reserved = lambda_concurrency.reserved(account, region, function) if not refusal else None
    if reserved == 0:
        refusal = f"{function} is switched off already (reserved concurrency 0)."
    now = "not reserved" if reserved is None else f"reserved: {reserved}"
    return Preview(
        target={"account": account, "region": region, "function": function},
        sentence=f"Every invocation of {function} is throttled: its concurrency becomes 0.",
        rows=((function, f"concurrency {now}"),),
        refusal=refusal,
        hit=1,
        total=max(1, len(_functions(service))),
    )


def _functions(service: Entity) -> set[tuple[str, str, str]]:
    """The functions that discovery found for the service: nothing else may be hit in its name."""
    fact = facts.current(service).get("aws.lambda")
    items = fact.value.get("items", []) if fact else []
    return {(item.get("account", ""), item.get("region", ""), item.get("name", "")) for item in items}


def observe(target: Target) -> Seen:
    """The reserved concurrency now. Raises AwsError; ValueError where it is zero already."""
    reserved = lambda_concurrency.reserved(target["account"], target["region"], target["function"])
    if reserved == 0:
        raise ValueError(f"{target['function']} is switched off already: undo the other change first")
    return {"account": target["account"], "region": target["region"], "reserved": reserved}


def apply(target: Target) -> None:
    """Set the reserved concurrency to zero."""
    lambda_concurrency.reserve(target["account"], target["region"], target["function"], 0)


def undo(target: Target, before: Seen) -> None:
    """Put the reserved concurrency back, or delete it where there was none. What somebody else has set since stays."""
    if not verify_undone(target, before):
        lambda_concurrency.reserve(target["account"], target["region"], target["function"], before["reserved"])


def verify_applied(target: Target) -> bool:
    """Whether the reserved concurrency is zero."""
    return lambda_concurrency.reserved(target["account"], target["region"], target["function"]) == 0


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the function is on again. It was on before, so only the fault sets zero."""
    return not verify_applied(target)


KIND = Kind(
    key=KEY,
    title="Function switched off by zero concurrency",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Function off",
    description="Throttles every invocation of one function, as when a dependency stops answering.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, Argument("function", "Function", r"[A-Za-z0-9_-]{1,64}", "suggest")),
    max_seconds=900,
    preview=preview,
    order=20,
)
