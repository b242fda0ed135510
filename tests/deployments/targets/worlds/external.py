"""A pipeline that asks for its step and reports it."""

from __future__ import annotations

from deployments.targets import external
from deployments.targets.external import EXTERNAL
from deployments.targets.traffic import share_of
from portal.sandbox.server import Sandbox

from .world import ACCOUNT, REGION, Clock, World


def build(sandbox: Sandbox, clock: Clock) -> World:
    """It has reported nothing yet."""
    target = {
        "kind": EXTERNAL,
        "account": ACCOUNT,
        "region": REGION,
        "baseline": "1",
        "pipeline": "jenkins",
        "canary": "2",
    }
    target["ticket"] = "a" * 32

    def work() -> None:
        wanted, _ = external.step_of(target)
        if wanted is not None:
            external.report(target, "2", share_of(wanted, "2") * 100, "ci")

    clock.followers.append(work)
    place = {"name": "production", "arn": f"arn:aws:iam::{ACCOUNT}:root", "account": ACCOUNT, "region": REGION}
    return World(
        sandbox, clock, target, "1", (), meddle=lambda: external.report(target, "3", 40, "ci"), work=work, facts={"aws.account": [place]},
    )  # fmt: skip
