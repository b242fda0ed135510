"""How numbers, money, time and change are written on every page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

THIN = "\u202f"  # narrow no-break space: groups digits and joins a number to its unit
MINUS = "\u2212"
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
MINUTES_A_DAY_OF_WORK = 480


def number(value: object) -> Decimal | None:
    """Return the value as a finite decimal, or None when it is not a number."""
    try:
        result = Decimal(str(value))
    except InvalidOperation:
        return None
    return result if result.is_finite() else None


def grouped(value: Decimal, digits: int) -> str:
    """Return the value with thin spaces between thousands and a true minus sign."""
    return f"{value:,.{digits}f}".replace(",", THIN).replace("-", MINUS)


def thin(value: object) -> str:
    """Write 1204 as 1 204; fractions keep at most two digits."""
    amount = number(value)
    if amount is None:
        return "–"
    whole = amount == amount.to_integral_value()
    return grouped(amount, 0) if whole else grouped(amount, 2).rstrip("0").rstrip(".")


def money(value: object, currency: str = "USD") -> str:
    """Write an amount with its currency; cents only below 100."""
    amount = number(value)
    if amount is None:
        return "–"
    whole = abs(amount) >= 100 or amount == amount.to_integral_value()
    written = grouped(abs(amount), 0 if whole else 2)
    minus = MINUS if amount < 0 and any(digit in written for digit in "123456789") else ""
    sign = SIGNS.get(currency)
    return f"{minus}{sign}{written}" if sign else f"{minus}{written}{THIN}{currency}"


def percent(value: object) -> str:
    """Write a share of one as a percentage: 0.0094 as 0.94 %, 0.912 as 91.2 %."""
    amount = number(value)
    if amount is None:
        return "–"
    share = amount * 100
    digits = 2 if abs(share) < 10 else 1
    written = grouped(share, digits).rstrip("0").rstrip(".")
    return f"{'0' if written in (MINUS + '0', '') else written}{THIN}%"


def effort(minutes: object) -> str:
    """Write minutes of work as 20 min, 3 h or 1 d; a day of work has eight hours."""
    amount = number(minutes)
    if amount is None:
        return "–"
    if amount < 60:
        return f"{round(amount)}{THIN}min"
    unit, size = ("h", 60) if amount < MINUTES_A_DAY_OF_WORK else ("d", MINUTES_A_DAY_OF_WORK)
    return f"{_short(amount / size)}{THIN}{unit}"


def lasting(seconds: object) -> str:
    """Write a duration in seconds as 38 s, 12 min, 3.5 h or 2 d (days of 24 hours)."""
    amount = number(seconds)
    if amount is None:
        return "–"
    for unit, size, until in (("s", 1, 90), ("min", 60, 5400), ("h", 3600, 172800)):
        if amount < until:
            return f"{_short(amount / size)}{THIN}{unit}"
    return f"{_short(amount / 86400)}{THIN}d"


def _short(value: Decimal) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"


def delta(value: object) -> str:
    """Write a change in points with its sign: +4, −9, ±0; a dash when unknown."""
    amount = number(value)
    if amount is None:
        return "–"
    rounded = round(amount)
    if rounded == 0:
        return "±0"
    return f"+{rounded}" if rounded > 0 else f"{MINUS}{-rounded}"


def day(iso: object) -> str:
    """Write a stored ISO date as 23 Nov 2026; what is none is shown as it is."""
    try:
        found = date.fromisoformat(str(iso))
    except ValueError:
        return str(iso)
    return f"{found.day} {found:%b %Y}"


def spaced(name: object) -> str:
    """Write the name of a field for people: “without service” for without_service."""
    return str(name).replace("_", " ")


def plain(value: object) -> str:
    """Write stored data for people: “account 1111, region eu-west-1” for a mapping; yes, no and none as words."""
    if isinstance(value, dict):
        return ", ".join(f"{spaced(name)} {plain(part)}" for name, part in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(plain(part) for part in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def initials(name: object) -> str:
    """Return up to two letters that stand for a person."""
    words = str(name).replace(".", " ").replace("-", " ").split()
    letters = [word[0] for word in words[:2]] if len(words) > 1 else [str(name)[:2]]
    return "".join(letters).upper()


def relative(moment: datetime, now: datetime) -> str:
    """Write a moment as people say it: 14 min ago, in 3 h, yesterday, 14 Jan."""
    gap = (moment - now).total_seconds()
    size = abs(gap)
    if size < 10:
        return "just now" if gap <= 0 else "in a moment"
    days = (moment.astimezone(UTC).date() - now.astimezone(UTC).date()).days
    if size < 60:
        words = f"{round(size)}{THIN}s"
    elif size < 3570:
        words = f"{round(size / 60)}{THIN}min"
    elif size < 21 * 3600 or days == 0:
        words = f"{round(size / 3600)}{THIN}h"
    elif abs(days) == 1:
        return "tomorrow" if days > 0 else "yesterday"
    elif abs(days) < 14:
        words = f"{abs(days)} days"
    else:
        return f"{moment.day} {moment:%b}" + ("" if moment.year == now.year else f" {moment.year}")
    return f"in {words}" if gap > 0 else f"{words} ago"


def planned(moment: datetime, now: datetime) -> str:
    """Write a moment of a calendar: today 10:00, Tue 10:00 within a week, else 1 Dec."""
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    if days == 0:
        return f"today {moment:%H:%M}"
    if 0 < days < 7:
        return f"{moment:%a %H:%M}"
    return f"{moment.day} {moment:%b}" + ("" if moment.year == now.year else f" {moment.year}")
