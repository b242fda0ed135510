"""A VPC Lattice service whose listener forwards to one of three target groups, with two hosts in each."""

from __future__ import annotations

from typing import Any

from deployments.targets.lattice import LATTICE_WEIGHTS
from portal.sandbox.server import Sandbox

from .network import network
from .world import ACCOUNT, REGION, Clock, World, client, sick


def build(sandbox: Sandbox, clock: Clock, rule: bool = False) -> World:
    """All traffic of the default action, or of the rule `reads`, goes to `blue`."""
    lattice, made = client("vpc-lattice"), network()
    service = lattice.create_service(name="checkout", authType="NONE")
    names = ("blue", "green", "other")
    ids = {name: lattice.create_target_group(name=name, type="INSTANCE")["id"] for name in names}
    hosts = {name: made.hosts() for name in names}
    for name in names:
        lattice.register_targets(targetGroupIdentifier=ids[name], targets=[{"id": one} for one in hosts[name]])

    def forward(name: str) -> dict[str, Any]:
        return {"forward": {"targetGroups": [{"targetGroupIdentifier": ids[name], "weight": 100}]}}

    where = {"serviceIdentifier": service["id"]}
    listener = lattice.create_listener(**where, name="https", protocol="HTTPS", defaultAction=forward("blue"))["id"]
    where["listenerIdentifier"] = listener
    match = {"httpMatch": {"method": "GET"}}
    reads = lattice.create_rule(**where, name="reads", priority=5, match=match, action=forward("blue"))["id"]

    def meddle() -> None:
        if rule:
            lattice.update_rule(**where, ruleIdentifier=reads, action=forward("other"))
        else:
            lattice.update_listener(**where, defaultAction=forward("other"))

    fact = {
        "name": "checkout", "arn": service["arn"], "account": ACCOUNT, "region": REGION, "technology": "VPC Lattice",
        "routes": [{"name": "https/reads"}, {"name": "https/default"}],
    }  # fmt: skip
    target = {"kind": LATTICE_WEIGHTS, "account": ACCOUNT, "region": REGION, "arn": service["arn"]}
    target |= {"lattice_service": "checkout", "route": "https/reads" if rule else "https/default", "canary": "green"}
    return World(
        sandbox, clock, target, "blue", (("vpc-lattice", "UpdateRule" if rule else "UpdateListener"),), meddle=meddle,
        sicken=lambda count: sick(sandbox, ids["green"], hosts["green"][:count]), has_hosts=True,
        facts={"aws.mesh": [fact]}, missing={"canary": "gone"},
    )  # fmt: skip
