"""A pipeline of somebody else: it moves the traffic and reports, the portal judges and answers go or no-go.

No AWS is called. `apply` writes down the wanted step, the pipeline asks for it and reports over REST (`external_api`),
and `progress` waits for that report.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.utils import timezone

from deployments.models import ExternalStep
from deployments.targets.contract import (
    BROKEN,
    MOVING,
    SETTLED,
    Field,
    Moved,
    Progress,
    TargetError,
    TargetKind,
    going_back,
)
from deployments.targets.found import items
from deployments.targets.traffic import Traffic, describe, same, share_of
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

EXTERNAL = "external"
FIELDS = (
    Field("baseline", "Version now", r"\S{1,100}", "What the pipeline calls the version that serves.", "baseline"),
    Field("pipeline", "Pipeline", r"[^\x00-\x1f]{1,100}", "What moves the traffic, such as a job's name.", "pipeline"),
)
CANARY = Field("canary", "New version", r"\S{1,100}", "What the pipeline calls the version to roll out.")


def locate(entity: Entity, wanted: Mapping[str, str]) -> Target:
    """A target of its own for each rollout; alarms, tests and metrics of AWS are those of the service's first place.

    Raises TargetError where both versions are the same.
    """
    own = {field.name: wanted.get(field.name) or field.default for field in FIELDS}
    if own["baseline"] == wanted["canary"]:
        raise TargetError(f"{wanted['canary']} cannot be rolled out against itself: name the version now, too.")
    places = items(entity, "aws.account", wanted)
    if not places and (wanted.get("account") or wanted.get("region")):
        raise TargetError(f"Discovery has found nothing of {entity.name} there: check its tags, then discover again.")
    place = {name: str(places[0][name]) if places else "" for name in ("account", "region")}
    return {"kind": EXTERNAL, **place, **own, "canary": wanted["canary"], "ticket": uuid.uuid4().hex}


def observe(target: Target) -> Seen:
    """What the pipeline last reported; before that all traffic is on the version now."""
    return _reported(target, _row(target))


def apply(target: Target) -> None:
    """Want the step. Raises Moved where the pipeline reports what nobody asked for, TargetError for an impossible share."""
    to, seen = target["to"], observe(target)
    if any(not 0 <= share <= 1 for share in to["weights"].values()):
        raise TargetError("A share has to lie between 0 and 1.")
    if not any(same(seen, known) for known in (to, target["expected"], target["restore"])):
        raise Moved(f"{target['pipeline']} was moved by somebody else: it reports {describe(seen)}.")
    ExternalStep.ask(target["ticket"], _plain(to))


def undo(target: Target, before: Seen) -> None:
    """Want the traffic from before, where a step of the canary was asked for or reported."""
    row = _row(target)
    asked = row is not None and row.wanted is not None and share_of(row.wanted, target["canary"]) > 0
    if asked or share_of(_reported(target, row), target["canary"]) > 0:
        ExternalStep.ask(target["ticket"], _plain(target["restore"]))


def verify_applied(target: Target) -> bool:
    """Whether the step is wanted, and the pipeline is at it or still where it was."""
    row, seen = _row(target), observe(target)
    wanted = row is not None and row.wanted is not None and same(row.wanted, target["to"])
    return wanted and any(same(seen, known) for known in (target["to"], target["expected"], target["restore"]))


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the pipeline reports that the canary gets nothing."""
    return share_of(observe(target), target["canary"]) == 0


def progress(target: Target) -> Progress:
    """Settled once the pipeline reports what is wanted; broken where something else is wanted of it."""
    row, seen = _row(target), observe(target)
    asked = row.wanted if row else None
    to: Traffic | None = target.get("to") or asked
    if to is None or same(seen, to):
        return Progress(SETTLED)
    canary = target["canary"]
    weight = f"{share_of(to, canary) * 100:g} %"
    if row is None or asked is None or not same(asked, to):
        return Progress(BROKEN, share_of(seen, canary), f"{target['pipeline']} is not asked for {weight}.")
    since = f"{timezone.localtime(row.wanted_at):%H:%M:%S}" if row.wanted_at else "a while ago"
    note = f"{target['pipeline']} was asked for {weight} at {since} and has not reported it yet."
    return Progress(MOVING, share_of(seen, canary), note)


def step_of(target: Target) -> tuple[Traffic | None, Traffic]:
    """(wanted, reported)."""
    row = _row(target)
    return (row.wanted if row else None), _reported(target, row)


def report(target: Target, version: str, percent: float, by: str) -> None:
    """The pipeline says that `percent` of the traffic goes to `version`."""
    restore = target["baseline"]
    whole = {"version": version, "weights": {}}
    part = {"version": restore, "weights": {version: round(percent / 100, 4)} if percent else {}}
    ExternalStep.report(target["ticket"], whole if percent >= 100 else part, by)


def _row(target: Target) -> ExternalStep | None:
    return ExternalStep.objects.filter(ticket=target["ticket"]).first()


def _reported(target: Target, row: ExternalStep | None) -> Traffic:
    if row is not None and row.reported is not None:
        return dict(row.reported)
    return {"version": target["baseline"], "weights": {}}


def _plain(traffic: Traffic) -> Traffic:
    return {"version": traffic["version"], "weights": traffic["weights"]}


CHANGE = Kind(EXTERNAL, "Step of a pipeline", observe, apply, undo, verify_applied, verify_undone, going_back(progress))
KIND = TargetKind(
    EXTERNAL, "Another pipeline", CHANGE, FIELDS, locate, describe, noun="pipeline", progress=progress, canary=CANARY,
    order=80,
)  # fmt: skip
