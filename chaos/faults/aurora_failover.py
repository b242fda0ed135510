"""An Aurora cluster gets another writer. Failing over cannot be undone, but the way back may be asked for."""

from __future__ import annotations

from chaos.faults import callers, found
from chaos.faults.registry import ACCOUNT, FAIL_BACK, REGION, Argument, Arguments, Fault, Preview
from portal.aws import rds_failover, settling
from portal.aws.rds_failover import AVAILABLE, Cluster, Member
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "aurora-failover"
FAILING_OVER = "failing-over"
MOVING = (FAILING_OVER, "modifying", "promoting", "upgrading", "rebooting")


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which replica takes over from which writer, and who leans on the cluster. Raises AwsError."""
    account, region, name = arguments["account"], arguments["region"], arguments["cluster"]
    where = {"account": account, "region": region, "cluster": name}
    if found.one(service, "aws.rds", arguments, name=name) is None:
        return Preview(where, f"{name} gets another writer.", refusal=found.refusal(service, "cluster", name))
    seen = rds_failover.cluster(account, region, name)
    to = _next(seen)
    writer = seen.member(seen.writer)
    rows = tuple((one.name, _note(one, to)) for one in seen.members)
    sentence = f"{to.name if to else 'No replica'} takes the writes of {name} over from {seen.writer or 'nobody'}"
    return Preview(
        target={
            **where,
            "writer": seen.writer,
            "to": to.name if to else "",
            "fail_back": arguments.get("fail_back", "no"),
        },
        sentence=f"{sentence}: connections to the writer break, and writes wait some seconds.",
        rows=rows + callers.rows(service, seen.arn, "database-cluster"),
        refusal=_refusal(seen, writer, to),
        hit=1,
        total=max(1, len(seen.members)),
    )


def _next(found: Cluster) -> Member | None:
    """The replica that takes over: available, first by promotion tier, then in another zone than the writer."""
    writer = found.member(found.writer)
    zone = writer.zone if writer else ""
    ready = [one for one in found.members if not one.writer and one.status == AVAILABLE]
    return min(ready, key=lambda one: (one.tier, one.zone == zone, one.name), default=None)


def _note(member: Member, to: Member | None) -> str:
    role = "writer, becomes a replica" if member.writer else "replica"
    return (
        f"{'replica, becomes the writer' if to == member else role}, {member.zone or 'zone unknown'}, {member.status}"
    )


def _refusal(found: Cluster, writer: Member | None, to: Member | None) -> str:
    if writer is None or found.status != AVAILABLE:
        return f"{found.name} is {found.status}: wait until it is available and has a writer."
    if len(found.members) < 2:
        return f"{found.name} has no replica: a failover would be an outage until AWS has made a new writer."
    return "" if to else f"No replica of {found.name} is available: nobody could take the writes over."


def observe(target: Target) -> Seen:
    """Who writes now. Raises AwsError; ValueError where that has changed since the preview."""
    found = _cluster(target)
    if found.status != AVAILABLE:
        raise ValueError(f"{found.name} is {found.status}: wait until it is available")
    if found.writer != target["writer"]:
        raise ValueError(f"{found.writer} writes {found.name} now, not {target['writer']}: look at the preview again")
    return {"account": target["account"], "region": target["region"], "writer": found.writer}


def apply(target: Target) -> None:
    """Ask for the failover, and look for a moment whether it has begun."""
    rds_failover.fail_over(target["account"], target["region"], target["cluster"], target["to"])
    settling.seen(lambda: verify_applied(target))


def undo(target: Target, before: Seen) -> None:
    """Fail back where that was asked for and our choice still writes; a writer that somebody else chose stays."""
    if target["fail_back"] != "yes":
        return
    found = _cluster(target)
    old = found.member(before["writer"])
    if found.status == AVAILABLE and found.writer == target["to"] and old is not None and old.status == AVAILABLE:
        rds_failover.fail_over(target["account"], target["region"], target["cluster"], before["writer"])
        settling.seen(lambda: undoing(target, before) or verify_undone(target, before))


def verify_applied(target: Target) -> bool:
    """Whether another member writes, or AWS is at it."""
    found = _cluster(target)
    return found.status == FAILING_OVER or found.writer not in ("", target["writer"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the cluster is whole: available with an available writer, which is no longer ours after failing back."""
    found = _cluster(target)
    writer = found.member(found.writer)
    whole = found.status == AVAILABLE and writer is not None and writer.status == AVAILABLE
    back = target["fail_back"] != "yes" or found.writer != target["to"] or found.member(before["writer"]) is None
    return whole and back


def undoing(target: Target, before: Seen) -> bool:
    """Whether the cluster or its writer is still on its way to being available."""
    found = _cluster(target)
    return found.status in MOVING or any(member.status in MOVING for member in found.members)


def _cluster(target: Target) -> Cluster:
    return rds_failover.cluster(target["account"], target["region"], target["cluster"])


KIND = Kind(
    key=KEY,
    title="Aurora failover",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
)
FAULT = Fault(
    key=KEY,
    title="Aurora failover",
    description="Makes another replica the writer of an Aurora cluster, as when the writer or its zone is lost.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, Argument("cluster", "Cluster", r"[A-Za-z][A-Za-z0-9-]{0,62}", "ledger"), FAIL_BACK),
    max_seconds=1800,
    preview=preview,
    order=50,
)
