"""Append-only intervals, which every history of the scorecards is made of.

An interval row holds from `valid_from` up to, not including, `valid_to` (null while it stands), and names its cause.
Rows are only ever closed, never altered, so what held at any instant is a query.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

SERVICE, TEAM, SYSTEM, DOMAIN, ORGANISATION = "service", "team", "system", "domain", "organisation"
SCOPES = (SERVICE, TEAM, SYSTEM, DOMAIN, ORGANISATION)

FACT, RULE, EXPIRED, SCOPE, WAIVER = "fact", "rule", "evidence expired", "scope", "waiver"
CAUSES = (FACT, RULE, EXPIRED, SCOPE, WAIVER)


class Intervals(models.QuerySet[Any]):
    """Reads of rows that hold for a while."""

    def standing(self) -> Self:
        """Rows that hold now."""
        return self.filter(valid_to=None)

    def at(self, when: datetime | None) -> Self:
        """Rows that held at an instant; None means now."""
        if when is None:
            return self.standing()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=when), valid_from__lte=when)
