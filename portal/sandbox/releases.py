"""One release that comes by itself: a while after the service is there, its team deploys the next version to ECS."""

from __future__ import annotations

import copy

from . import backends, ecs_deployments
from .organisation import BY_NAME
from .state import State

AFTER = 300.0
"""Seconds between the seeding of the service and its release: by then an experiment has proven something of the old one."""
SERVICE = "ledger"


def advance(state: State) -> None:
    """Deploy the next version once; call it while holding the state's lock."""
    service = BY_NAME[SERVICE]
    if SERVICE not in state.seeded:
        return
    kept = state.topic("releases", service.account, service.region)
    since = kept.setdefault(SERVICE, state.wall())
    if since is not None and state.wall() - since >= AFTER:
        _deploy(state, service.account, service.region)
        kept[SERVICE] = None


def _deploy(state: State, account: str, region: str) -> None:
    ecs = backends.backend("ecs", account, region)
    revisions = ecs.task_definitions[SERVICE]
    newest = max(revisions)
    following = copy.deepcopy(revisions[newest])
    following.revision = newest + 1
    following.arn = f"{following.arn.rpartition(':')[0]}:{newest + 1}"
    revisions[newest + 1] = following
    record = next(one for one in ecs.services.values() if one.name == SERVICE)
    source, record.task_definition = record.task_definition, following.arn
    kept = state.topic("ecs.services", account, region).get(record.arn, {})
    ecs_deployments.begin(state, account, region, record, source, kept.get("deploymentConfiguration") or {})
