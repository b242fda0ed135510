"""Which service a resource belongs to, and what its tags say of the service."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

STACK_TAG = "aws:cloudformation:stack-name"
REQUIRED_TAGS = ("service", "team", "env", "owner")
LIFECYCLES = {"prod": "production", "production": "production", "staging": "experimental", "dev": "experimental"}


@dataclass(frozen=True)
class TagVerdict:
    """What most of a service's resources agree on; empty where no tag says it."""

    team: str
    lifecycle: str
    tier: int | None


def entity_name(text: str) -> str:
    """`text` as an entity name: lower case, letters, digits, `-`, `_` and `.`, at most 63 characters."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-_.")[:63].strip("-_.")


def service_of(tags: Mapping[str, str], keys: Sequence[str] = ("service", "app"), *, stacks: bool = True) -> str:
    """The service name: `awsApplication`, then the first of `keys` (any case) with a value, then the stack.

    "" where nothing says, or where only a stack does and `stacks` are not services here.
    """
    application = tags.get("awsApplication", "")
    if ":group/" in application:
        return entity_name(application.split(":group/")[1].split("/")[0])
    lowered = {key.lower(): value for key, value in tags.items()}
    for key in keys:
        if lowered.get(key.strip().lower()):
            return entity_name(lowered[key.strip().lower()])
    return entity_name(tags.get(STACK_TAG, "")) if stacks else ""


def resource_name(name: str, kind: str, arn: str) -> str:
    """A name that is unique over accounts and regions and stays readable: `orders-table-dynamodb-table-1a2b3c4d`."""
    mark = hashlib.sha256(arn.encode()).hexdigest()[:8]
    room = 63 - len(kind) - len(mark) - 2
    return f"{entity_name(name)[:room].strip('-_.') or 'resource'}-{kind}-{mark}"


def verdict(tags: Iterable[Mapping[str, str]]) -> TagVerdict:
    """The most frequent team, environment and tier among the tags of a service's resources."""
    votes: dict[str, Counter[str]] = {"team": Counter(), "env": Counter(), "tier": Counter()}
    for entry in tags:
        for key, counter in votes.items():
            if entry.get(key):
                counter[entry[key]] += 1
    most = {key: counter.most_common(1)[0][0] if counter else "" for key, counter in votes.items()}
    tier = most["tier"]
    return TagVerdict(
        entity_name(most["team"]),
        LIFECYCLES.get(most["env"].lower(), "experimental" if most["env"] else "unknown"),
        int(tier) if tier.isdigit() and int(tier) < 10 else None,
    )


def missing_tags(tags: Mapping[str, str]) -> list[str]:
    """Which of the required tags are absent or empty."""
    return [key for key in REQUIRED_TAGS if not tags.get(key)]
