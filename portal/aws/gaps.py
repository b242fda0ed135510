"""Parts of a reading that may be missing: a refused detail costs that detail, not the resource.

A refusal lasts, so what it hides becomes unknown (None) and the gap is named. Throttling and outages pass: they fail
the whole reading, and what was known stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from portal.aws.errors import AwsDenied, AwsError, AwsUnsupported, aws_errors

T = TypeVar("T")
_gaps: ContextVar[list[AwsError] | None] = ContextVar("aws_gaps", default=None)


@contextmanager
def collecting() -> Iterator[list[AwsError]]:
    """Within the block refused details are noted in the list; outside of one they are raised like any other error."""
    found: list[AwsError] = []
    token = _gaps.set(found)
    try:
        yield found
    finally:
        _gaps.reset(token)


def detail(action: str, account: str, region: str, read: Callable[[], T]) -> T | None:
    """What `read` returns; None where AWS refuses it or does not know it, and somebody collects gaps.

    An action that was refused once in this block is not asked again for each of a thousand resources.
    """
    gaps = _gaps.get()
    if gaps is not None and any((gap.intended, gap.account, gap.region) == (action, account, region) for gap in gaps):
        return None
    try:
        with aws_errors(action, account, region):
            return read()
    except (AwsDenied, AwsUnsupported) as error:
        if gaps is None:
            raise
        gaps.append(error)
        return None
