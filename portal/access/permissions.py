"""Roles for REST views."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from portal.access import policy


def _role(request: Request, view: Any) -> str:
    return (
        getattr(view, "read_role", "viewer") if request.method in SAFE_METHODS else getattr(view, "write_role", "admin")
    )


class RolePermission(BasePermission):
    """`read_role` (default viewer) and `write_role` (default admin) of the view, asked for the object's `owner_ref`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Before the object is known a role held for any team is enough."""
        return policy.may_somewhere(request.user, _role(request, view))

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """The role must be held for the team that owns the object."""
        role = _role(request, view)
        owner = getattr(obj, "owner_ref", "")
        if policy.may(request.user, role, owner):
            return True
        team = owner.rpartition("/")[2] or "the portal"
        self.message = f"You need the role {role} of {team}. Ask an admin for it."
        return False
