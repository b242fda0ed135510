"""Answers of the Well-Architected Tool: one workload under one lens."""

from __future__ import annotations

from typing import Any

from portal.sandbox import wellarchitected as tool
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

Params = dict[str, Any]
Reply = dict[str, Any]
NAME = "wellarchitected"


def _open(state: State, params: Params, context: Context) -> tuple[Params, Params]:
    kept = tool.store(state, context)
    return kept, tool.workload(kept, params["WorkloadId"])


def _head(params: Params) -> Reply:
    milestone = {"MilestoneNumber": int(params["MilestoneNumber"])} if params.get("MilestoneNumber") else {}
    return {
        "WorkloadId": params["WorkloadId"],
        "LensAlias": params["LensAlias"],
        "LensArn": params["LensAlias"],
        **milestone,
    }


def _milestone(params: Params) -> int | None:
    return int(params["MilestoneNumber"]) if params.get("MilestoneNumber") else None


def _content(data: Params | None) -> Reply | None:
    if not data:
        return None
    return {"DisplayText": data.get("displayText", ""), **({"Url": data["url"]} if data.get("url") else {})}


def _choice(choice: Params) -> Reply:
    found: Reply = {"ChoiceId": choice["id"], "Title": choice["title"]}
    for name, key in (("HelpfulResource", "helpfulResource"), ("ImprovementPlan", "improvementPlan")):
        content = _content(choice.get(key))
        if content:
            found[name] = content
    more = [
        {"Type": row["type"], "Content": [_content(one) for one in row["content"]]}
        for row in choice.get("additionalResources", ())
    ]
    return {**found, **({"AdditionalResources": more} if more else {})}


def _answer(pillar: Params, question: Params, answer: Params, *, whole: bool) -> Reply:
    selected = answer["SelectedChoices"]
    states = [
        {"ChoiceId": one["id"], "Status": "SELECTED" if one["id"] in selected else "UNSELECTED", "Reason": "NONE"}
        for one in question["choices"]
    ]
    said: Reply = {
        "QuestionId": question["id"], "PillarId": pillar["id"], "QuestionTitle": question["title"],
        "Choices": [_choice(one) for one in question["choices"]], "SelectedChoices": list(selected),
        "IsApplicable": answer["IsApplicable"], "Risk": tool.risk(question, answer), "Reason": answer["Reason"],
    }  # fmt: skip
    if not whole:
        return {**said, "ChoiceAnswerSummaries": states}
    described = {"QuestionDescription": question["description"]} if question.get("description") else {}
    return {**said, **described, "ChoiceAnswers": states, "Notes": answer["Notes"]}


@handles(NAME, "AssociateLenses")
def associate_lenses(state: State, params: Params, context: Context) -> Reply:
    """Review the workload under more lenses, each in its newest version."""
    kept, load = _open(state, params, context)
    for arn in params["LensAliases"]:
        tool.lens_of(kept, arn)
        load["reviews"].setdefault(arn, {"version": kept["lenses"][arn]["current"], "answers": {}})
    return {}


@handles(NAME, "GetLensReview")
def get_lens_review(state: State, params: Params, context: Context) -> Reply:
    """A workload under a lens: version and risks by pillar."""
    kept, load = _open(state, params, context)
    lens, _ = tool.review(kept, load, params["LensAlias"], _milestone(params))
    held, version = kept["lenses"][params["LensAlias"]], load["reviews"][params["LensAlias"]]["version"]
    pillars = [
        {"PillarId": one["id"], "PillarName": one["name"], "Notes": "",
         "RiskCounts": tool.counts(kept, load, params["LensAlias"], one["id"])}
        for one in lens["pillars"]
    ]  # fmt: skip
    head = {key: value for key, value in _head(params).items() if key not in ("LensAlias", "LensArn")}
    return {
        **head,
        "LensReview": {
            "LensAlias": params["LensAlias"], "LensArn": params["LensAlias"], "LensVersion": version,
            "LensName": lens["name"], "LensStatus": "CURRENT" if version == held["current"] else "NOT_CURRENT",
            "PillarReviewSummaries": pillars, "UpdatedAt": load["updated"],
            "RiskCounts": tool.counts(kept, load, params["LensAlias"]),
        },
    }  # fmt: skip


@handles(NAME, "UpgradeLensReview")
def upgrade_lens_review(state: State, params: Params, context: Context) -> Reply:
    """Move to the newest version: a milestone is taken first; answers keep the choices that are still there."""
    kept, load = _open(state, params, context)
    held = load["reviews"].get(params["LensAlias"])
    if held is None:
        raise tool.missing("LENS_REVIEW", params["LensAlias"])
    newest = kept["lenses"][params["LensAlias"]]["current"]
    if held["version"] == newest:
        raise Refused("ConflictException", "The review uses the newest version already")
    tool.freeze(state, load, params["MilestoneName"])
    held["version"] = newest
    known = {
        one["id"]: {choice["id"] for choice in one["choices"]}
        for _, one in tool.questions(tool.lens_of(kept, params["LensAlias"]))
    }
    for name, answer in list(held["answers"].items()):
        if name not in known:
            del held["answers"][name]
        else:
            answer["SelectedChoices"] = [one for one in answer["SelectedChoices"] if one in known[name]]
    return {}


@handles(NAME, "ListAnswers")
def list_answers(state: State, params: Params, context: Context) -> Reply:
    """The answers, without notes."""
    kept, load = _open(state, params, context)
    lens, answers = tool.review(kept, load, params["LensAlias"], _milestone(params))
    rows = [
        _answer(pillar, one, answers.get(one["id"], tool.blank()), whole=False)
        for pillar, one in tool.questions(lens)
        if params.get("PillarId") in (None, pillar["id"])
    ]
    shown, more = tool.page(rows, params)
    return {**_head(params), "AnswerSummaries": shown, **more}


def _question(lens: Params, name: str) -> tuple[Params, Params]:
    found = next((pair for pair in tool.questions(lens) if pair[1]["id"] == name), None)
    if found is None:
        raise tool.missing("QUESTION", name)
    return found


@handles(NAME, "GetAnswer")
def get_answer(state: State, params: Params, context: Context) -> Reply:
    """One answer with its notes."""
    kept, load = _open(state, params, context)
    lens, answers = tool.review(kept, load, params["LensAlias"], _milestone(params))
    pillar, question = _question(lens, params["QuestionId"])
    answer = answers.get(question["id"], tool.blank())
    return {**_head(params), "Answer": _answer(pillar, question, answer, whole=True)}


@handles(NAME, "UpdateAnswer")
def update_answer(state: State, params: Params, context: Context) -> Reply:
    """Change what is named and keep the rest."""
    kept, load = _open(state, params, context)
    lens, answers = tool.review(kept, load, params["LensAlias"])
    pillar, question = _question(lens, params["QuestionId"])
    known = {choice["id"] for choice in question["choices"]}
    for name in params.get("SelectedChoices") or ():
        if name not in known:
            raise Refused("ValidationException", f"{name} is no choice of {question['id']}")
    answer = answers.setdefault(question["id"], tool.blank())
    for name in ("SelectedChoices", "IsApplicable", "Notes", "Reason"):
        if params.get(name) is not None:
            answer[name] = params[name]
    for name, update in (params.get("ChoiceUpdates") or {}).items():
        chosen = set(answer["SelectedChoices"]) - {name} | ({name} if update["Status"] == "SELECTED" else set())
        answer["SelectedChoices"] = [choice["id"] for choice in question["choices"] if choice["id"] in chosen]
    load["updated"] = state.now()
    return {**_head(params), "Answer": _answer(pillar, question, answer, whole=True)}


@handles(NAME, "ListLensReviewImprovements")
def list_improvements(state: State, params: Params, context: Context) -> Reply:
    """What carries a risk, with the plans of the choices that are not selected."""
    kept, load = _open(state, params, context)
    lens, answers = tool.review(kept, load, params["LensAlias"], _milestone(params))
    rows = []
    for pillar, one in tool.questions(lens):
        answer = answers.get(one["id"], tool.blank())
        risk = tool.risk(one, answer)
        if risk not in ("HIGH", "MEDIUM") or params.get("PillarId") not in (None, pillar["id"]):
            continue
        plans = [
            {"ChoiceId": choice["id"], "DisplayText": choice["improvementPlan"]["displayText"][:64]}
            for choice in one["choices"]
            if choice.get("improvementPlan") and choice["id"] not in answer["SelectedChoices"]
        ]
        about = {"QuestionId": one["id"], "PillarId": pillar["id"], "QuestionTitle": one["title"], "Risk": risk}
        rows.append({**about, "ImprovementPlans": plans})
    shown, more = tool.page(rows, params, 100)
    return {**_head(params), "ImprovementSummaries": shown, **more}
