"""AWS FIS: experiments that act, and the catalogue. Templates and their target accounts stay with moto."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from portal.sandbox import fis
from portal.sandbox.backends import backend
from portal.sandbox.fis_catalogue import ACTIONS
from portal.sandbox.fis_effects import Place
from portal.sandbox.fis_targets import resolve
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

COPIED = ("roleArn", "targets", "stopConditions", "logConfiguration", "experimentReportConfiguration")
PAGE = 20


@handles("fis", "CreateExperimentTemplate", "UpdateExperimentTemplate")
def write_template(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto takes any action; AWS refuses those it does not know, and those that hit a target that is not there."""
    actions = params.get("actions")
    if actions is not None or context.operation.startswith("Create"):
        for name, action in (actions or {}).items():
            _check(name, action, params.get("targets") or {}, changing=context.operation.startswith("Update"))
    return context.forward()


def _check(name: str, action: dict[str, Any], targets: dict[str, Any], changing: bool) -> None:
    known = ACTIONS.get(action.get("actionId", ""))
    if known is None:
        raise Refused("ValidationException", f"Action {name}: there is no action {action.get('actionId')}.")
    given = action.get("parameters") or {}
    missing = [need for need in known.needs if need not in given]
    strange = [key for key in given if key not in known.parameters]
    if missing or strange:
        raise Refused("ValidationException", f"Action {name}: missing {missing}, unknown {strange}.")
    hit = action.get("targets") or {}
    if set(hit) != ({known.target} if known.target else set()):
        raise Refused("ValidationException", f"Action {name} must hit {known.target or 'nothing'}.")
    for target in hit.values():
        if target not in targets and not changing:
            raise Refused("ValidationException", f"Action {name}: there is no target {target}.")


@handles("fis", "StartExperiment")
def start_experiment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Begin; the same client token answers the same experiment. Under an engaged safety lever it is cancelled at once."""
    kept = fis.experiments(state, context.account, context.region)
    same = next((one for one in kept.values() if one.token == params["clientToken"]), None)
    if same is None:
        templates = backend("fis", context.account, context.region)
        template = templates.experiment_templates.get(params["experimentTemplateId"])
        if template is None:
            raise Refused("ResourceNotFoundException", f"There is no template {params['experimentTemplateId']}.")
        same = _made(state, template.to_dict(), params, context)
        kept[same.id] = same
        templates.tag_resource(context.arn(f"experiment/{same.id}"), same.tags)
    return {"experiment": _shown(state, same, context)}


def _made(state: State, template: dict[str, Any], params: dict[str, Any], context: Context) -> fis.Experiment:
    now = state.wall()
    hit = {name: resolve(context.account, context.region, one) for name, one in template["targets"].items()}
    actions = {
        name: fis.Action(
            name, one["actionId"], one.get("parameters") or {},
            [arn for target in (one.get("targets") or {}).values() for arn in hit[target]], one.get("startAfter") or [],
        )
        for name, one in template["actions"].items()
    }  # fmt: skip
    number = len(fis.experiments(state, context.account, context.region))
    identifier = f"EXP{uuid.uuid5(uuid.NAMESPACE_OID, f'{context.account} {context.region} {number}').hex[:14]}"
    mode = (params.get("experimentOptions") or {}).get("actionsMode", "run-all")
    made = fis.Experiment(
        identifier, {**template, "hit": hit}, params["clientToken"], now, dict(params.get("tags") or {}), mode, actions
    )
    empty = [name for name, arns in hit.items() if not arns]
    options = template.get("experimentOptions") or {}
    if fis.lever(state, context.account, context.region)["status"] == "engaged":
        made.status, made.reason, made.ended = "cancelled", "Experiment was cancelled by the safety lever.", now
    elif empty and options.get("emptyTargetResolutionMode", "fail") == "fail":
        fis.fail(
            made, now, f"Target resolution returned empty set for {empty[0]}.", "TargetResolution", context.account
        )
    elif mode == "skip-all":
        made.status, made.reason, made.ended = "completed", "Experiment completed; all actions were skipped.", now
    if made.over:
        for action in actions.values():
            action.status, action.reason = ("skipped" if mode == "skip-all" else "cancelled"), made.reason
    return made


@handles("fis", "StopExperiment")
def stop_experiment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Begin to stop; one that is over stays as it is."""
    one = _find(state, params["id"], context)
    fis.stop(state, one, "Experiment was stopped by a user.")
    return {"experiment": _shown(state, one, context)}


@handles("fis", "GetExperiment")
def get_experiment(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One experiment as it is now."""
    return {"experiment": _shown(state, _find(state, params["id"], context), context)}


@handles("fis", "ListExperiments")
def list_experiments(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Experiments, newest first, of one template where it is named."""
    for one in (found := list(fis.experiments(state, context.account, context.region).values())[::-1]):
        fis.advance(state, one, Place(context.account, context.region))
    wanted = params.get("experimentTemplateId")
    keys = ("id", "arn", "experimentTemplateId", "state", "creationTime", "tags", "experimentOptions")
    rows = [_shown(state, one, context) for one in found if wanted in (None, one.template["id"])]
    return _paged("experiments", [{key: row[key] for key in keys} for row in rows], params)


@handles("fis", "ListExperimentResolvedTargets")
def list_resolved_targets(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """What the targets were resolved to at the start."""
    template = _find(state, params["experimentId"], context).template
    rows = [
        {
            "resourceType": template["targets"][name]["resourceType"],
            "targetName": name,
            "targetInformation": {"ARN": arn},
        }
        for name, arns in template["hit"].items()
        for arn in arns
        if params.get("targetName") in (None, name)
    ]
    return _paged("resolvedTargets", rows, params)


@handles("fis", "ListExperimentTargetAccountConfigurations", "GetExperimentTargetAccountConfiguration")
def target_accounts(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The accounts of the template, as they were written for it."""
    template = _find(state, params["experimentId"], context).template["id"]
    found = backend("fis", context.account, context.region).experiment_templates[template].target_account_configurations
    rows = {account: one.to_dict() for account, one in found.items()}
    if context.operation.startswith("List"):
        return {"targetAccountConfigurations": list(rows.values())}
    if params["accountId"] not in rows:
        raise Refused("ResourceNotFoundException", f"The account {params['accountId']} is not a target.")
    return {"targetAccountConfiguration": rows[params["accountId"]]}


@handles("fis", "ListActions")
def list_actions(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The catalogue, by pages."""
    rows = [_action(name, context) for name in sorted(ACTIONS)]
    return _paged("actions", [{key: row[key] for key in row if key != "parameters"} for row in rows], params)


@handles("fis", "GetAction")
def get_action(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One action with its parameters."""
    if params["id"] not in ACTIONS:
        raise Refused("ResourceNotFoundException", f"There is no action {params['id']}.")
    return {"action": _action(params["id"], context)}


def _action(name: str, context: Context) -> dict[str, Any]:
    known = ACTIONS[name]
    return {
        "id": name, "arn": f"arn:aws:fis:{context.region}::action/{name}", "description": known.description, "tags": {},
        "targets": {known.target: {"resourceType": known.resource}} if known.target else {},
        "parameters": {key: {"required": needed} for key, needed in known.parameters.items()},
    }  # fmt: skip


@handles("fis", "ListTargetResourceTypes", "GetTargetResourceType")
def resource_types(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The types of resources that the catalogue's actions hit."""
    known = sorted({action.resource for action in ACTIONS.values() if action.resource})
    if context.operation.startswith("List"):
        return _paged("targetResourceTypes", [{"resourceType": one, "description": one} for one in known], params)
    if params["resourceType"] not in known:
        raise Refused("ResourceNotFoundException", f"There is no type {params['resourceType']}.")
    return {"targetResourceType": {"resourceType": params["resourceType"], "description": "", "parameters": {}}}


@handles("fis", "GetSafetyLever")
def get_safety_lever(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The one lever of the account and region."""
    if params["id"] != "default":
        raise Refused("ResourceNotFoundException", f"There is no safety lever {params['id']}.")
    arn = context.arn("safety-lever/default")
    return {"safetyLever": {"id": "default", "arn": arn, "state": fis.lever(state, context.account, context.region)}}


@handles("fis", "UpdateSafetyLeverState")
def update_safety_lever(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Engaged, it stops what runs and cancels what starts."""
    get_safety_lever(state, params, context)
    state.topic("fis.lever", context.account, context.region).update(params["state"])
    if params["state"]["status"] == "engaged":
        for one in fis.experiments(state, context.account, context.region).values():
            fis.advance(state, one, Place(context.account, context.region))
            fis.stop(state, one, "Experiment was stopped by the safety lever.")
    return get_safety_lever(state, params, context)


def _find(state: State, identifier: str, context: Context) -> fis.Experiment:
    found = fis.experiments(state, context.account, context.region).get(identifier)
    if found is None:
        raise Refused("ResourceNotFoundException", f"There is no experiment {identifier}.")
    fis.advance(state, found, Place(context.account, context.region))
    return found


def _paged(key: str, rows: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    at, size = int(params.get("nextToken") or 0), int(params.get("maxResults") or PAGE)
    page: dict[str, Any] = {key: rows[at : at + size]}
    return page if at + size >= len(rows) else {**page, "nextToken": str(at + size)}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _shown(state: State, one: fis.Experiment, context: Context) -> dict[str, Any]:
    fis.advance(state, one, Place(context.account, context.region))
    template = one.template
    told: dict[str, Any] = {"status": one.status, "reason": one.reason} | ({"error": one.error} if one.error else {})
    options = {"accountTargeting": "single-account", "emptyTargetResolutionMode": "fail"}
    shown = {
        "id": one.id, "arn": context.arn(f"experiment/{one.id}"), "experimentTemplateId": template["id"], "state": told,
        "actions": {name: _as_action(action, template["actions"][name]) for name, action in one.actions.items()},
        "creationTime": _moment(one.started), "startTime": _moment(one.started), "tags": one.tags,
        "experimentOptions": {**options, **(template.get("experimentOptions") or {}), "actionsMode": one.mode},
        "targetAccountConfigurationsCount": template.get("targetAccountConfigurationsCount", 0),
    }  # fmt: skip
    if one.ended is not None:
        shown["endTime"] = _moment(one.ended)
    return shown | {key: template[key] for key in COPIED if template.get(key)}


def _as_action(action: fis.Action, template: dict[str, Any]) -> dict[str, Any]:
    shown = {**template, "state": {"status": action.status, "reason": action.reason}}
    for key, seconds in (("startTime", action.started), ("endTime", action.ended)):
        if seconds is not None:
            shown[key] = _moment(seconds)
    return shown
