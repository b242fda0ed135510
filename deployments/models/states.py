"""The states of what deployments keep, as they are stored."""

from __future__ import annotations

from deployments.engine.rollout import ACTIVE

RUNNING, SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED = "running", "succeeded", "failed", "rolled_back", "cancelled"
DEPLOYMENT_STATES = (RUNNING, SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED)
ACTIVE_STATES = tuple(str(state) for state in ACTIVE)

DEPLOY, ROLLBACK, UPGRADE, REMOVE, FLAG = "deploy", "rollback", "upgrade", "remove", "flag"
DEPLOYMENT_KINDS = (DEPLOY, ROLLBACK, UPGRADE, REMOVE, FLAG)

WAITING, ARMED, BAKING, DONE, STOPPED = "waiting", "armed", "baking", "done", "stopped"
SEGMENT_STATES = (WAITING, ARMED, BAKING, DONE, STOPPED)

WEIGHT, EXTERNAL = "weight", "external"
PERSON, GUARD, VERDICT = "person", "guard", "verdict"
