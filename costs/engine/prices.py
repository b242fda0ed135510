"""List prices that the detectors and estimates use: dated, per region, and silent where nothing is known.

The figures were entered by hand from the published AWS price pages on ENTERED and have not been compared with
the live price list since. A region or type that is missing here is answered with None ("price unknown");
no multiplier between regions is ever guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from costs.engine.pricelist import ENTERED, LISTS

STALE_AFTER_DAYS = 90


@dataclass(frozen=True, slots=True)
class Price:
    """One list price: amount per unit (for example USD per hour) in a region, with where and when it was taken."""

    sku: str
    unit: str
    amount: Decimal
    currency: str
    region: str
    source: str
    url: str
    as_of: date

    def stale(self, today: date) -> bool:
        """True when the figure is older than 90 days and should be checked before anybody acts on it."""
        return (today - self.as_of).days > STALE_AFTER_DAYS


def find(sku: str, region: str) -> Price | None:
    """The list price of a sku such as "ec2/m5.large" or "lambda/gb-second/arm64"; None when it is not known."""
    family, _, name = sku.partition("/")
    listed = LISTS.get(family)
    if listed is None:
        return None
    amount = listed.amounts.get(name, {}).get(region)
    if amount is None:
        return None
    unit = listed.units.get(name, listed.unit)
    return Price(sku, unit, Decimal(amount), "USD", region, listed.source, listed.url, ENTERED)


def unknown(sku: str, region: str) -> str:
    """The sentence that stands in place of a figure whose price nobody knows."""
    family, _, name = sku.partition("/")
    title = LISTS[family].title if family in LISTS else family
    return f"The price of {title} {name} in {region} is unknown, so there is no figure."
