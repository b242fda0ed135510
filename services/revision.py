"""The catalog's revision: it moves with every change, so an answer that was computed before need not be computed again."""

from __future__ import annotations

from django.db.models import F

from services.models import Revision


def bump() -> None:
    """Move it. Called last in each transaction that changes the catalog, because the row stays locked until its end."""
    if not Revision.objects.filter(pk=1).update(number=F("number") + 1):
        Revision.objects.get_or_create(pk=1, defaults={"number": 1})


def current() -> int:
    """The number now; 0 for an empty catalog."""
    return Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0
