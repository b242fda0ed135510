"""Answers that are dear to find, kept for one revision of the catalog: it moves with every change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

Value = TypeVar("Value")
# Rows in all kept answers together; a row takes some 100 bytes.
ROOM = 100_000


class Kept:
    """The newest answers, as many as there is room for. Threads may share it."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.used = room, 0
        self._lock = Lock()
        self._known: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    def once(self, revision: int, question: Hashable, find: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """What `find` gives, or gave before for the same question at this revision; it takes up `size` rows and one."""
        key = (revision, question)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return cast(Value, self._known[key][0])
        value = find()
        with self._lock:
            self._put(key, value, size(value) + 1)
        return value

    def _put(self, key: Hashable, value: Any, rows: int) -> None:
        if key in self._known or rows > self.room:
            return
        self._known[key] = (value, rows)
        self.used += rows
        while self.used > self.room:
            self.used -= self._known.popitem(last=False)[1][1]


answers = Kept()
