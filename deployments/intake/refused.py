"""The log of refused events: what was not taken and why, and to take it after all once the reason is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from deployments.intake.accept import IGNORED, Taken, accept
from deployments.intake.dialects import READERS
from deployments.intake.record import Message, Refusal
from deployments.intake.reporters import Reporter, ScopedReporter
from deployments.models import CiIdentity, HookSender, RefusedEvent
from deployments.models.intake import DISMISSED, OPEN, RAW_BYTES, REPLAYED
from portal.access import audit, policy
from services.models import Entity

SECRET = ("authorization", "cookie", "signature", "token", "secret", "key")
SHOWN = ("content-", "ce-", "x-github-", "x-gitlab-", "x-amz-sns-", "webhook-", "user-agent")
"""Headers that are kept, by how they begin; those that hold a secret never are."""


class CannotDecide(Exception):
    """The event cannot be replayed or dismissed; the text says why and what to do."""


def keep(message: Message, dialect: str, reporter: Reporter, refusal: Refusal) -> RefusedEvent:
    """Write it down. The same body from the same sender again raises the count of the row that is open."""
    text, headers = _text(message.body), _headers(message.headers)
    parts = (reporter.name, dialect, headers.get("x-github-event", ""), text)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    now = timezone.now()
    why = {"reason": refusal.reason, "field": refusal.field, "remedy": refusal.remedy}
    try:
        with transaction.atomic():
            return RefusedEvent.objects.create(
                sender=reporter.name[:160], hook=reporter.hook, identity=reporter.identity, dialect=dialect, raw=text[:RAW_BYTES],
                whole=_whole(message.body, text), headers=headers, digest=digest, received_at=now, last_at=now, **why,
            )  # fmt: skip
    except IntegrityError:
        rows = RefusedEvent.objects.filter(digest=digest, state=OPEN)
        rows.update(times=F("times") + 1, last_at=now, **why)
        return rows.get()


def _text(body: bytes) -> str:
    """The body as text that every database takes."""
    return body[: RAW_BYTES + 1].decode("utf-8", "backslashreplace").replace("\x00", "\\x00")


def _whole(body: bytes, text: str) -> bool:
    """Whether the text is the body, byte by byte: only then can it be read again."""
    return len(text) <= RAW_BYTES and text.encode("utf-8", "replace") == body


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value[:300].replace("\x00", "")
        for name, value in sorted(headers.items())
        if name.startswith(SHOWN) and not any(word in name for word in SECRET)
    }


def replay(row: RefusedEvent, user: Any) -> list[Taken]:
    """Read the event again and take it; for operators of the team that owns the service. Raises CannotDecide, PermissionDenied.

    The sender's scope counts as it is now; for what a person or token sent, the right of whoever replays it.
    """
    if row.state != OPEN:
        raise CannotDecide("Somebody has decided about this event already.")
    if not row.whole:
        raise CannotDecide("It was too large or not text, so not all of it was kept: let the sender send it again.")
    message = Message(row.raw.encode(), {str(name): str(value) for name, value in row.headers.items()})
    reporter = Replayer(user, row.hook, row.identity, row.sender)
    try:
        with transaction.atomic():
            taken = [accept(record, reporter) for record in READERS[row.dialect](message)]
            _decide(row, user, REPLAYED)
            audit.record(
                user,
                "event.replay",
                f"refused-event:{row.pk}",
                severity="medium",
                sender=row.sender,
                dialect=row.dialect,
            )
    except Refusal as error:
        RefusedEvent.objects.filter(pk=row.pk, state=OPEN).update(
            reason=error.reason, field=error.field, remedy=error.remedy, last_at=timezone.now()
        )
        raise CannotDecide(f"It is still refused. {error}") from error
    return taken or [Taken(IGNORED)]


def replay_several(ids: Iterable[int], user: Any) -> list[tuple[int, str, str]]:
    """(id, state, why it is still refused) of each; one that is still refused does not hold the others."""
    done = []
    for row in RefusedEvent.objects.filter(pk__in=set(ids)).order_by("pk"):
        try:
            replay(row, user)
            done.append((row.pk, REPLAYED, ""))
        except (CannotDecide, PermissionDenied) as error:
            done.append((row.pk, row.state, str(error)))
    return done


def dismiss(row: RefusedEvent, user: Any) -> None:
    """Say that nothing is to be done about it. Raises CannotDecide."""
    with transaction.atomic():
        _decide(row, user, DISMISSED)
        audit.record(user, "event.dismiss", f"refused-event:{row.pk}", sender=row.sender, dialect=row.dialect)


def _decide(row: RefusedEvent, user: Any, state: str) -> None:
    moved = RefusedEvent.objects.filter(pk=row.pk, state=OPEN).update(
        state=state, decided_by=user.get_username(), decided_at=timezone.now()
    )
    if not moved:
        raise CannotDecide("Somebody has decided about this event already.")


class Replayer:
    """Whoever replays, on behalf of the sender: both must be allowed to speak for the service."""

    def __init__(self, user: Any, hook: HookSender | None, identity: CiIdentity | None, name: str) -> None:
        self.user, self.hook, self.identity, self.name = user, hook, identity, name

    def may_report(self, entity: Entity) -> bool:
        """By the scope of the sender, and by the role of the user. Raises PermissionDenied for the latter."""
        policy.require(self.user, "operator", entity.owner_ref)
        scope = self.hook or self.identity
        return scope is None or ScopedReporter(scope).may_report(entity)
