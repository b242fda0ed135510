"""Money that knows its currency, so that amounts in two currencies can never be added by accident."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HOURS_PER_MONTH = Decimal(730)
SECONDS_PER_MONTH = Decimal(730 * 3600)
CENT = Decimal("0.01")
THIN = "\u202f"  # narrow no-break space, between thousands on every page


class CurrencyMismatch(ValueError):
    """Two amounts in different currencies were about to be added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"An amount needs a three-letter currency, not {self.currency!r}.")

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added without an exchange rate.")
        return Money(self.amount + other.amount, self.currency)

    def cents(self) -> Money:
        """The same amount rounded half up to two decimals, as it is stored and shown."""
        return Money(cents(self.amount), self.currency)


@dataclass(frozen=True, slots=True)
class Range:
    """A monthly amount with its uncertainty: low <= expected <= high, one currency."""

    low: Decimal
    expected: Decimal
    high: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.low <= self.expected <= self.high:
            raise ValueError(f"A range must be in order, not {self.low}, {self.expected}, {self.high}.")
        Money(self.expected, self.currency)

    def __add__(self, other: Range) -> Range:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added without an exchange rate.")
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high, self.currency)


def cents(amount: Decimal) -> Decimal:
    """Round half up to two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def saving(present: Decimal, future: Iterable[Decimal], currency: str) -> Range:
    """The monthly saving for three possible future costs, each held between nothing and the present cost."""
    held = sorted(cents(min(max(present - cost, Decimal(0)), max(present, Decimal(0)))) for cost in future)
    low, expected, high = held
    return Range(low, expected, high, currency)


def grouped(value: float | Decimal, digits: int = 0) -> str:
    """A number for a sentence: thin spaces between thousands, as many decimals as asked for."""
    return f"{value:,.{digits}f}".replace(",", THIN)
