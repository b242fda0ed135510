"""Numbers that are dear to count, kept for one revision of the catalog: it moves with every change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

Value = TypeVar("Value")
MOST = 512
_lock = Lock()
_known: OrderedDict[Hashable, object] = OrderedDict()


def once(revision: int, question: Hashable, count: Callable[[], Value]) -> Value:
    """What `count` gives, or gave before for the same question at this revision. Threads may share it."""
    key = (revision, question)
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return cast(Value, _known[key])
    value = count()
    with _lock:
        _known[key] = value
        while len(_known) > MOST:
            _known.popitem(last=False)
    return value
