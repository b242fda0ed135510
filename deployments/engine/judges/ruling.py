"""What a judge is given beside the data, and what it hands over: the parts of a verdict that depend on which judge it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deployments.engine.judges.evidence import MetricVerdict

OPEN, GOOD, BAD = "open", "good", "bad"


@dataclass(frozen=True)
class Look:
    """When and on what a judgement is made.

    began and now are seconds since 1970 (of the first weight, and of this look), ``period`` the length of a bucket.
    minimum: canary requests that the segment needs; counted: those that it has had; awaited: whether the first data may
    still be on their way.
    """

    began: float
    now: float
    period: int
    minimum: int
    counted: int
    awaited: bool = False


@dataclass(frozen=True)
class Ruling:
    """A judge's answer before the verdict looks at requests and missing data.

    lean: good, bad (rolled back), or open (a person, in the end). early: the plan's time is not over for this judge, so
    nothing is said yet. leading: the metric that carries it. doubt: why it is open. bound and error_bound: the promise,
    in words and as a risk over all looks (1 for none). score: of judges that have one, 0 to 100.
    """

    judge: str
    lean: str
    metrics: tuple[MetricVerdict, ...]
    worse: float
    safe: float
    error_bound: float
    bound: str
    leading: str = ""
    doubt: str = ""
    early: str = ""
    score: float | None = None


def missing(metrics: Sequence[MetricVerdict]) -> str:
    """Why there can be no verdict, where a metric that must have data has none."""
    names = [one.title for one in metrics if one.must_have_data and not one.buckets]
    return f"{' and '.join(names[:3])} {'has' if len(names) == 1 else 'have'} no data" if names else ""
