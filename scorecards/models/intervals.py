"""Append-only intervals, which every history of the scorecards is made of.

An interval row holds from `valid_from` up to, not including, `valid_to` (null while it stands), and names its cause.
Rows are only ever closed, never altered, so what held at any instant is a query.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, Value

SERVICE, TEAM, SYSTEM, DOMAIN, ORGANISATION = "service", "team", "system", "domain", "organisation"
SCOPES = (SERVICE, TEAM, SYSTEM, DOMAIN, ORGANISATION)

FACT, RULE, EXPIRED, SCOPE, WAIVER = "fact", "rule", "evidence expired", "scope", "waiver"
CAUSES = (FACT, RULE, EXPIRED, SCOPE, WAIVER)


class Literal(Value):
    """A constant of ours that is written into the statement, not bound to it: only so SQLite sees that a partial index fits."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """The value between quotes."""
        text = str(self.value).replace("'", "''").replace("%", "%%")
        return f"'{text}'", ()


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

    def parts_at(self, when: datetime | None) -> list[Self]:
        """`at` in parts that have no row in common, for reads over everything: each part is one range of an index.

        Asked as one, with OR, a table of millions would be read from end to end.
        """
        if when is None:
            return [self.standing()]
        # “Not later than” is written so that SQLite does not take the beginnings for the range, of which there are more.
        return [part.filter(~Q(valid_from__gt=when)) for part in (self.standing(), self.filter(valid_to__gt=when))]

    def of_many(self, entities: models.QuerySet[Any]) -> Self:
        """Rows of many entities. By the sum the database looks each row's entity up, instead of each entity's rows."""
        return self.alias(owned_by=F("entity_id") + 0).filter(owned_by__in=entities.order_by().values("pk"))
