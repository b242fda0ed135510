"""The embedded AWS releases one version by itself, and only once."""

from __future__ import annotations

import random

from portal.sandbox import releases
from portal.sandbox.clock import tick
from portal.sandbox.seed import seed_service
from portal.sandbox.server import Sandbox
from tests.sandbox.conftest import Clients, Wall


def test_a_while_after_it_is_there_the_ledger_gets_its_next_version(
    sandbox: Sandbox, wall: Wall, client: Clients
) -> None:
    seed_service(sandbox.url, releases.SERVICE)
    ecs, where = client("ecs"), {"cluster": releases.SERVICE, "service": releases.SERVICE}
    seen = []
    for seconds in (0, releases.AFTER - 1, 2, 600):
        wall.move(seconds)
        tick(sandbox.state, 10, random.Random(1))
        seen.append(
            ecs.describe_services(cluster=releases.SERVICE, services=[releases.SERVICE])["services"][0][
                "taskDefinition"
            ]
        )
    assert [one.rpartition(":")[2] for one in seen] == ["1", "1", "2", "2"]
    newest = ecs.list_service_deployments(**where)["serviceDeployments"][0]
    assert newest["status"] == "SUCCESSFUL"
