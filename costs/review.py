"""Holds cost reviews: facts and measured use go in, answers, findings, estimates and facts come out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from costs import billing, estimate, judge, measure, record
from costs.engine.findings import WINDOW_DAYS
from costs.inventory import ServiceInventory, inventories, places
from costs.measure import Readings
from costs.models import CostReview, Finding
from costs.publish import publish_review
from costs.queries import totals
from portal.jobs.context import JobContext
from services.models import Entity

WINDOW = timedelta(days=WINDOW_DAYS)


def run(context: JobContext) -> dict[str, Any]:
    """The job costs.review: args {"team": ref} for one team, {} for all. A failing team does not stop the others."""
    teams = services_by_team(str(context.args.get("team") or ""))
    by = context.run.requested_by or "schedule"
    everything = inventories([service for services in teams.values() for service in services])
    notes = billing.collect(sorted({account for account, _ in places(everything)}), timezone.now().date())
    by_owner: dict[str, list[ServiceInventory]] = defaultdict(list)
    for inventory in everything:
        by_owner[inventory.service.owner_ref].append(inventory)
    held: list[CostReview] = []
    for number, (owner_ref, found) in enumerate(sorted(by_owner.items())):
        context.check()
        context.progress(
            number, len(by_owner), f"Reviewing {owner_ref.rpartition('/')[2] or 'services without a team'}"
        )
        held.append(hold(owner_ref, found, by=by, notes=notes))
    context.progress(len(by_owner), len(by_owner), "Reviewed")
    return {"reviews": [review.pk for review in held], "states": [review.state for review in held]}


def services_by_team(team: str = "") -> dict[str, list[Entity]]:
    """Live services by owner ref; of one team when its ref is given."""
    services = Entity.objects.services()
    if team:
        services = services.filter(owner_ref=team)
    grouped: dict[str, list[Entity]] = defaultdict(list)
    for service in services:
        grouped[service.owner_ref].append(service)
    return dict(grouped)


def hold(
    owner_ref: str,
    found: Sequence[ServiceInventory],
    *,
    by: str,
    notes: Sequence[str] = (),
    now: datetime | None = None,
) -> CostReview:
    """One team's review. AWS is read first and outside any transaction; then each service is written in its own.

    Partial when an account denied something; failed (and raised) only when the portal itself fails.
    """
    now = now or timezone.now()
    review = CostReview.objects.create(
        owner_ref=owner_ref, period_start=now - WINDOW, period_end=now, started_at=now, by=by,
        services=len(found), notes=list(notes),
    )  # fmt: skip
    try:
        readings = measure.read(found, review.period_start, review.period_end)
        for inventory in found:
            answers = judge.answers(inventory, readings)
            record.record(review, inventory.service, answers, estimate.lines(inventory, readings), now)
            review.unjudged += record.unjudged(inventory.service, answers)
        _finish(review, found, readings)
    except Exception:
        CostReview.objects.filter(pk=review.pk).update(state=CostReview.State.FAILED, finished_at=timezone.now())
        raise
    return review


def _finish(review: CostReview, found: Sequence[ServiceInventory], readings: Readings) -> None:
    review.missing = readings.missing
    review.state = CostReview.State.PARTIAL if readings.missing else CostReview.State.DONE
    review.totals = totals_json(Finding.objects.filter(seen_in__review=review))
    review.finished_at = timezone.now()
    review.save()
    for inventory in found:
        publish_review(inventory.service, review, review.period_end)


def totals_json(findings: Any) -> dict[str, dict[str, Any]]:
    """{currency: {low, expected, high, findings}} of the open findings; amounts as decimal text."""
    rows = [row for row in findings if row.is_open]
    return {
        total.currency: {
            "low": str(total.low),
            "expected": str(total.expected),
            "high": str(total.high),
            "findings": sum(row.currency == total.currency for row in rows),
        }
        for total in totals(rows)
    }
