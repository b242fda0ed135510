"""Clues: what a resource says of its neighbours, read from all its fields whatever its type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from services.discovery.grouping import STACK_TAG
from services.discovery.inventory import Found
from services.engine.suggest import Clues

# Who the resource is itself, not what it points at.
OWN = {"name", "arn", "account", "region", "tags"}
GROUP_TAG = "aws:autoscaling:groupName"


def clues(found: Found) -> Clues:
    """The ARNs and names that the resource mentions, its stack and its network."""
    fields = {key: value for key, value in asdict(found.resource).items() if key not in OWN}
    mentioned = {text for value in fields.values() for text in _texts(value)}
    names = {text.partition("=")[2] for text in fields.get("dimensions", ())}
    if found.family.key == "logs":
        names.add(found.resource.name.rpartition("/")[2])
    names |= {found.tags[GROUP_TAG]} if GROUP_TAG in found.tags else set()
    return Clues(
        found.resource.name,
        found.resource.arn,
        frozenset(text for text in mentioned if text.startswith("arn:")),
        frozenset(name for name in names if name),
        found.tags.get(STACK_TAG, ""),
        str(fields.get("vpc_id") or ""),
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
