"""A template of AWS Fault Injection Service is started, and stopped to undo it.

The portal starts only what the account's owner made and tagged: `colonnade=allowed`, and `service` with the name of the
service that may be hit. The experiment carries the change's token as its client token and as a tag, so that a second
try starts nothing and the undo finds it even where the worker died before it knew the experiment's id.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from chaos.engine import fis_warnings
from chaos.engine.fis_states import gone_wrong
from chaos.faults import fis_targets
from chaos.faults.registry import ACCOUNT, MODE, REGION, Argument, Arguments, Fault, Preview
from portal.aws import fis, fis_reference
from portal.aws.errors import AwsError
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

KEY = "fis-template"
ALLOWED = ("colonnade", "allowed")
TOKEN_TAG = "colonnade-change"  # noqa: S105


def preview(service: Entity, arguments: Arguments) -> Preview:
    """What the template's tags select now, and whether it may be started. Raises AwsError."""
    account, region = arguments["account"], arguments["region"]
    template = fis.template(account, region, arguments["template"])
    found = fis_targets.resolve(account, region, template.data)
    actions = sorted({one.get("actionId", "") for one in (template.data.get("actions") or {}).values()})
    hit = sorted({resource.arn for one in found for resource in one.resources})
    rows = [(one.name, one.sentence) for one in found]
    rows += [("Take care", warning.sentence) for warning in fis_warnings.warnings(template.data)]
    return Preview(
        target={"account": account, "region": region, "template": template.id, "resources": hit},
        sentence=f"AWS FIS runs “{template.description or template.id}”: {', '.join(actions)}.",
        rows=tuple(rows),
        refusal=_refusal(service, template, found)
        or _abroad(account, region, template)
        or blocked(account, region)
        or _busy(account, region, template.id),
        hit=sum(one.hit for one in found),
        total=sum(len(one.resources) for one in found),
        needs_stop=not fis_warnings.guarded(template.data),
    )


def _refusal(service: Entity, template: fis.Template, found: Sequence[fis_targets.Found]) -> str:
    key, value = ALLOWED
    if template.tags.get(key) != value:
        return f"The template {template.id} is not released: let the account's owner tag it with {key}={value}."
    if template.tags.get("service") != service.name:
        return f"The template {template.id} is not made for {service.name}: tag it with service={service.name}."
    strange = fis_targets.strangers(list(found), service.name)
    if strange:
        return f"It would also hit {', '.join(strange[:3])}, which is not tagged with service={service.name}."
    empty = [one.name for one in found if one.known and not one.resources]
    options = template.data.get("experimentOptions") or {}
    if empty and (options.get("emptyTargetResolutionMode", "fail") == "fail" or len(empty) == len(found)):
        return f"The target {empty[0]} selects nothing, so the template would test nothing."
    return ""


def _abroad(account: str, region: str, template: fis.Template) -> str:
    """Why a template that reaches into other accounts is refused: what it would hit there cannot be seen from here."""
    options = template.data.get("experimentOptions") or {}
    if options.get("accountTargeting") != "multi-account":
        return ""
    others = sorted({one.account for one in fis_reference.target_accounts(account, region, template.id)} - {account})
    return f"It reaches into {', '.join(others)}: use one template for each account." if others else ""


def blocked(account: str, region: str) -> str:
    """Why the safety lever forbids a start, or "". A lever that cannot be read forbids it as well."""
    try:
        lever = fis_reference.safety_lever(account, region)
    except AwsError as error:
        return f"The safety lever of AWS FIS cannot be read, so nothing is started: {error}"
    if lever.status == "disengaged":
        return ""
    return (
        f"The safety lever of AWS FIS is {lever.status or 'in an unknown state'} ({lever.reason or 'no reason given'})."
    )


def _busy(account: str, region: str, template: str) -> str:
    running = next((one for one in fis.experiments(account, region, template) if not one.over), None)
    return f"{running.id} was started from this template and is {running.status}: wait for its end." if running else ""


def mark(target: Target) -> Target:
    """Give this change its client token."""
    return {**target, "token": uuid.uuid4().hex}


def observe(target: Target) -> Seen:
    """Ask the lever, and whether the template runs already, once more. Raises AwsError; ValueError where it may not start."""
    account, region = target["account"], target["region"]
    reason = blocked(account, region) or _busy(account, region, target["template"])
    if reason:
        raise ValueError(reason)
    return {"account": account, "region": region, "template": target["template"]}


def apply(target: Target) -> None:
    """Start it; with the same token it is started once."""
    account, region, token = target["account"], target["region"], target["token"]
    fis.start(account, region, target["template"], token, {TOKEN_TAG: token, "started-by": "colonnade"})


def undo(target: Target, before: Seen) -> None:
    """Stop what was started with this token; what has ended or is stopping is left alone."""
    for one in _mine(target):
        if not one.over and one.status != "stopping":
            fis.stop(target["account"], target["region"], one.id)


def verify_applied(target: Target) -> bool:
    """Whether AWS has it and has not stopped it. Raises ValueError with AWS's reason where it is cancelled or failed."""
    mine = _mine(target)
    broken = next((one for one in mine if one.status in ("cancelled", "failed")), None)
    if broken:
        raise ValueError(gone_wrong(broken.status, broken.reason))
    return bool(mine) and not any(gone_wrong(one.status, one.reason) for one in mine)


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether it is in a final state, which comes after its post-actions; true where it was never started."""
    return all(one.over for one in _mine(target))


def undoing(target: Target, before: Seen) -> bool:
    """Whether AWS is still at its post-actions."""
    return any(one.status == "stopping" for one in _mine(target))


def watch(target: Target) -> str:
    """Why the experiment is no longer what was asked for, or "". Raises AwsError."""
    return next((text for one in _mine(target) if (text := gone_wrong(one.status, one.reason))), "")


def _mine(target: Target) -> list[fis.Experiment]:
    """The experiment of this change, by its tag; asked one by one, since a list may be a little old."""
    account, region = target["account"], target["region"]
    listed = fis.experiments(account, region, target["template"])
    mine = [one for one in listed if one.tags.get(TOKEN_TAG) == target["token"]]
    return [one if one.over else fis.experiment(account, region, one.id) for one in mine]


KIND = Kind(
    key=KEY,
    title="Experiment of AWS FIS",
    observe=observe,
    apply=apply,
    undo=undo,
    verify_applied=verify_applied,
    verify_undone=verify_undone,
    undoing=undoing,
    mark=mark,
)
_TEMPLATE: dict[str, Any] = {"pattern": r"[A-Za-z0-9_-]{1,64}", "example": "EXT1234567890abcd"}
FAULT = Fault(
    key=KEY,
    title="AWS FIS template",
    description="Starts an experiment template that the account's owner made and released for this service.",
    kind=KEY,
    arguments=(ACCOUNT, REGION, Argument("template", "Template", **_TEMPLATE), MODE),
    max_seconds=3600,
    preview=preview,
    watch=watch,
    order=80,
)
