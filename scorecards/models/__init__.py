"""Rows of the scorecards and their invariants, one module for each concern."""

from scorecards.models.checks import CheckResult, CheckVersion
from scorecards.models.initiatives import DigestLine, Initiative, ToldLevel
from scorecards.models.intervals import (
    CAUSES,
    DOMAIN,
    EXPIRED,
    FACT,
    ORGANISATION,
    RULE,
    SCOPE,
    SCOPES,
    SERVICE,
    SYSTEM,
    TEAM,
    WAIVER,
    Intervals,
)
from scorecards.models.lenses import Lens, LensCopy, LensVersion
from scorecards.models.own import FolderReading, OwnCheck
from scorecards.models.pushed import CheckAnswer
from scorecards.models.removals import REASONS, RESULTS, Removal
from scorecards.models.reviews import Answer, AnswerConflict, Milestone, Review, WorkloadLink
from scorecards.models.scores import EntityEvaluation, ScorePoint, SystemHome
from scorecards.models.waivers import Waiver

__all__ = [
    "CAUSES",
    "DOMAIN",
    "EXPIRED",
    "FACT",
    "ORGANISATION",
    "REASONS",
    "RESULTS",
    "RULE",
    "SCOPE",
    "SCOPES",
    "SERVICE",
    "SYSTEM",
    "TEAM",
    "WAIVER",
    "Answer",
    "AnswerConflict",
    "CheckAnswer",
    "CheckResult",
    "CheckVersion",
    "DigestLine",
    "EntityEvaluation",
    "FolderReading",
    "Initiative",
    "Intervals",
    "Lens",
    "LensCopy",
    "LensVersion",
    "Milestone",
    "OwnCheck",
    "Removal",
    "Review",
    "ScorePoint",
    "SystemHome",
    "ToldLevel",
    "Waiver",
    "WorkloadLink",
]
