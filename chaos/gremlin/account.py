"""The way to Gremlin: a key from the environment, else the one that an admin has entered, sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chaos.engine_models import GremlinAccount
from chaos.gremlin.errors import NotConnected
from portal.access import audit, policy
from portal.access.sealed import Unsealable

LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Access:
    """Where to call, with what. The key never shows in a text of this object."""

    url: str
    team_id: str
    key: str = field(repr=False)


def by_environment() -> bool:
    """Whether the environment names a key, which is used before the one that was entered."""
    return bool(settings.GREMLIN_API_KEY)


def connected() -> bool:
    """Whether there is a key at all."""
    return by_environment() or GremlinAccount.objects.exclude(sealed="").exists()


def access() -> Access:
    """The key and where it opens. Raises NotConnected."""
    row = GremlinAccount.objects.filter(pk=1).first()
    url = settings.GREMLIN_URL.rstrip("/")
    if by_environment():
        return Access(url, settings.GREMLIN_TEAM_ID, settings.GREMLIN_API_KEY)
    if row is None or not row.sealed:
        raise NotConnected("Gremlin is not connected: an admin enters its key under Chaos > Gremlin.")
    try:
        return Access(url, row.team_id, row.key)
    except Unsealable as error:
        raise NotConnected("Gremlin's key was sealed with another SECRET_KEY: enter it again.") from error


def enter(user: Any, key: str, team_id: str) -> None:
    """Keep a key, sealed. Raises PermissionDenied for all but admins."""
    policy.require(user, "admin", "")
    with transaction.atomic():
        row = GremlinAccount.objects.filter(pk=1).first() or GremlinAccount(pk=1)
        row.key, row.team_id, row.set_by, row.set_at = key, team_id, user.get_username(), timezone.now()
        row.save()
        audit.record(user, "chaos.gremlin.connect", "gremlin", severity="high", team=team_id, hint=row.hint)


def remove(user: Any) -> None:
    """Forget the key. Raises PermissionDenied for all but admins."""
    policy.require(user, "admin", "")
    with transaction.atomic():
        GremlinAccount.objects.filter(pk=1).update(sealed="", hint="", team_id="")
        audit.record(user, "chaos.gremlin.disconnect", "gremlin", severity="high")


def quiet_until() -> datetime | None:
    """Until when Gremlin wants no call, None where it does not mind."""
    until = GremlinAccount.objects.filter(pk=1).values_list("quiet_until", flat=True).first()
    return until if until is not None and until > timezone.now() else None


def keep_quiet(seconds: float) -> None:
    """Gremlin asked for a pause: no call but halts before it is over."""
    until = timezone.now() + min(LONGEST_PAUSE, timedelta(seconds=max(1.0, seconds)))
    GremlinAccount.objects.update_or_create(pk=1, defaults={"quiet_until": until})
