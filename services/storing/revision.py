"""The catalog's revision: it moves with every change, so an answer that was computed before need not be computed again.

It is never the same twice, not even after a transaction was rolled back or an older copy of the database was put back: each
number is at least the microsecond it was made in.
"""

from __future__ import annotations

import time

from django.db.models import F, Value
from django.db.models.functions import Greatest

from portal.prepared import ask
from services.models import Revision


def bump() -> None:
    """Move it. Called last in each transaction that changes the catalog, because the row stays locked until its end."""
    now = time.time_ns() // 1000
    if not Revision.objects.filter(pk=1).update(number=Greatest(F("number") + 1, Value(now))):
        Revision.objects.get_or_create(pk=1, defaults={"number": now})


def current() -> int:
    """The number now; 0 for an empty catalog. Asked with every read, hence without the ORM."""
    rows = ask("SELECT number FROM services_revision WHERE id = 1")
    return int(rows[0][0]) if rows else 0
