"""Writes what a review found: findings by fingerprint, estimates by resource, and the settling of old findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from costs.engine import combine
from costs.engine.combine import Claim
from costs.engine.estimates import Line
from costs.engine.findings import EVERY, Answer, Finding, Insufficient, NotApplicable, fingerprint
from costs.engine.prices import Price
from costs.models import CostReview, Estimate, ReviewFinding
from costs.models import Finding as FindingRow
from services.models import Entity

LIVING = (FindingRow.State.OPEN, FindingRow.State.ACCEPTED, FindingRow.State.SNOOZED)


def record(
    review: CostReview, service: Entity, answers: Sequence[Answer], lines: Sequence[Line], now: datetime
) -> None:
    """Write one service's part of a review in one transaction; the same review twice adds nothing."""
    with transaction.atomic():
        rows = [_upsert(service, answer, now) for answer in answers if isinstance(answer, Finding)]
        _settle(service, answers, now)
        counted = counted_rows(rows)
        for row in rows:
            amounts = {"low": row.low, "expected": row.expected, "high": row.high, "currency": row.currency}
            ReviewFinding.objects.update_or_create(
                review=review, finding=row, defaults={**amounts, "counted": row in counted}
            )
        _estimate(service, lines, now)


def counted_rows(rows: Iterable[FindingRow]) -> list[FindingRow]:
    """The rows that make up a total: open ones, and of those about one resource only the best."""
    claims = {row: Claim(f"{row.service_id}|{row.resource}", row.saving) for row in rows if row.is_open}
    kept = combine.best(claims.values())
    return [row for row, claim in claims.items() if any(claim is other for other in kept)]


def _upsert(service: Entity, finding: Finding, now: datetime) -> FindingRow:
    saving = finding.saving
    fields: dict[str, Any] = {
        "detector": finding.detector,
        "resource": (finding.subject.arn or f"{finding.subject.kind}/{finding.subject.name}")[:300],
        "resource_name": finding.subject.name[:200],
        "account": finding.subject.account,
        "region": finding.subject.region,
        "title": finding.title[:200],
        "low": saving.low,
        "expected": saving.expected,
        "high": saving.high,
        "present": finding.present.amount,
        "currency": saving.currency,
        "effort": finding.effort,
        "evidence": evidence(finding),
        "last_seen": now,
    }
    row, created = FindingRow.objects.get_or_create(
        service=service, fingerprint=finding.fingerprint, defaults={**fields, "first_seen": now}
    )
    if created:
        return row
    for name, value in fields.items():
        setattr(row, name, value)
    _wake(row, now)
    row.save()
    return row


def _wake(row: FindingRow, now: datetime) -> None:
    """A snooze that is over and a finding that came back are open again; a dismissed one stays dismissed."""
    over = row.state == FindingRow.State.SNOOZED and row.snoozed_until is not None and row.snoozed_until <= now
    if over or row.state == FindingRow.State.DONE:
        row.reason = "The snooze is over." if over else "It was done and has come back."
        row.state, row.snoozed_until, row.decided_by, row.decided_at = FindingRow.State.OPEN, None, "", None


def _settle(service: Entity, answers: Sequence[Answer], now: datetime) -> None:
    """Close what no longer applies or no longer exists. Insufficient data closes nothing: unknown is not done."""
    answered = {fingerprint(answer.detector, answer.subject): answer for answer in answers}
    readable = not any(answer.detector == EVERY for answer in answers)
    for row in FindingRow.objects.filter(service=service, state__in=LIVING):
        answer = answered.get(row.fingerprint)
        if isinstance(answer, NotApplicable):
            _close(row, answer.reason, now)
        elif answer is None and readable:
            _close(row, "The resource is no longer there.", now)


def _close(row: FindingRow, reason: str, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at, row.reason = FindingRow.State.DONE, "cost review", now, reason
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def _estimate(service: Entity, lines: Sequence[Line], now: datetime) -> None:
    Estimate.objects.filter(service=service).delete()
    unique = {line.subject.arn or f"{line.subject.kind}/{line.subject.name}": line for line in lines}
    rows = [
        Estimate(
            service=service,
            kind=line.subject.kind,
            resource=resource[:300],
            name=line.subject.name[:200],
            amount=line.money.amount if line.money else None,
            currency=line.money.currency if line.money else "USD",
            basis=line.basis[:300],
            price_source=line.price.source[:200] if line.price else "",
            price_date=line.price.as_of if line.price else None,
            note=line.note[:300],
            estimated_at=now,
        )
        for resource, line in unique.items()
    ]
    # Two reviews may write the same service at once; the later one's lines stand.
    fields = ["kind", "name", "amount", "currency", "basis", "price_source", "price_date", "note", "estimated_at"]
    Estimate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["service", "resource"], update_fields=fields
    )


def evidence(finding: Finding) -> dict[str, Any]:
    """The derivation of a finding as JSON: formula, inputs with coverage, prices with date, risk, undo, questions."""
    return {
        "formula": finding.formula,
        "inputs": [asdict(given) for given in finding.inputs],
        "prices": [price_json(price) for price in finding.prices],
        "risk": finding.risk,
        "undo": finding.undo,
        "questions": list(finding.questions),
    }


def price_json(price: Price) -> dict[str, str]:
    """A price as JSON: the amount stays decimal text, the date ISO."""
    return {key: str(value) for key, value in asdict(price).items()}


def unjudged(service: Entity, answers: Sequence[Answer]) -> list[Mapping[str, str]]:
    """The answers without a figure, for the review's page."""
    return [
        {
            "service": service.name,
            "url": service.get_absolute_url(),
            "detector": answer.detector,
            "resource": answer.subject.name,
            "reason": answer.reason,
        }
        for answer in answers
        if isinstance(answer, Insufficient)
    ]
