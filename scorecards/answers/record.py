"""Record an answer: kept in the order of what was seen, and published as the fact that the check reads.

An answer older than the newest on record is kept as history and changes no state: what was shown then stays as it was.
The same key with the same content is taken once, however often it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access import audit, policy
from scorecards.engine.check import FAIL, KINDS, MANUAL, MET, PASS, PUSHED, WARN, answer_key
from scorecards.models import CheckAnswer, CheckVersion
from services import facts
from services.models import Entity

ROLE = "editor"
STATES = (PASS, WARN, FAIL)
#: A clock may be wrong by this much.
AHEAD = timedelta(minutes=5)
RECORDED, REPEATED, LATE = "recorded", "repeated", "late"


class Wrong(Exception):
    """The answer cannot be taken; `field` names which part is at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about a check: `observed_at` None is now, `expires_at` None is as the check says, `key` "" is none."""

    state: str
    note: str = ""
    url: str = ""
    observed_at: datetime | None = None
    expires_at: datetime | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer: recorded, repeated or late."""

    outcome: str
    answer: CheckAnswer


def answered_check(check_id: str, kind: str) -> CheckVersion:
    """The version in force of a check of this kind. Raises Wrong with the remedy."""
    version = CheckVersion.objects.standing().filter(check_id=check_id).first()
    if version is None:
        raise Wrong("check", f"There is no check {check_id[:100]} in force. GET checks/ lists them.")
    found = version.definition.get("kind", KINDS[0])
    if found != kind:
        way = {PUSHED: "POST results/", MANUAL: "confirm it on its page or POST confirmations/"}.get(found)
        raise Wrong("check", f"{check_id} takes no {'result' if kind == PUSHED else 'confirmation'}: "
                             f"{way or 'facts decide it; push a fact, or write a check with kind: ' + kind}.")  # fmt: skip
    result: CheckVersion = version
    return result


def record(user: Any, entity: Entity, version: CheckVersion, said: Said, *, audited: bool = True) -> Outcome:
    """Take an answer. Raises PermissionDenied or Wrong."""
    policy.require(user, ROLE, entity.owner_ref)
    now = timezone.now()
    seen = said.observed_at or now
    if seen > now + AHEAD:
        raise Wrong("observed_at", "This moment lies in the future: send when it was seen, in UTC or with an offset.")
    expires = said.expires_at or _expiry(version, seen)
    digest = facts.digest([said.state, said.note, said.url, said.observed_at, said.expires_at])
    key = said.key or digest
    kind = version.definition["kind"]
    with transaction.atomic():
        before = CheckAnswer.objects.filter(entity=entity, check_key=version.check_id)
        known = before.filter(key=key).first()
        if known is not None:
            return _again(known, digest)
        late = before.filter(observed_at__gt=seen).exists()
        answer = CheckAnswer(
            entity=entity, check_key=version.check_id, key=key, digest=digest, state=said.state, note=said.note,
            url=said.url, said_by=user.get_username(), observed_at=seen, received_at=now, expires_at=expires, late=late,
        )  # fmt: skip
        try:
            with transaction.atomic():
                answer.save(force_insert=True)
        except IntegrityError:
            # The same push came twice at once; the other one was first.
            return _again(before.get(key=key), digest)
        if not late:
            _publish(entity, version, answer)
        if audited:
            audit.record(
                user, f"result.{'push' if kind == PUSHED else 'confirm'}", entity.ref, check=version.check_id,
                state=said.state, late=late,
            )  # fmt: skip
    return Outcome(LATE if late else RECORDED, answer)


def _expiry(version: CheckVersion, seen: datetime) -> datetime | None:
    age = version.definition.get("max_age")
    return seen + timedelta(seconds=age) if age else None


def _again(known: CheckAnswer, digest: str) -> Outcome:
    if known.digest != digest:
        raise Wrong("key", "This key was used for another result of this check: send a new key.")
    return Outcome(REPEATED, known)


def _publish(entity: Entity, version: CheckVersion, answer: CheckAnswer) -> None:
    value = {
        "passed": answer.state in MET, "state": answer.state, "note": answer.note, "by": answer.said_by,
        # Each answer is a fact of its own, so that its age as of any day can be told.
        "observed_at": answer.observed_at.isoformat(),
    }  # fmt: skip
    kind = version.definition["kind"]
    facts.publish(
        entity, answer_key(kind, version.check_id), value,
        source=f"{'pushed' if kind == PUSHED else 'confirmed'} by {answer.said_by}"[:100],
        observed_at=answer.observed_at, expires_at=answer.expires_at, url=answer.url,
    )  # fmt: skip


def take(user: Any, entity: Entity, check: str, kind: str, said: Said, *, audited: bool = True) -> Outcome:
    """Find the check of this kind and record what was said. A confirmation lasts at most as long as the check allows."""
    version = answered_check(check, kind)
    if said.expires_at is not None:
        now = timezone.now()
        latest = _expiry(version, now)
        if said.expires_at <= now or (latest is not None and said.expires_at > latest + timedelta(days=1)):
            until = f" and before {latest:%d %b %Y}" if latest else ""
            raise Wrong("until", f"Choose a day after today{until}.")
    return record(user, entity, version, said, audited=audited)
