"""Render the panels of a slot. A panel that raises becomes an error card; the page stands."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.access import policy
from portal.plugins import Panel, panels

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    """A panel's key and title with its HTML."""

    key: str
    title: str
    html: SafeString


def offered(slot: str, request: HttpRequest) -> list[Panel]:
    """The panels of `slot` that this user's role may see."""
    return [p for p in panels.items() if p.slot == slot and policy.may_somewhere(request.user, p.role)]


def render(slot: str, request: HttpRequest, subject: Any = None) -> list[Rendered]:
    """All panels of `slot` that have something to show, in order."""
    drawn = (render_panel(panel, request, subject) for panel in offered(slot, request))
    return [panel for panel in drawn if panel is not None]


def render_panel(panel: Panel, request: HttpRequest, subject: Any = None) -> Rendered | None:
    """One panel; None where it has nothing to show."""
    try:
        context = panel.context(request, subject)
        if context is None:
            return None
        html = render_to_string(panel.template, {"panel": panel, "subject": subject, **context}, request)
    except Exception:  # a plugin may fail in any way
        log.exception("panel %s failed", panel.key)
        html = render_to_string("_components/error_card.html", {"title": panel.title}, request)
    return Rendered(panel.key, panel.title, html)
