"""The column "Cost" of service lists: the billed course where there is one, else the estimate."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.html import format_html

from costs import queries
from costs.queries import Estimated
from costs.words import plural
from portal.templatetags import colonnade as tags
from portal.templatetags.wording import money
from services.models import Entity

HISTORY = 7


def cost(services: Sequence[Entity], request: HttpRequest) -> dict[int, str]:
    """Safe HTML by service id, in two queries; a service of which nothing is known has no cell."""
    billed = queries.billed(services)
    estimated = queries.estimated(services)
    cells: dict[int, str] = {}
    for service in services:
        history = billed.get(service.pk, [])
        if len(history) >= HISTORY:
            cells[service.pk] = tags.sparkline(history, f"billed cost a day, {len(history)} days")
        elif service.pk in estimated and estimated[service.pk].amounts:
            cells[service.pk] = _amounts(estimated[service.pk])
    return cells


def _amounts(estimate: Estimated) -> str:
    words = " + ".join(money(round(amount.amount), amount.currency) for amount in estimate.amounts)
    title = "a month, estimated from list prices"
    if estimate.unknown:
        words, title = f"{words}+", f"{title}, at least: {plural(estimate.unknown, 'resource')} unknown"
    return format_html('<span title="{}">{}</span>', title, words)
