"""Bearer tokens: knox keeps only the digest; we add a label, a role cap and the time of last use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from portal.access import audit, policy
from portal.access.models import ROLES, ApiToken

LAST_USED_EVERY = timedelta(minutes=1)
MAX_DAYS = 365


class BearerToken(TokenAuthentication):  # type: ignore[misc]
    """`Authorization: Bearer <token>`. The user's rights are capped by the token's role for this request."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, ApiToken]:
        """The user and the token, or AuthenticationFailed."""
        try:
            token.decode("ascii")
        except UnicodeDecodeError as error:
            raise AuthenticationFailed("Invalid token.") from error
        user, found = super().authenticate_credentials(token)
        user._colonnade_cap = found.role
        now = timezone.now()
        if found.last_used_at is None or found.last_used_at < now - LAST_USED_EVERY:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return user, found


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names it."""

    target_class = BearerToken
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The security scheme object."""
        return {"type": "http", "scheme": "bearer"}


def issue(user: Any, role: str, *, label: str = "", days: int = 90, by: Any = "") -> str:
    """Make a token and return its secret, which is never shown again.

    Raises ValueError for a role the user does not hold, or for more than 365 days.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"days: choose 1 to {MAX_DAYS}, every token expires")
    if role not in ROLES:
        raise ValueError(f"role: choose one of {', '.join(ROLES)}")
    if not policy.may_somewhere(user, role):
        raise ValueError(f"role: {user.get_username()} does not hold the role {role}; choose a lower one")
    with transaction.atomic():
        token, secret = ApiToken.objects.create(user, expiry=timedelta(days=days), role=role, label=label[:100])
        audit.record(by or user, "token.create", f"token:{token.token_key}", severity="high", role=role, days=days)
    return str(secret)


def revoke(token: ApiToken, *, by: Any) -> None:
    """Delete a token at once."""
    with transaction.atomic():
        audit.record(by, "token.revoke", f"token:{token.token_key}", severity="medium", owner=token.user.get_username())
        token.delete()
