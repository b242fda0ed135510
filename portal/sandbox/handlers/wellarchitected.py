"""Custom lenses and workloads of the Well-Architected Tool, which moto lacks altogether."""

from __future__ import annotations

import json
from typing import Any

from portal.sandbox import wellarchitected as tool
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

Params = dict[str, Any]
Reply = dict[str, Any]
NAME = "wellarchitected"


@handles(NAME, "ImportLens")
def import_lens(state: State, params: Params, context: Context) -> Reply:
    """A draft of another lens, or of the one that the alias names. AWS works on it for a while; here it is there at once."""
    kept = tool.store(state, context)

    def make() -> Reply:
        lens = tool.read_lens(params["JSONString"])
        arn = params.get("LensAlias") or context.arn(f"lens/{tool.new_id()}")
        if params.get("LensAlias") and arn not in kept["lenses"]:
            raise tool.missing("LENS", arn)
        held = kept["lenses"].setdefault(arn, {"versions": {}, "current": "", "created": state.now()})
        held["draft"], held["updated"] = lens, state.now()
        return {"LensArn": arn, "Status": "IN_PROGRESS"}

    return tool.once(kept, params["ClientRequestToken"], make)


@handles(NAME, "CreateLensVersion")
def create_lens_version(state: State, params: Params, context: Context) -> Reply:
    """Publish the draft."""
    kept = tool.store(state, context)
    held = kept["lenses"].get(params["LensAlias"])
    if held is None:
        raise tool.missing("LENS", params["LensAlias"])

    def make() -> Reply:
        if held.get("draft") is None:
            raise Refused("ConflictException", "The lens has no draft")
        if params["LensVersion"] in held["versions"]:
            raise Refused("ConflictException", f"Version {params['LensVersion']} exists already")
        held["versions"][params["LensVersion"]] = held["draft"]
        held["current"], held["draft"], held["updated"] = params["LensVersion"], None, state.now()
        return {"LensArn": params["LensAlias"], "LensVersion": params["LensVersion"]}

    return tool.once(kept, params["ClientRequestToken"], make)


@handles(NAME, "GetLens")
def get_lens(state: State, params: Params, context: Context) -> Reply:
    """A published version."""
    kept = tool.store(state, context)
    version = params.get("LensVersion") or kept["lenses"].get(params["LensAlias"], {}).get("current", "")
    lens = tool.lens_of(kept, params["LensAlias"], version)
    about = {"LensArn": params["LensAlias"], "LensVersion": version, "Name": lens["name"], "Owner": context.account}
    return {"Lens": {**about, "Description": lens["description"]}}


@handles(NAME, "ListLenses")
def list_lenses(state: State, params: Params, context: Context) -> Reply:
    """The account's own lenses; those of AWS itself are not simulated."""
    kept, wanted = tool.store(state, context), params.get("LensStatus", "ALL")
    if params.get("LensType", "CUSTOM_SELF") != "CUSTOM_SELF":
        return {"LensSummaries": []}
    rows = []
    for arn, held in kept["lenses"].items():
        draft = held.get("draft")
        if (wanted == "DRAFT" and draft is None) or (wanted == "PUBLISHED" and not held["current"]):
            continue
        lens = draft if draft is not None and wanted != "PUBLISHED" else held["versions"][held["current"]]
        if params.get("LensName", lens["name"]) != lens["name"]:
            continue
        about = {"LensArn": arn, "LensAlias": arn, "LensName": lens["name"], "Description": lens["description"]}
        version = {"LensVersion": held["current"]} if held["current"] else {}
        when = {"CreatedAt": held["created"], "UpdatedAt": held["updated"]}
        rows.append(
            {**about, **version, **when, "LensType": "CUSTOM_SELF", "LensStatus": "CURRENT", "Owner": context.account}
        )
    shown, more = tool.page(rows, params)
    return {"LensSummaries": shown, **more}


@handles(NAME, "ExportLens")
def export_lens(state: State, params: Params, context: Context) -> Reply:
    """A published version as text."""
    lens = tool.lens_of(tool.store(state, context), params["LensAlias"], params.get("LensVersion", ""))
    return {"LensJSON": json.dumps(lens)}


@handles(NAME, "CreateWorkload")
def create_workload(state: State, params: Params, context: Context) -> Reply:
    """A workload under published lenses, nothing answered."""
    kept = tool.store(state, context)

    def make() -> Reply:
        if any(load["WorkloadName"] == params["WorkloadName"] for load in kept["workloads"].values()):
            raise Refused("ConflictException", f"A workload named {params['WorkloadName']} exists already")
        for arn in params["Lenses"]:
            tool.lens_of(kept, arn)
        name = tool.new_id()
        fields = ("WorkloadName", "Description", "Environment", "AccountIds", "AwsRegions", "ReviewOwner", "Notes")
        load = {field: params[field] for field in fields if params.get(field) is not None}
        load |= {"WorkloadId": name, "WorkloadArn": context.arn(f"workload/{name}"), "milestones": []}
        load["updated"] = state.now()
        load["reviews"] = {arn: {"version": kept["lenses"][arn]["current"], "answers": {}} for arn in params["Lenses"]}
        kept["workloads"][name] = load
        return {"WorkloadId": name, "WorkloadArn": load["WorkloadArn"]}

    return tool.once(kept, params["ClientRequestToken"], make)


def _summary(kept: Params, load: Params, context: Context) -> Reply:
    names = ("WorkloadId", "WorkloadArn", "WorkloadName")
    return {
        **{name: load[name] for name in names}, "Owner": context.account, "UpdatedAt": load["updated"],
        "Lenses": list(load["reviews"]), "RiskCounts": tool.total(kept, load), "ImprovementStatus": "NOT_STARTED",
    }  # fmt: skip


@handles(NAME, "ListWorkloads")
def list_workloads(state: State, params: Params, context: Context) -> Reply:
    """Workloads whose name begins so."""
    kept, prefix = tool.store(state, context), params.get("WorkloadNamePrefix") or ""
    loads = [load for load in kept["workloads"].values() if load["WorkloadName"].startswith(prefix)]
    shown, more = tool.page([_summary(kept, load, context) for load in loads], params)
    return {"WorkloadSummaries": shown, **more}


def _whole(kept: Params, load: Params, context: Context) -> Reply:
    own = {name: value for name, value in load.items() if name[0].isupper()}
    return {**own, **_summary(kept, load, context)}


@handles(NAME, "GetWorkload")
def get_workload(state: State, params: Params, context: Context) -> Reply:
    """A workload with its risks."""
    kept = tool.store(state, context)
    return {"Workload": _whole(kept, tool.workload(kept, params["WorkloadId"]), context)}


@handles(NAME, "CreateMilestone")
def create_milestone(state: State, params: Params, context: Context) -> Reply:
    """Freeze the workload."""
    kept = tool.store(state, context)
    load = tool.workload(kept, params["WorkloadId"])

    def make() -> Reply:
        number = tool.freeze(state, load, params["MilestoneName"])
        return {"WorkloadId": load["WorkloadId"], "MilestoneNumber": number}

    return tool.once(kept, params["ClientRequestToken"], make)


@handles(NAME, "ListMilestones")
def list_milestones(state: State, params: Params, context: Context) -> Reply:
    """Milestones in the order they were taken."""
    kept = tool.store(state, context)
    load = tool.workload(kept, params["WorkloadId"])
    rows = []
    for row in load["milestones"]:
        frozen = {**load, "reviews": row["reviews"]}
        about = {"MilestoneNumber": row["number"], "MilestoneName": row["name"], "RecordedAt": row["at"]}
        rows.append({**about, "WorkloadSummary": _summary(kept, frozen, context)})
    shown, more = tool.page(rows, params)
    return {"WorkloadId": load["WorkloadId"], "MilestoneSummaries": shown, **more}


@handles(NAME, "GetMilestone")
def get_milestone(state: State, params: Params, context: Context) -> Reply:
    """One milestone with the workload as it was."""
    kept = tool.store(state, context)
    load = tool.workload(kept, params["WorkloadId"])
    row = next((one for one in load["milestones"] if one["number"] == int(params["MilestoneNumber"])), None)
    if row is None:
        raise tool.missing("MILESTONE", str(params["MilestoneNumber"]))
    frozen = {**load, "reviews": row["reviews"]}
    about = {"MilestoneNumber": row["number"], "MilestoneName": row["name"], "RecordedAt": row["at"]}
    return {"WorkloadId": load["WorkloadId"], "Milestone": {**about, "Workload": _whole(kept, frozen, context)}}
