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
from scorecards.models.own import FolderReading, OwnCheck
from scorecards.models.pushed import Answer
from scorecards.models.scores import EntityEvaluation, ScorePoint
from scorecards.models.waivers import Waiver

__all__ = [
    "CAUSES",
    "DOMAIN",
    "EXPIRED",
    "FACT",
    "ORGANISATION",
    "RULE",
    "SCOPE",
    "SCOPES",
    "SERVICE",
    "SYSTEM",
    "TEAM",
    "WAIVER",
    "Answer",
    "CheckResult",
    "CheckVersion",
    "DigestLine",
    "EntityEvaluation",
    "FolderReading",
    "Initiative",
    "Intervals",
    "OwnCheck",
    "ScorePoint",
    "ToldLevel",
    "Waiver",
]
