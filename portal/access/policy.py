"""Roles: viewer < editor < operator < admin, everywhere or for one team."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from portal.access.models import ROLES

_RANK = {role: rank for rank, role in enumerate(ROLES, start=1)}
_VERBS = {
    "viewer": "see this",
    "editor": "change this",
    "operator": "start experiments and roll back here",
    "admin": "administer the portal",
}


def _grants(user: Any) -> dict[str, int]:
    """Rank by team ref ("" = everywhere), read once per user object."""
    cached: dict[str, int] | None = getattr(user, "_colonnade_grants", None)
    if cached is None:
        cached = {grant.team_ref: _RANK[grant.role] for grant in user.grants.all()}
        user._colonnade_grants = cached
    return cached


def may(user: Any, role: str, owner: str = "") -> bool:
    """Whether `user` holds at least `role` for what `owner` (a team's entity ref) owns; "" means everywhere.

    Every active user is a viewer everywhere. The right of a request with a token is capped by the token's role.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    rank = _RANK[role]
    if rank > _RANK[getattr(user, "_colonnade_cap", "admin")]:
        return False
    if user.is_superuser or rank == _RANK["viewer"]:
        return True
    grants = _grants(user)
    return max(grants.get("", 0), grants.get(owner, 0) if owner else 0) >= rank


def may_somewhere(user: Any, role: str) -> bool:
    """Whether `user` holds at least `role` for any team: enough to see a button, not to press it."""
    return may(user, role) or any(may(user, role, team) for team in teams(user))


def require(user: Any, role: str, owner: str = "") -> None:
    """Raise PermissionDenied, in one sentence that says what is missing, unless `may` answers yes."""
    if may(user, role, owner):
        return
    where = f" of {owner.rpartition('/')[2]}" if owner else ""
    raise PermissionDenied(f"You need the role {role}{where} to {_VERBS[role]}. Ask an admin for it.")


def teams(user: Any) -> list[str]:
    """Entity refs of the teams this user has a role in, sorted."""
    if not getattr(user, "is_authenticated", False):
        return []
    return sorted(team for team in _grants(user) if team)
