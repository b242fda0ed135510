"""What costs adds to the pages of services and teams, and to the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from costs import queries, words
from costs.estimate import LIST_PRICE
from costs.models import CostReview, Estimate, Finding
from costs.schedule import next_review
from costs.views import finding_row
from services.models import Entity

SHOWN = 4


def service_side(request: HttpRequest, service: Entity) -> dict[str, Any] | None:
    """The card "Cost": estimate or bill, then the largest findings."""
    if service.kind != "component":
        return None
    findings = list(
        Finding.objects.filter(service=service, state__in=queries.OPEN).select_related("service").defer("service__data")
    )
    review = queries.last_review(service.owner_ref)
    estimate = queries.estimated([service]).get(service.pk)
    if review is None and not findings and estimate is None:
        return {"service": service, "empty": True, "next_review": next_review()}
    return {
        "service": service,
        "review": review,
        "next_review": next_review(),
        "estimate": estimate,
        "history": queries.billed([service]).get(service.pk, []),
        "rows": [finding_row(finding) for finding in findings[:SHOWN]],
        "more": max(0, len(findings) - SHOWN),
    }


def service_tab(request: HttpRequest, service: Entity) -> dict[str, Any] | None:
    """The tab "Costs": every finding of the service whatever its state, and its estimate line by line."""
    if service.kind != "component":
        return None
    findings = list(Finding.objects.filter(service=service).select_related("service").defer("service__data"))
    estimates = list(Estimate.objects.filter(service=service))
    review = queries.last_review(service.owner_ref)
    savings = queries.totals(findings)
    unjudged = [entry for entry in review.unjudged if entry["service"] == service.name] if review else []
    return {
        "service": service,
        "review": review,
        "verdict": words.verdict(sum(row.is_open for row in findings), savings, len(unjudged)),
        "rows": [finding_row(finding) for finding in findings],
        "estimates": estimates,
        "estimated": queries.sums(estimates),
        "unknown": sum(line.amount is None for line in estimates),
        "list_price": LIST_PRICE,
        "unjudged": unjudged,
        "open": any(row.is_open for row in findings),
    }


def team_main(request: HttpRequest, team: Entity) -> dict[str, Any] | None:
    """A team's card: last review, open saving, and its largest findings."""
    if team.kind != "group":
        return None
    findings = list(queries.open_findings().filter(service__owner_ref=team.ref).defer("evidence", "service__data"))
    reviews = list(CostReview.objects.filter(owner_ref=team.ref)[:3])
    if not findings and not reviews:
        return None
    return {
        "team": team,
        "reviews": [(review, words.REVIEW_STATES[CostReview.State(review.state)]) for review in reviews],
        "verdict": words.verdict(len(findings), queries.totals(findings), 0),
        "rows": [finding_row(finding) for finding in findings[:SHOWN]],
        "more": max(0, len(findings) - SHOWN),
    }
