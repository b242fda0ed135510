"""A worker that is killed at a chosen boundary: right before a state is written, or right after it is committed.

A boundary is a write of a state to the database, such as "segment:armed" or "change:applied". Once killed, nothing more
is written until `revived`: not even what a `finally` would write, since a killed process runs none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

TABLES = {"deployments_rollout": "rollout", "deployments_rolloutsegment": "segment", "changes_change": "change"}
COLUMN = re.compile(r'"(\w+)" = (?:\([^)]*%s\)|(%s)|NULL|[^,]+)')


class Killed(BaseException):
    """What a killed process does: nothing catches it."""


class Killer:
    """Kills at the first sight of ``boundary``; without one it only writes down which boundaries there are.

    With ``meanwhile`` the worker stalls at its ``stall_at``-th statement outside of a transaction, and goes on afterwards.
    """

    def __init__(
        self, boundary: str = "", *, after: bool = False, stall_at: int = 0, meanwhile: Callable[[], None] | None = None
    ) -> None:
        self.boundary, self.after = boundary, after
        self.stall_at, self.meanwhile, self.outside = stall_at, meanwhile, 0
        self.seen: list[str] = []
        self.dead = self.done = self._pending = self._stalling = False
        self._depth = 0

    @contextmanager
    def working(self) -> Iterator[None]:
        """One worker's life; a kill ends it silently."""
        self.dead = self._pending = False
        self._depth = len(connection.savepoint_ids)
        with connection.execute_wrapper(self._wrap):
            try:
                yield
                if self._pending:
                    self._die()
            except Killed:
                pass

    def _wrap(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.meanwhile and not self._stalling and len(connection.savepoint_ids) <= self._depth:
            self._maybe_stall(self.meanwhile)
        control = sql.lstrip().upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
        if control:
            return execute(sql, params, many, context)
        if self._stalling:
            return execute(sql, params, many, context)
        if self.dead or (self._pending and len(connection.savepoint_ids) <= self._depth):
            self._die()
        name = boundary_of(sql, params)
        if name:
            self.seen.append(name)
        if name and name == self.boundary and not self.done:
            if not self.after:
                self._die()
            self._pending = True
        return execute(sql, params, many, context)

    def _maybe_stall(self, meanwhile: Callable[[], None]) -> None:
        """At the chosen statement outside of any transaction this worker waits, and others work."""
        self.outside += 1
        if self.outside == self.stall_at:
            self._stalling = True
            meanwhile()
            self._stalling = False

    def _die(self) -> None:
        self.dead, self.done, self._pending = True, True, False
        raise Killed


def boundary_of(sql: str, params: Any) -> str:
    """The state that a statement writes: "segment:armed", "rollout:next" for the next segment; "" for anything else."""
    insert = re.match(r'INSERT INTO "(\w+)"', sql)
    if insert and TABLES.get(insert[1]) == "change":
        return "change:armed"
    update = re.match(r'UPDATE "(\w+)" SET (.*?) WHERE ', sql, flags=re.DOTALL)
    if not update or update[1] not in TABLES:
        return ""
    values, number = {}, 0
    for column in COLUMN.finditer(update[2]):
        takes = "%s" in column[0]
        values[column[1]] = params[number] if takes else None
        number += takes
    if "state" in values:
        return f"{TABLES[update[1]]}:{values['state']}"
    if "segment_index" in values:
        return "rollout:next"
    return "change:applying" if TABLES[update[1]] == "change" and "applied_at" in values else ""
