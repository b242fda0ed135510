"""Reads that more than one page needs: totals of open findings, estimates by service, the last review of each team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from costs.engine import combine
from costs.engine.combine import Claim
from costs.engine.money import Money, Range
from costs.models import CostReview, Estimate, Finding, ReviewFinding, Spend
from services.models import Entity

OPEN = (Finding.State.OPEN, Finding.State.ACCEPTED)


class TeamLine(NamedTuple):
    """A team with its last review and what it could still save, by currency."""

    owner_ref: str
    review: CostReview | None
    findings: int
    savings: tuple[Range, ...]

    @property
    def name(self) -> str:
        """The team's short name."""
        return self.owner_ref.rpartition("/")[2] or "no team"


def totals(findings: Iterable[Finding]) -> tuple[Range, ...]:
    """What the open ones among the findings save together, one range a currency; overlaps count once."""
    claims = [Claim(f"{row.service_id}|{row.resource}", row.saving) for row in findings if row.is_open]
    return tuple(combine.totals(claims).values())


def open_findings() -> QuerySet[Finding]:
    """Open and accepted findings of live services, with their service."""
    return Finding.objects.filter(state__in=OPEN, service__removed_at=None).select_related("service")


def last_reviews() -> dict[str, CostReview]:
    """The newest ended review of each team, in one query."""
    newest = (
        CostReview.objects.filter(owner_ref=OuterRef("owner_ref"))
        .exclude(state=CostReview.State.RUNNING)
        .order_by("-started_at", "-id")
        .values("pk")[:1]
    )
    return {row.owner_ref: row for row in CostReview.objects.filter(pk=Subquery(newest))}


def by_team(only: Collection[str] = ()) -> list[TeamLine]:
    """Every team that owns a service (or those named), the largest open saving first. Three queries at any size."""
    narrow = open_findings().defer("evidence", "service__data")
    services = Entity.objects.services()
    if only:
        narrow, services = narrow.filter(service__owner_ref__in=only), services.filter(owner_ref__in=only)
    found: dict[str, list[Finding]] = defaultdict(list)
    for row in narrow:
        found[row.service.owner_ref].append(row)
    reviews = {ref: row for ref, row in last_reviews().items() if not only or ref in only}
    owners = set(services.order_by().values_list("owner_ref", flat=True).distinct()) | set(reviews)
    lines = [TeamLine(ref, reviews.get(ref), len(found[ref]), totals(found[ref])) for ref in owners]
    return sorted(lines, key=lambda line: (-max((s.expected for s in line.savings), default=Decimal(0)), line.name))


class Estimated(NamedTuple):
    """A service's list-price estimate: one amount a currency, and how many resources have no known price or use."""

    amounts: tuple[Money, ...]
    unknown: int


def estimated(services: Sequence[Entity]) -> dict[int, Estimated]:
    """Monthly estimate by service id, in one query; services without any estimated resource are absent."""
    rows = (
        Estimate.objects.filter(service__in=services)
        .order_by()
        .values("service_id", "currency")
        .annotate(total=Sum("amount"), unknown=Count("pk", filter=Q(amount=None)))
    )
    found: dict[int, Estimated] = {}
    for row in rows:
        before = found.get(row["service_id"], Estimated((), 0))
        amounts = (Money(row["total"], row["currency"]),) if row["total"] is not None else ()
        found[row["service_id"]] = Estimated(before.amounts + amounts, before.unknown + row["unknown"])
    return found


def billed(services: Sequence[Entity], days: int = 30) -> dict[int, list[float]]:
    """Billed cost a day by service id, oldest first, for services with one currency. One query."""
    rows = (
        Spend.objects.filter(service__in=services)
        .order_by("service_id", "day")
        .values("service_id", "day", "currency")
        .annotate(total=Sum("amount"))
    )
    found: dict[int, list[tuple[str, float]]] = defaultdict(list)
    for row in rows:
        found[row["service_id"]].append((row["currency"], float(row["total"])))
    return {
        service: [amount for _, amount in line][-days:]
        for service, line in found.items()
        if len({currency for currency, _ in line}) == 1
    }


def merged(groups: Iterable[Sequence[Range]]) -> tuple[Range, ...]:
    """The sum of several groups of ranges, one a currency."""
    sums: dict[str, Range] = {}
    for group in groups:
        for saving in group:
            sums[saving.currency] = sums[saving.currency] + saving if saving.currency in sums else saving
    return tuple(sums.values())


def ranges(review: CostReview) -> tuple[Range, ...]:
    """The totals that a review kept, as ranges."""
    return tuple(
        Range(Decimal(row["low"]), Decimal(row["expected"]), Decimal(row["high"]), currency)
        for currency, row in review.totals.items()
    )


def sums(lines: Iterable[Estimate]) -> tuple[Money, ...]:
    """The known amounts of estimates, one sum a currency."""
    found: dict[str, Money] = {}
    for line in lines:
        if line.amount is not None:
            amount = Money(line.amount, line.currency)
            found[line.currency] = found[line.currency] + amount if line.currency in found else amount
    return tuple(found.values())


def seen_range(seen: ReviewFinding) -> Range:
    """The saving that the review saw."""
    return Range(seen.low, seen.expected, seen.high, seen.currency)


def last_review(owner_ref: str) -> CostReview | None:
    """The newest ended review of a team."""
    ended = CostReview.objects.exclude(state=CostReview.State.RUNNING)
    return ended.filter(owner_ref=owner_ref).order_by("-started_at", "-id").first()
