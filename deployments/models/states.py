"""The states of what deployments keep, as they are stored."""

from __future__ import annotations

from deployments.engine.rollout import ACTIVE

RUNNING, SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED = "running", "succeeded", "failed", "rolled_back", "cancelled"
DEPLOYMENT_STATES = (RUNNING, SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED)
ACTIVE_STATES = tuple(str(state) for state in ACTIVE)

DEPLOY, ROLLBACK, UPGRADE, REMOVE, FLAG = "deploy", "rollback", "upgrade", "remove", "flag"
DEPLOYMENT_KINDS = (DEPLOY, ROLLBACK, UPGRADE, REMOVE, FLAG)

WAITING, ARMED, MOVING, VALIDATING = "waiting", "armed", "moving", "validating"
TESTING, BAKING, DONE, STOPPED = "testing", "baking", "done", "stopped"
SEGMENT_STATES = (WAITING, ARMED, MOVING, VALIDATING, TESTING, BAKING, DONE, STOPPED)
MOVED_STATES = (MOVING, VALIDATING, TESTING, BAKING)
"""AWS has the change of the segment, and it has not passed yet."""

WEIGHT, ZONE, EXTERNAL = "weight", "zone", "external"
PERSON, GUARD, VERDICT, TROUBLE = "person", "guard", "verdict", "aws"
"""Why a rollout is paused: a person did it, a gate denies, a verdict is missing, or AWS does not answer."""
