"""What every page needs: navigation and who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from portal.access import policy
from portal.plugins import NavItem, nav


@dataclass(frozen=True)
class NavEntry:
    """A navigation item as the template shows it."""

    item: NavItem
    url: str
    active: bool


def _entry(item: NavItem, path: str) -> NavEntry | None:
    try:
        url = reverse(item.url_name)
    except NoReverseMatch:
        return None
    return NavEntry(item, url, path == url or (url != "/" and path.startswith(url)))


def shell(request: HttpRequest) -> dict[str, Any]:
    """`nav_items`, `is_admin` and `my_teams`; nothing for anonymous visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_items": []}
    entries = [_entry(item, request.path) for item in nav.items() if policy.may_somewhere(user, item.role)]
    return {
        "nav_items": [entry for entry in entries if entry],
        "is_admin": policy.may(user, "admin"),
        "my_teams": [team.rpartition("/")[2] for team in policy.teams(user)],
    }
