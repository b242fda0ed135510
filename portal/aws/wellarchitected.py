"""The AWS Well-Architected Tool: custom lenses, workloads, answers and milestones.

botocore has no paginators for these operations: `paging.pages` follows NextToken. Every call uses the role "review".
Request tokens are chosen by the caller, so that a call that is made again after a crash does nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages

COMPLETE, IN_PROGRESS, ERROR = "COMPLETE", "IN_PROGRESS", "ERROR"


@dataclass(frozen=True)
class ImportedLens:
    """A lens that AWS takes in; `status` is COMPLETE, IN_PROGRESS or ERROR. It is a draft until it is published."""

    arn: str
    status: str


@dataclass(frozen=True)
class LensSummary:
    """A custom lens of the account."""

    arn: str
    name: str
    version: str
    status: str


@dataclass(frozen=True)
class RemoteAnswer:
    """An answer in AWS. `reason` is NONE where the question applies; lists of answers carry no notes."""

    question: str
    selected: tuple[str, ...]
    applicable: bool
    reason: str
    notes: str
    risk: str


@dataclass(frozen=True)
class RemoteMilestone:
    """A milestone of a workload."""

    number: int
    name: str
    recorded_at: datetime


@dataclass(frozen=True)
class Place:
    """One account and region; every function below asks there."""

    account: str
    region: str

    def client(self) -> Any:
        """A client with the role "review"."""
        return session.client(self.account, self.region, "wellarchitected", role="review", purpose="sync")


def import_lens(place: Place, text: str, token: str, arn: str = "") -> ImportedLens:
    """Hand in a lens as JSON text: another one, or with `arn` the next draft of that one. Raises AwsError."""
    alias = {"LensAlias": arn} if arn else {}
    with aws_errors("wellarchitected:ImportLens", place.account, place.region):
        reply = place.client().import_lens(JSONString=text, ClientRequestToken=token, **alias)
    return ImportedLens(reply["LensArn"], reply["Status"])


def publish_lens(place: Place, arn: str, version: str, token: str) -> str:
    """Publish the draft of a lens under a version such as "2.0"; returns the version. Raises AwsError."""
    with aws_errors("wellarchitected:CreateLensVersion", place.account, place.region):
        reply = place.client().create_lens_version(
            LensAlias=arn, LensVersion=version, IsMajorVersion=True, ClientRequestToken=token
        )
    return str(reply["LensVersion"])


def lenses(place: Place, status: str = "ALL") -> list[LensSummary]:
    """The account's own custom lenses; `status` is ALL, DRAFT or PUBLISHED. Raises AwsError."""
    with aws_errors("wellarchitected:ListLenses", place.account, place.region):
        rows = list(
            pages(
                place.client(), "list_lenses", "LensSummaries", LensType="CUSTOM_SELF", LensStatus=status, MaxResults=50
            )
        )
    return [
        LensSummary(row["LensArn"], row.get("LensName", ""), row.get("LensVersion", ""), row.get("LensStatus", ""))
        for row in rows
    ]


def export_lens(place: Place, arn: str) -> str:
    """The JSON text of a custom lens. Raises AwsError."""
    with aws_errors("wellarchitected:ExportLens", place.account, place.region):
        return str(place.client().export_lens(LensAlias=arn)["LensJSON"])


def create_workload(place: Place, name: str, description: str, *, production: bool, arn: str, token: str) -> str:
    """A workload under one lens; returns its id. Raises AwsError."""
    with aws_errors("wellarchitected:CreateWorkload", place.account, place.region):
        reply = place.client().create_workload(
            WorkloadName=name,
            Description=description,
            Environment="PRODUCTION" if production else "PREPRODUCTION",
            AccountIds=[place.account],
            AwsRegions=[place.region],
            ReviewOwner="colonnade",
            Lenses=[arn],
            ClientRequestToken=token,
        )
    return str(reply["WorkloadId"])


def add_lens(place: Place, workload: str, arn: str) -> None:
    """Put a workload under a lens too; nothing happens where it is. Raises AwsError."""
    with aws_errors("wellarchitected:AssociateLenses", place.account, place.region):
        place.client().associate_lenses(WorkloadId=workload, LensAliases=[arn])


def workload_lenses(place: Place, workload: str) -> list[str]:
    """Under which lenses a workload is reviewed. Raises AwsError; AwsNotFound where there is no such workload."""
    with aws_errors("wellarchitected:GetWorkload", place.account, place.region):
        return list(place.client().get_workload(WorkloadId=workload)["Workload"].get("Lenses") or ())


def review_version(place: Place, workload: str, arn: str) -> str:
    """Under which version of a lens a workload is reviewed. Raises AwsError."""
    with aws_errors("wellarchitected:GetLensReview", place.account, place.region):
        reply = place.client().get_lens_review(WorkloadId=workload, LensAlias=arn)
    return str(reply["LensReview"]["LensVersion"])


def upgrade_review(place: Place, workload: str, arn: str, milestone: str, token: str) -> None:
    """Move a workload to the newest version of a lens; AWS takes a milestone of this name before. Raises AwsError."""
    with aws_errors("wellarchitected:UpgradeLensReview", place.account, place.region):
        place.client().upgrade_lens_review(
            WorkloadId=workload, LensAlias=arn, MilestoneName=milestone, ClientRequestToken=token
        )


def answers(place: Place, workload: str, arn: str, milestone: int | None = None) -> list[RemoteAnswer]:
    """Every answer of a lens review, of now or of a milestone, without notes. Raises AwsError."""
    which = {"MilestoneNumber": milestone} if milestone else {}
    with aws_errors("wellarchitected:ListAnswers", place.account, place.region):
        rows = list(
            pages(
                place.client(),
                "list_answers",
                "AnswerSummaries",
                WorkloadId=workload,
                LensAlias=arn,
                MaxResults=50,
                **which,
            )
        )
    return [_answer(row) for row in rows]


def answer(place: Place, workload: str, arn: str, question: str) -> RemoteAnswer:
    """One answer with its notes. Raises AwsError."""
    with aws_errors("wellarchitected:GetAnswer", place.account, place.region):
        reply = place.client().get_answer(WorkloadId=workload, LensAlias=arn, QuestionId=question)
    return _answer(reply["Answer"])


def update_answer(
    place: Place,
    workload: str,
    arn: str,
    question: str,
    *,
    selected: Sequence[str],
    applicable: bool,
    reason: str,
    notes: str,
) -> RemoteAnswer:
    """Write one answer; returns it as AWS has it now, with its risk. Raises AwsError."""
    with aws_errors("wellarchitected:UpdateAnswer", place.account, place.region):
        reply = place.client().update_answer(
            WorkloadId=workload, LensAlias=arn, QuestionId=question, SelectedChoices=list(selected),
            IsApplicable=applicable, Reason=reason, Notes=notes,
        )  # fmt: skip
    return _answer(reply["Answer"])


def milestones(place: Place, workload: str) -> list[RemoteMilestone]:
    """The milestones of a workload. Raises AwsError."""
    with aws_errors("wellarchitected:ListMilestones", place.account, place.region):
        rows = list(pages(place.client(), "list_milestones", "MilestoneSummaries", WorkloadId=workload, MaxResults=50))
    return [RemoteMilestone(row["MilestoneNumber"], row["MilestoneName"], row["RecordedAt"]) for row in rows]


def create_milestone(place: Place, workload: str, name: str, token: str) -> int:
    """Take a milestone; returns its number. Raises AwsError."""
    with aws_errors("wellarchitected:CreateMilestone", place.account, place.region):
        reply = place.client().create_milestone(WorkloadId=workload, MilestoneName=name, ClientRequestToken=token)
    return int(reply["MilestoneNumber"])


def _answer(row: dict[str, Any]) -> RemoteAnswer:
    return RemoteAnswer(
        row["QuestionId"], tuple(row.get("SelectedChoices") or ()), bool(row.get("IsApplicable", True)),
        row.get("Reason") or "NONE", row.get("Notes") or "", row.get("Risk") or "UNANSWERED",
    )  # fmt: skip
