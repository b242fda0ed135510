"""Tolerances of the open format: which of ours they become, and what they say about a value.

The Chaos Toolkit library gives the meaning (`within_tolerance`); only forms that were checked here reach it: no probe (it
would be executed), no path language, and of regular expressions only plain texts, because those are found in linear time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from chaos.engine.hypothesis import Tolerance
from chaos.formats.toolkit.probes import Refused

FORMS = "a number, a text, true or false, [low, high], a range, or a regex without special characters"
SPECIAL = re.compile(r"[.^$*+?{}\[\]|()\\]")
ESCAPED = re.compile(r"\\([^A-Za-z0-9])")


@cache
def _library() -> Callable[[Any, Any], Any]:
    # Imported on first use: it brings an HTTP client, which no page needs.
    from chaoslib.hypothesis import within_tolerance

    return within_tolerance  # type: ignore[no-any-return]


def accepts(tolerance: Any, value: Any) -> bool:
    """Whether the value fits, as the toolkit would say. Raises Refused for a tolerance that may not be asked about."""
    check(tolerance)
    try:
        return bool(_library()(tolerance, value))
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        # The library expects the right kind of value; a wrong kind does not fit.
        return False


def check(tolerance: Any) -> None:
    """Raise Refused for every form that runs code, takes more than linear time, or never fits."""
    if isinstance(tolerance, float):
        raise Refused("a decimal number as tolerance never fits in the open format: write a range")
    if isinstance(tolerance, list):
        if not tolerance or not all(isinstance(one, str | int | float) for one in tolerance):
            raise Refused("a list as tolerance holds values: [low, high], or those that fit")
        return
    if not isinstance(tolerance, dict):
        if not isinstance(tolerance, bool | int | str):
            raise Refused(f"this is no tolerance: write {FORMS}")
        return
    kind = tolerance.get("type")
    if kind == "probe":
        raise Refused("a probe as tolerance is code that judges: write a range, a regex or a value")
    if kind == "jsonpath":
        raise Refused("a path into the answer is not read: probe a metric, or look for a text in the answer")
    if kind == "range":
        _range(tolerance)
    elif kind == "regex":
        literal(tolerance.get("pattern"))
    else:
        raise Refused(f"a tolerance of type {str(kind)[:40]!r} is not known: write {FORMS}")


def _range(tolerance: Mapping[str, Any]) -> tuple[float, float]:
    pair = tolerance.get("range")
    if not isinstance(pair, list) or len(pair) != 2 or not all(_finite(one) for one in pair):
        raise Refused("a range holds two numbers")
    if pair[0] > pair[1]:
        raise Refused("the lower bound of the range comes first")
    return float(pair[0]), float(pair[1])


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def literal(pattern: Any) -> str:
    """The plain text that a pattern looks for. Raises Refused where it is more than that."""
    if not isinstance(pattern, str) or not pattern or len(pattern) > 200 or "${" in pattern:
        raise Refused("a regex needs a pattern of 1 to 200 characters without ${}")
    plain = ESCAPED.sub("", pattern)
    if SPECIAL.search(plain):
        raise Refused("a regex with special characters is not run: write the plain text that must be in the answer")
    return ESCAPED.sub(r"\1", pattern)


def as_number(tolerance: Any) -> dict[str, Any]:
    """Our tolerance for a measured number. Raises Refused."""
    check(tolerance)
    if isinstance(tolerance, dict) and tolerance["type"] == "range":
        low, high = _range(tolerance)
    elif isinstance(tolerance, list) and len(tolerance) == 2 and all(_finite(one) for one in tolerance):
        low, high = float(tolerance[0]), float(tolerance[1])
    elif isinstance(tolerance, int) and not isinstance(tolerance, bool):
        low = high = float(tolerance)
    else:
        raise Refused("a measured number needs a number or a range as tolerance")
    if low > high:
        raise Refused("the lower bound of the range comes first")
    _same_meaning(tolerance, low, high)
    return shortened(low, high)


def shortened(low: float, high: float) -> dict[str, Any]:
    """The shortest of our forms; a bound as far out as no measured value goes is none."""
    if high >= FAR:
        return {"at_least": low}
    if low <= -FAR:
        return {"at_most": high}
    return {"between": [low, high]}


FAR = 1e15


def _same_meaning(tolerance: Any, low: float, high: float) -> None:
    """Ours must say the same as the toolkit's around both bounds, or it is refused."""
    ours = Tolerance(low, high)
    for bound in (low, high):
        step = max(abs(bound) * 1e-6, 1e-6)
        for value in (bound - step, bound, bound + step):
            if accepts(tolerance, value) != ours.accepts(value):
                raise Refused(f"the tolerance means something else for {value:g} here than in the toolkit")


def as_status(tolerance: Any) -> int | None:
    """The one HTTP status of a tolerance; None where it is about the body. Raises Refused."""
    check(tolerance)
    if isinstance(tolerance, list):
        same = {one for one in tolerance if isinstance(one, int)}
        if len(same) != 1 or len(same) != len(set(tolerance)):
            raise Refused("an HTTP probe of ours wants one status: choose one")
        tolerance = same.pop()
    if isinstance(tolerance, bool | str):
        raise Refused("an HTTP probe needs a status as tolerance")
    if isinstance(tolerance, int):
        if not 100 <= tolerance <= 599:
            raise Refused(f"{tolerance} is no HTTP status")
        return tolerance
    return _status_of_range(tolerance)


def _status_of_range(tolerance: Mapping[str, Any]) -> int | None:
    target = tolerance.get("target")
    if tolerance["type"] == "regex":
        if target != "body":
            raise Refused('a regex on an HTTP probe needs "target": "body"')
        return None
    low, high = _range(tolerance)
    if target != "status" or low != high:
        raise Refused("an HTTP probe of ours wants one status: choose one")
    return int(low)
