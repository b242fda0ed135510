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
    "CheckResult",
    "CheckVersion",
    "EntityEvaluation",
    "Intervals",
    "ScorePoint",
]
