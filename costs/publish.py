"""The facts that costs leaves on a service: that it was reviewed, and what is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from costs.detectors import DETECTORS
from costs.models import CostReview, Finding
from costs.queries import totals
from services import facts
from services.facts import FactSource
from services.models import Entity

SOURCE = "costs"
LIFE = timedelta(days=35)
REVIEW, FINDINGS = "costs.review", "costs.findings"

FACTS = FactSource(
    key="costs",
    title="Cost reviews",
    keys=(REVIEW, FINDINGS),
    names={REVIEW: "Cost review", FINDINGS: "Savings"},
    schema={
        "costs.review.held_at": "datetime",
        "costs.review.state": "str",
        "costs.review.findings": "int",
        "costs.review.open_saving": "float",
        "costs.review.currency": "str",
        "costs.review.unjudged": "int",
        "costs.review.summary": "str",
        "costs.findings.open": "int",
        "costs.findings.accepted": "int",
        "costs.findings.expected_saving": "float",
        "costs.findings.currency": "str",
        "costs.findings.summary": "str",
        **{f"costs.findings.by_detector.{detector.field}": "int" for detector in DETECTORS.values()},
    },
)


def publish_review(service: Entity, review: CostReview, now: datetime) -> bool:
    """Leave both facts after a review. True where one of them changed.

    That it was held stays true, so that a review which is overdue is known to be; what it found grows old.
    """
    rows = list(Finding.objects.filter(service=service))
    value = {
        "held_at": now.isoformat(),
        "state": review.state,
        "findings": sum(row.is_open for row in rows),
        "unjudged": sum(entry["service"] == service.name for entry in review.unjudged),
        **_saving(rows),
    }
    value["summary"] = f"the cost review found {_left(value['findings'], value)}"
    told = facts.publish(service, REVIEW, value, source=SOURCE, observed_at=now, url=review.get_absolute_url())
    return publish_findings(service, now, rows, expires_at=now + LIFE) or told


def publish_findings(
    service: Entity, now: datetime, rows: list[Finding] | None = None, expires_at: datetime | None = None
) -> bool:
    """Leave what is open: after a review, and after a decision (which does not make the evidence any younger)."""
    rows = list(Finding.objects.filter(service=service)) if rows is None else rows
    if expires_at is None:
        standing = facts.current(service).get(FINDINGS)
        expires_at = standing.expires_at if standing else now + LIFE
    undecided = [row for row in rows if row.state == Finding.State.OPEN]
    value: dict[str, Any] = {
        "open": len(undecided),
        "accepted": sum(row.state == Finding.State.ACCEPTED for row in rows),
        "by_detector": {
            detector.field: sum(row.detector == detector.key for row in undecided) for detector in DETECTORS.values()
        },
        "expected_saving": _saving(rows)["open_saving"],
        "currency": _saving(rows)["currency"],
    }
    value["summary"] = f"open: {_left(value['open'] + value['accepted'], _saving(rows))}"
    return facts.publish(service, FINDINGS, value, source=SOURCE, observed_at=now, expires_at=expires_at)


def _saving(rows: list[Finding]) -> dict[str, Any]:
    """The open saving as a number with its currency; null where two currencies would have to be added."""
    found = totals(rows)
    if len(found) > 1:
        return {"open_saving": None, "currency": "mixed"}
    return {
        "open_saving": float(found[0].expected) if found else 0.0,
        "currency": found[0].currency if found else "USD",
    }


def _left(count: int, saving: dict[str, Any]) -> str:
    """What there is to save, as the end of a sentence."""
    if not count:
        return "nothing to save"
    noun = "saving" if count == 1 else "savings"
    amount = "" if saving["open_saving"] is None else f", {saving['open_saving']:.0f} {saving['currency']} a month"
    return f"{count} {noun}{amount}"
