"""A walk through every operation of the embedded Well-Architected Tool."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Ask = Callable[..., dict[str, Any]]
TOOL = "wellarchitected"


def lens(name: str = "Small", **question: Any) -> dict[str, Any]:
    """A lens of one question."""
    link = {"displayText": "Why", "url": "https://example.com/why"}
    more = [{"type": "HELPFUL_RESOURCE", "content": [link]}]
    choices = [
        {"id": "tested", "title": "Restores are tested", "helpfulResource": link, "improvementPlan": {"displayText": "Do it"},
         "additionalResources": more},
        {"id": "tested_no", "title": "None of these"},
    ]  # fmt: skip
    rules = [{"condition": "tested && !tested_no", "risk": "NO_RISK"}, {"condition": "default", "risk": "HIGH_RISK"}]
    asked = {
        "id": "rel_backup",
        "title": "Do restores work?",
        "description": "d",
        "choices": choices,
        "riskRules": rules,
    }
    pillar = {"id": "reliability", "name": "Reliability", "questions": [asked | question]}
    return {"schemaVersion": "2021-11-01", "name": name, "description": "A lens.", "pillars": [pillar]}


def walk(ask: Ask) -> None:
    """Import, publish, review, answer, freeze, upgrade; each answer is checked by `ask`."""
    arn = ask(TOOL, "ImportLens", JSONString=json.dumps(lens()), ClientRequestToken="one")["LensArn"]
    assert ask(TOOL, "ImportLens", JSONString=json.dumps(lens()), ClientRequestToken="one")["LensArn"] == arn
    assert [row["LensArn"] for row in ask(TOOL, "ListLenses", LensStatus="DRAFT")["LensSummaries"]] == [arn]
    ask(TOOL, "CreateLensVersion", LensAlias=arn, LensVersion="1.0", IsMajorVersion=True, ClientRequestToken="two")
    assert ask(TOOL, "ListLenses", LensStatus="DRAFT")["LensSummaries"] == []
    assert ask(TOOL, "GetLens", LensAlias=arn)["Lens"]["LensVersion"] == "1.0"
    assert json.loads(ask(TOOL, "ExportLens", LensAlias=arn)["LensJSON"]) == lens()
    about = {"Description": "The shop.", "Environment": "PRODUCTION", "Lenses": [arn], "ReviewOwner": "colonnade"}
    made = ask(TOOL, "CreateWorkload", WorkloadName="shop", **about, ClientRequestToken="three")
    ask(TOOL, "CreateWorkload", WorkloadName="stock", **about, ClientRequestToken="four")
    load = {"WorkloadId": made["WorkloadId"]}
    first = ask(TOOL, "ListWorkloads", MaxResults=1)
    assert ask(TOOL, "ListWorkloads", MaxResults=1, NextToken=first["NextToken"])["WorkloadSummaries"]
    answers = {**load, "LensAlias": arn}
    (blank,) = ask(TOOL, "ListAnswers", **answers)["AnswerSummaries"]
    assert blank["Risk"] == "UNANSWERED"
    changed = {**answers, "QuestionId": "rel_backup", "SelectedChoices": ["tested_no"], "Notes": "n"}
    assert ask(TOOL, "UpdateAnswer", **changed)["Answer"]["Risk"] == "HIGH"
    assert ask(TOOL, "ListLensReviewImprovements", **answers)["ImprovementSummaries"][0]["Risk"] == "HIGH"
    assert (
        ask(TOOL, "CreateMilestone", **load, MilestoneName="Before", ClientRequestToken="five")["MilestoneNumber"] == 1
    )
    updates = {"tested": {"Status": "SELECTED"}, "tested_no": {"Status": "UNSELECTED"}}
    ask(TOOL, "UpdateAnswer", **answers, QuestionId="rel_backup", ChoiceUpdates=updates)
    now = ask(TOOL, "GetAnswer", **answers, QuestionId="rel_backup")["Answer"]
    assert (now["Risk"], now["Notes"], now["SelectedChoices"]) == ("NONE", "n", ["tested"])
    then = ask(TOOL, "GetAnswer", **answers, QuestionId="rel_backup", MilestoneNumber=1)["Answer"]
    assert then["Risk"] == "HIGH"
    assert ask(TOOL, "GetWorkload", **load)["Workload"]["RiskCounts"] == {"NONE": 1}
    frozen = ask(TOOL, "GetMilestone", **load, MilestoneNumber=1)["Milestone"]["Workload"]
    assert frozen["RiskCounts"] == {"HIGH": 1}
    assert [row["MilestoneName"] for row in ask(TOOL, "ListMilestones", **load)["MilestoneSummaries"]] == ["Before"]
    other = ask(TOOL, "ImportLens", JSONString=json.dumps(lens("Other")), ClientRequestToken="nine")["LensArn"]
    ask(TOOL, "CreateLensVersion", LensAlias=other, LensVersion="1.0", IsMajorVersion=True, ClientRequestToken="ten")
    ask(TOOL, "AssociateLenses", **load, LensAliases=[other])
    assert ask(TOOL, "GetWorkload", **load)["Workload"]["Lenses"] == [arn, other]
    again = lens(title="Do all restores work?")
    ask(TOOL, "ImportLens", JSONString=json.dumps(again), ClientRequestToken="six", LensAlias=arn)
    ask(TOOL, "CreateLensVersion", LensAlias=arn, LensVersion="2.0", IsMajorVersion=True, ClientRequestToken="seven")
    assert ask(TOOL, "GetLensReview", **answers)["LensReview"]["LensStatus"] == "NOT_CURRENT"
    ask(TOOL, "UpgradeLensReview", **answers, MilestoneName="Before 2.0", ClientRequestToken="eight")
    assert ask(TOOL, "GetLensReview", **answers)["LensReview"]["LensVersion"] == "2.0"
    assert ask(TOOL, "GetAnswer", **answers, QuestionId="rel_backup")["Answer"]["SelectedChoices"] == ["tested"]
