"""A dependency behind VPC Lattice fails: one of its rules answers a fixed 500 in place of forwarding."""

from __future__ import annotations

from chaos.faults import callers, found, mesh_members
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import lattice_actions
from portal.aws.lattice_weights import DEFAULT, LatticeRoute
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "lattice-blackhole"
FIXED = {"fixedResponse": {"statusCode": 500}}
NAME = r"[a-z0-9][a-z0-9-]{1,62}"


def preview(service: Entity, arguments: Arguments) -> Preview:
    """Which requests would fail, and who may send them. Raises AwsError."""
    name, listener, rule = arguments["service"], arguments["listener"], arguments.get("rule", DEFAULT)
    sentence = f"Every request to {name} by {listener}/{rule} is answered with 500, and reaches nothing."
    item = mesh_members.mesh(service, arguments, name, "VPC Lattice")
    if item is None:
        return Preview({}, sentence, refusal=found.refusal(service, "VPC Lattice service", name))
    where = {
        "account": arguments["account"],
        "region": arguments["region"],
        "service": str(item["arn"]).rpartition("/")[2],
    }
    target = {**where, "listener": listener, "rule": rule}
    now = lattice_actions.action(_route(target, "read"))
    refusal = "" if "forward" in now else f"{listener}/{rule} of {name} forwards nothing: it answers by itself already."
    routes = item.get("routes", ())
    return Preview(
        target=target,
        sentence=sentence,
        rows=mesh_members.users(item, f"{listener}/{rule}") + callers.rows(service),
        refusal=refusal,
        hit=1,
        total=max(1, len(routes)),
    )


def observe(target: Target) -> Seen:
    """The action now. Raises AwsError; ValueError where the rule forwards nothing."""
    action = lattice_actions.action(_route(target))
    if "forward" not in action:
        raise ValueError(
            f"{target['listener']}/{target['rule']} answers by itself already: undo the other change first"
        )
    return {"account": target["account"], "region": target["region"], "action": action}


def apply(target: Target) -> None:
    """Answer 500 from now on."""
    lattice_actions.set_action(_route(target), FIXED)


def undo(target: Target, before: Seen) -> None:
    """Forward again as before, unless somebody has set another action since."""
    if verify_applied(target):
        lattice_actions.set_action(_route(target), before["action"])


def verify_applied(target: Target) -> bool:
    """Whether the rule answers with our fixed 500."""
    return lattice_actions.action(_route(target)) == FIXED


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether it no longer does."""
    return not verify_applied(target)


def _route(target: Target, role: str = "chaos") -> LatticeRoute:
    names = (target["account"], target["region"], target["service"], target["listener"], target["rule"])
    return LatticeRoute(*names, role=role)


KIND = Kind(
    key=KEY,
    title="VPC Lattice rule that answers 500",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
)
FAULT = Fault(
    key=KEY,
    title="Dependency fails (VPC Lattice)",
    description="Answers every request of one rule of a VPC Lattice service with 500, as when the dependency is down.",
    kind=KEY,
    arguments=(
        ACCOUNT,
        REGION,
        Argument("service", "VPC Lattice service", NAME, "exports"),
        Argument("listener", "Listener", NAME, "https"),
        Argument("rule", "Rule", NAME, "version-two", optional=True),
    ),
    max_seconds=1800,
    preview=preview,
    order=70,
)
