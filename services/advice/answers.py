"""Reads of the database advisor's answers."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from services.engine.advisor.questionnaire import Answers
from services.models import DatabaseAnswers, Entity


def newest(entities: Iterable[Entity]) -> dict[int, DatabaseAnswers]:
    """The answers that hold, by entity id, in one query. Entities that nobody has answered for are absent."""
    ids = [entity.pk for entity in entities]
    last = DatabaseAnswers.objects.filter(entity_id__in=ids).order_by().values("entity").annotate(last=Max("pk"))
    rows = DatabaseAnswers.objects.filter(pk__in=last.values("last"))
    return {row.entity_id: row for row in rows}


def said(row: DatabaseAnswers | None) -> Answers | None:
    """The row's answers; a question that the advisor no longer asks is left out."""
    if row is None:
        return None
    known = Answers.__dataclass_fields__
    return Answers(**{name: value for name, value in row.answers.items() if name in known})
