"""Who calls, for plain views that must be quick: a bearer token or the session, without REST framework and with one query.

The answers are those of `portal.access.tokens.BearerToken` and of REST framework's session authentication.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from knox.crypto import hash_token
from knox.settings import CONSTANTS, knox_settings
from rest_framework.authentication import CSRFCheck

from portal.access.models import ApiToken
from portal.access.tokens import LAST_USED_EVERY
from portal.prepared import ask_first

SAFE = {"GET", "HEAD", "OPTIONS"}
# In the order of the model's own columns, as `from_db` takes them.
FIELDS = ["id", "is_superuser", "username", "is_active"]


class Stranger(Exception):
    """401: nobody is signed in, or the token is not good; the text is for people."""


class Forged(Exception):
    """403: a signed-in browser was made to send this by another site."""


def caller(request: HttpRequest) -> User:
    """The user behind a request; with a token the rights are capped by its role. Raises Stranger or Forged."""
    kind, _, secret = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if kind.lower() == knox_settings.AUTH_HEADER_PREFIX.lower():
        return _of_token(secret.strip())
    user: Any = request.user
    if not user.is_authenticated:
        raise Stranger("Sign in, or send a token: Authorization: Bearer <token>.")
    if request.method not in SAFE:
        check_origin(request)
    found: User = user
    return found


def check_origin(request: HttpRequest) -> None:
    """What Django's own protection asks of a form; plain views for tokens are exempt from it. Raises Forged."""
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
    check.process_request(request)
    if reason := check.process_view(request, None, (), {}):  # type: ignore[arg-type]
        raise Forged(f"CSRF Failed: {reason}")


def _of_token(secret: str) -> User:
    if not secret or not secret.isascii() or " " in secret:
        raise Stranger("The token cannot be read: send Authorization: Bearer <token>.")
    digest, now = hash_token(secret), timezone.now()
    for held, role, expired, unseen, *fields in _candidates(secret[: CONSTANTS.TOKEN_KEY_LENGTH], now):
        if not hmac.compare_digest(held, digest):
            continue
        if expired:
            ApiToken.objects.filter(digest=held).delete()
            break
        user = User.from_db(None, FIELDS, fields)
        if not user.is_active:
            raise Stranger("The user of this token is not active any more.")
        user._colonnade_cap = role  # type: ignore[attr-defined]
        if unseen:
            ApiToken.objects.filter(digest=held).update(last_used_at=now)
        return user
    raise Stranger("The token is not known or has expired: make a new one.")


def _candidates(key: str, now: datetime) -> list[tuple[Any, ...]]:
    """(digest, role, whether it has expired, whether its use must be noted, columns of the user) of tokens with this key."""
    moment = connection.ops.adapt_datetimefield_value
    return ask_first(STATEMENT, [moment(now), moment(now - LAST_USED_EVERY), key])


def _statement() -> str:
    users, held = get_user_model()._meta.db_table, ApiToken._meta.db_table
    columns = ", ".join(f"u.{name}" for name in FIELDS)
    return (
        "SELECT t.digest, t.role, t.expiry IS NOT NULL AND t.expiry < %s, "  # noqa: S608 our own names
        f"t.last_used_at IS NULL OR t.last_used_at < %s, {columns} "
        f"FROM {held} t JOIN {users} u ON u.id = t.user_id WHERE t.token_key = %s"
    )


STATEMENT = _statement()
