"""Record how a service uses its data, with who said so, and judge the service at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction

from portal.access import audit
from services.advice.answers import newest
from services.engine.advisor.questionnaire import read
from services.kinds import publish as judge_kinds
from services.models import DatabaseAnswers, Entity


def record(user: Any, entity: Entity, given: Mapping[str, Any]) -> DatabaseAnswers:
    """Take these answers in place of the former ones, and judge the service at once.

    The same answers again leave no new row. Raises Invalid with what is wrong by question; the caller has asked for
    the role editor of the owning team. `user` is a user or, for the demo, a name.
    """
    answers = {name: value for name, value in asdict(read(given)).items() if value is not None}
    with transaction.atomic():
        before = newest([entity]).get(entity.pk)
        if before is not None and before.answers == answers:
            return before
        row = DatabaseAnswers.objects.create(
            entity=entity, answers=answers, by=user if isinstance(user, str) else user.get_username()
        )
        audit.record(user, "database.answer", entity.ref, severity="low", changed=_changed(before, answers))
        judge_kinds.judge([entity])
    return row


def _changed(before: DatabaseAnswers | None, after: Mapping[str, Any]) -> list[str]:
    was = before.answers if before else {}
    return sorted(name for name in {*was, *after} if was.get(name) != after.get(name))
