"""Rows of the scorecards and their invariants, one module for each concern."""

from scorecards.models.checks import CheckResult, CheckVersion
from scorecards.models.intervals import (
    CAUSES,
    EXPIRED,
    FACT,
    ORGANISATION,
    RULE,
    SCOPE,
    SCOPES,
    SERVICE,
    SYSTEM,
    TEAM,
    Intervals,
)
from scorecards.models.lenses import Lens, LensCopy, LensVersion
from scorecards.models.reviews import Answer, AnswerConflict, Milestone, Review, WorkloadLink
from scorecards.models.scores import EntityEvaluation, ScorePoint

__all__ = [
    "CAUSES",
    "EXPIRED",
    "FACT",
    "ORGANISATION",
    "RULE",
    "SCOPE",
    "SCOPES",
    "SERVICE",
    "SYSTEM",
    "TEAM",
    "Answer",
    "AnswerConflict",
    "CheckResult",
    "CheckVersion",
    "EntityEvaluation",
    "Intervals",
    "Lens",
    "LensCopy",
    "LensVersion",
    "Milestone",
    "Review",
    "ScorePoint",
    "WorkloadLink",
]
