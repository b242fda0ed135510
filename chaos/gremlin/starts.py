"""At most one start for each change, and a halt that also works where nobody knows whether the start arrived.

Gremlin knows no idempotency key, so a row is committed before the call: a start whose answer was lost is never repeated.
Its undo halts all that runs at the team, which is always allowed and safe, and counts as done once nothing is active.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from chaos.engine_models import GremlinStart
from chaos.gremlin import attacks
from chaos.gremlin.errors import GremlinError, Unsure

SETTLE = timedelta(seconds=60)
"""A call that was on its way may land this long after it was sent: six times its own timeout."""


def begin(token: str, start: Callable[[], str]) -> None:
    """Start once. Raises GremlinError; Unsure where an earlier try may have started it."""
    row, made = GremlinStart.objects.get_or_create(token=token)
    if row.ident:
        return
    if not made:
        raise Unsure("Gremlin was asked already, and its answer was lost: it is not asked twice.")
    try:
        ident = start()
    except GremlinError as error:
        if not error.sent:
            GremlinStart.objects.filter(pk=row.pk).update(refused=True)
        raise
    GremlinStart.objects.filter(pk=row.pk).update(ident=ident)


def ident(token: str) -> str:
    """What this change has started; "" where that is not known, or nothing."""
    return GremlinStart.objects.filter(token=token).values_list("ident", flat=True).first() or ""


def end(token: str, over: Callable[[str], bool], halt: Callable[[str], None]) -> None:
    """Halt what was started; all where nobody knows what that is. Raises GremlinError."""
    row = GremlinStart.objects.filter(token=token, refused=False).first()
    if row is None:
        return
    if not row.ident:
        attacks.halt_everything("The answer to a start was lost")
        return
    try:
        done = over(row.ident)
    except GremlinError:
        done = False  # a halt does not wait for an answer
    if not done:
        halt(row.ident)


def ended(token: str, over: Callable[[str], bool]) -> bool:
    """Whether nothing of it can run any more. Raises GremlinError."""
    row = GremlinStart.objects.filter(token=token, refused=False).first()
    if row is None:
        return True
    if row.ident:
        return over(row.ident)
    return timezone.now() >= row.asked_at + SETTLE and not attacks.active()
