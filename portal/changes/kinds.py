"""Kinds of armed changes: how to look, apply, undo, and prove both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.plugins import Registry

Target = dict[str, Any]
Seen = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """Five functions over a small JSON target that names its `account` and `region`.

    `observe` gives the state before, which is all that `undo` needs. `undo` must be idempotent and do nothing where
    the change was never applied. `verify_applied` and `verify_undone` look at AWS again. Each may raise AwsError.
    `undoing` says that AWS has accepted the undo and is still at it, so that waiting is no failure. `mark` adds to the
    target what must be the same in every try of one change, such as an idempotency token, before it is committed.
    """

    key: str
    title: str
    observe: Callable[[Target], Seen]
    apply: Callable[[Target], None]
    undo: Callable[[Target, Seen], None]
    verify_applied: Callable[[Target], bool]
    verify_undone: Callable[[Target, Seen], bool]
    undoing: Callable[[Target, Seen], bool] = lambda target, before: False
    mark: Callable[[Target], Target] = lambda target: target
    order: int = 100


kinds: Registry[Kind] = Registry("kinds of change")
