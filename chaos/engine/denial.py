"""Denials in resource policies: one statement of ours, put in beside what is there and taken out again.

A policy is JSON text as AWS keeps it; "" stands for none. Nothing here denies an operation on a policy, so that nobody is
ever locked out of the undo.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

SID = "ColonnadeChaosDeny"


def denied(policy: str, roles: Sequence[str], actions: Sequence[str], resources: Sequence[str]) -> str:
    """The policy with the denial of `actions` on `resources` for these roles. Raises ValueError for what is no policy."""
    document = _document(policy)
    statement = {
        "Sid": SID,
        "Effect": "Deny",
        "Principal": {"AWS": sorted(roles)},
        "Action": list(actions),
        "Resource": list(resources),
    }
    return json.dumps({**document, "Statement": [*_others(document), statement]})


def is_denied(policy: str) -> bool:
    """Whether our statement is in the policy."""
    return any(_ours(one) for one in _statements(_document(policy)))


def allowed_again(policy: str, before: str, ours: str) -> str:
    """What the policy must become: exactly `before` where it still is what we wrote, else itself without our statement."""
    if _document(policy) == _document(ours):
        return before
    document = _document(policy)
    left = _others(document)
    return json.dumps({**document, "Statement": left}) if left else ""


def _document(policy: str) -> dict[str, Any]:
    found = json.loads(policy or '{"Version": "2012-10-17", "Statement": []}')
    if not isinstance(found, dict):
        raise ValueError("the policy is not a JSON object")
    return found


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement") or []
    return [found] if isinstance(found, dict) else list(found)


def _others(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in _statements(document) if not _ours(one)]


def _ours(statement: dict[str, Any]) -> bool:
    return statement.get("Sid") == SID
