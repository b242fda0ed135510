"""A CodeDeploy deployment group (hosts, Lambda or ECS): the canary is a revision, and CodeDeploy takes its own steps.

`observe` tells which revision CodeDeploy works towards, `progress` how far it is, zone by zone for hosts. Undo stops the
running deployment with a rollback; afterwards it deploys the last good revision again and waits for its success.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from deployments.targets import revisions
from deployments.targets.contract import (
    BROKEN,
    MOVING,
    SETTLED,
    Choices,
    Counts,
    Field,
    Host,
    Moved,
    Progress,
    Streams,
    TargetError,
    TargetKind,
    going_back,
)
from deployments.targets.found import items, only
from deployments.targets.traffic import Traffic, describe
from portal.aws import codedeploy_rollout, instances
from portal.aws.cloudwatch import Metric
from portal.aws.codedeploy_rollout import SUCCEEDED, Deployment, GroupState
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

CODEDEPLOY = "codedeploy"
NAME = r"[A-Za-z0-9_+=,.@-]{1,100}"
FIELDS = (
    Field("application", "Application", NAME, "As discovery has found it for the service."),
    Field("group", "Deployment group", NAME, "As discovery has found it for the service."),
    Field("config", "Deployment configuration", NAME, "Without one the group's own decides."),
)
CANARY = Field(
    "canary",
    "New revision",
    r"\S.{0,1999}",
    "s3://bucket/key.zip, github:owner/repository@commit, a Lambda version, a task definition, or the revision as JSON.",
)
HEALTH = {"Succeeded": "healthy", "Failed": "unhealthy", "InProgress": "starting", "Ready": "starting"}


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """The deployment group that discovery has found. Raises TargetError."""
    named = {"application": wanted.get("application"), "group": wanted.get("group")}
    found = items(entity, "aws.codedeploy", wanted)
    for key, name in named.items():
        found = [item for item in found if not name or _names(item)[key] == name]
    told = "/".join(name for name in named.values() if name)
    item = only(found, f"deployment group of {entity.name} {told}".rstrip(), "application and group")
    canary, revision = revisions.named(wanted["canary"])
    target = {"kind": CODEDEPLOY, "account": item["account"], "region": item["region"], **_names(item)}
    target |= {"config": wanted.get("config", ""), "canary": canary}
    return target | ({"revision": revision} if revision else {})


def choices(entity: Entity) -> Choices:
    """The service's applications and groups."""
    found = [_names(item) for item in items(entity, "aws.codedeploy")]
    return {key: sorted({(one[key], one[key]) for one in found}) for key in ("application", "group")}


def observe(target: Target) -> Seen:
    """The revision that CodeDeploy works towards; somebody else's running deployment shows as a split.

    Raises TargetError where nothing was ever deployed, so that there is nothing to go back to.
    """
    seen = _look(target)
    if seen.good is None or seen.newest is None:
        where = _called(target)
        raise TargetError(f"{where} has no successful deployment to go back to: deploy once before, without a rollout.")
    good, newest = revisions.short(seen.good.revision), revisions.short(seen.newest.revision)
    known = {"good": seen.good.id, "revision": dict(seen.good.revision)}
    known |= {"served": revisions.function_of(seen.good.revision)}
    if not seen.newest.running or newest == target["canary"]:
        return {"version": newest if seen.newest.running else good, "weights": {}, **known}
    ours = newest == (target.get("restore") or {}).get("version")
    return {"version": good, "weights": {} if ours or newest == good else {newest: 0.0}, **known}


def wanted(target: Target, restore: Traffic, percent: float) -> Traffic:
    """All of it, whatever the percentage: the steps are those of the deployment configuration."""
    if not percent:
        return {"version": restore["version"], "weights": {}}
    return {"version": target["canary"], "weights": {}}


def apply(target: Target) -> None:
    """Create the deployment, unless one of it is on its way or done. Raises Moved where somebody else deploys."""
    seen, to = _look(target), target["to"]["version"]
    if _towards(seen, to):
        return
    newest = seen.newest
    known = (target["restore"]["version"], target["expected"]["version"], target["canary"])
    if newest is not None and (newest.running or revisions.short(newest.revision) not in known):
        raise Moved(f"{_called(target)}: somebody else deployed {revisions.short(newest.revision)} meanwhile.")
    _deploy(target, to)


def undo(target: Target, before: Seen) -> None:
    """Stop the canary's deployment with a rollback; where it has ended, deploy the revision from before again."""
    newest = _look(target).newest
    if newest is None:
        return
    version, restore = revisions.short(newest.revision), target["restore"]["version"]
    if newest.running and version == target["canary"]:
        codedeploy_rollout.stop(target["account"], target["region"], newest.id)
    elif not newest.running and (version == target["canary"] or (version == restore and newest.status != SUCCEEDED)):
        _deploy(target, restore)


def verify_applied(target: Target) -> bool:
    """Whether the newest deployment brings what was asked for, and is on its way or done."""
    return _towards(_look(target), target["to"]["version"])


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the newest deployment is of the revision from before and has succeeded, or somebody else has gone on."""
    newest = _look(target).newest
    if newest is None:
        return True
    version = revisions.short(newest.revision)
    if version == target["restore"]["version"]:
        return newest.status == SUCCEEDED
    return version != str(target["canary"])


def progress(target: Target) -> Progress:
    """How far the newest deployment is: traffic for Lambda and ECS, hosts in all and by zone for servers."""
    seen = _look(target)
    to: str = target["to"]["version"] if target.get("to") else target["canary"]
    newest = seen.newest
    if newest is None or not _towards(seen, to):
        return Progress(BROKEN, 0.0, _why(target, newest, to))
    if newest.status == SUCCEEDED:
        return Progress(SETTLED)
    found = codedeploy_rollout.targets(target["account"], target["region"], newest.id)
    note = f"{newest.id} is {newest.status}"
    shares = [one.share for one in found if one.share is not None]
    if shares:
        return Progress(MOVING, min(shares), note)
    done = [one.id for one in found if one.status == SUCCEEDED]
    return Progress(MOVING, len(done) / max(1, len(found)), note, _zones(target, [one.id for one in found], done))


def hosts(target: Target) -> list[Host]:
    """The hosts of the newest deployment; one that it has not come to yet is unknown."""
    seen = _look(target)
    if seen.newest is None or seen.platform != "Server":
        return []
    found = codedeploy_rollout.targets(target["account"], target["region"], seen.newest.id)
    zones = instances.zones(target["account"], target["region"], [one.id for one in found])
    version = revisions.short(seen.newest.revision)
    before = (target.get("restore") or {}).get("version", "")
    return [
        Host(
            one.id, zones.get(one.id, ""), before if one.status in ("Pending", "Skipped") else version,
            HEALTH.get(one.status, "unknown"), one.trouble or one.status,
        )
        for one in found
    ]  # fmt: skip


def streams(target: Target) -> Streams | None:
    """Invocations and errors by executed version for Lambda; hosts and services have no metrics of their own."""
    served = target["restore"].get("served")
    if not served:
        return None
    both = (_counts(served, target["canary"]), _counts(served, target["restore"]["version"]))
    return Streams(*both, _counts(served, ""))


def _counts(served: Mapping[str, str], version: str) -> Counts:
    own = {"FunctionName": served["function"], "Resource": f"{served['function']}:{served['alias']}"}
    own |= {"ExecutedVersion": version} if version else {}
    return Counts((Metric("AWS/Lambda", "Invocations", own),), (Metric("AWS/Lambda", "Errors", own),))


def _why(target: Target, newest: Deployment | None, to: str) -> str:
    """Why a deployment is not on its way any more, with the first trouble of a target."""
    if newest is None:
        return f"{_called(target)} has no deployment of {to}."
    told = newest.error or f"{newest.id} is {newest.status}"
    if revisions.short(newest.revision) == to:
        found = codedeploy_rollout.targets(target["account"], target["region"], newest.id)
        told += next((f"; {one.id}, {one.trouble}" for one in found if one.trouble), "")
    else:
        told = f"it works towards {revisions.short(newest.revision)} ({newest.creator})"
    return f"CodeDeploy does not bring {to} to {_called(target)} any more: {told}"


def _zones(target: Target, all_of_them: list[str], done: list[str]) -> dict[str, float] | None:
    """Share of the hosts in each zone that are done; None where they are no EC2 instances."""
    zones = instances.zones(target["account"], target["region"], all_of_them)
    of_zone = {zone: [name for name in zones if zones[name] == zone] for zone in sorted(set(zones.values()))}
    return {zone: sum(name in done for name in names) / len(names) for zone, names in of_zone.items()} or None


def _towards(seen: GroupState, version: str) -> bool:
    newest = seen.newest
    going = newest is not None and (newest.running or newest.status == SUCCEEDED)
    return going and newest is not None and revisions.short(newest.revision) == version


def _deploy(target: Target, to: str) -> None:
    restore = target["restore"]
    revision = restore["revision"] if to == restore["version"] else target.get("revision")
    where = (target["account"], target["region"], target["application"], target["group"])
    codedeploy_rollout.create(
        *where, revision or revisions.moved(restore["revision"], to), description=_tag(target, to),
        config=target.get("config", ""),
    )  # fmt: skip


def _tag(target: Target, to: str) -> str:
    """A description that is the same for every worker that creates this deployment."""
    same = json.dumps([target["application"], target["group"], target["canary"], target["restore"].get("good")])
    return f"Colonnade: {to[:120]} [{hashlib.sha256(same.encode()).hexdigest()[:12]}]"


def _look(target: Target) -> GroupState:
    where = (target["account"], target["region"], target["application"], target["group"])
    return codedeploy_rollout.group(*where)


def _names(item: Mapping[str, str]) -> dict[str, str]:
    application, _, group = item["name"].partition("/")
    return {"application": item.get("application", application), "group": group}


def _called(target: Target) -> str:
    return f"{target['application']}/{target['group']}"


CHANGE = Kind(
    CODEDEPLOY, "CodeDeploy deployment", observe, apply, undo, verify_applied, verify_undone, going_back(progress)
)
KIND = TargetKind(
    CODEDEPLOY, "CodeDeploy", CHANGE, FIELDS, locate, describe, noun="deployment group", wanted=wanted,
    progress=progress, hosts=hosts, streams=streams, weighted=False, canary=CANARY, choices=choices, called=_called,
    order=40,
)  # fmt: skip
