"""Families: what discovery reads, one small file for each corner of AWS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from portal.aws.resource import AwsResource
from portal.plugins import Registry


@dataclass(frozen=True)
class Description:
    """How a resource stands in the catalog: its entity type, one short line, and the database family if it is one."""

    type: str
    text: str
    store: str = ""


@dataclass(frozen=True)
class Family:
    """One kind of resource. `read(account, region)` makes the AWS calls that `actions` names.

    `fact` is the key under which the service gets its items. Without `describe` no Resource entity is made.
    `always` publishes the fact with no items too, so that a check can tell "none" from "not looked at".
    `beside` says more of resources that another family finds, or of what nobody would adopt by itself: they are neither
    counted nor put into the bucket. `shared` is what the place does for all in it: every service there gets the items.
    """

    key: str
    title: str
    fact: str
    read: Callable[[str, str], Sequence[AwsResource]]
    actions: tuple[str, ...]
    describe: Callable[[Any], Description] | None = None
    always: bool = False
    beside: bool = False
    shared: bool = False
    order: int = 100


families: Registry[Family] = Registry("discovery families")


def item(resource: AwsResource) -> dict[str, Any]:
    """The resource as an item of a fact: JSON with its fields, without the tags (they are the fact `aws.tags`).

    What AWS did not say (None) is left out, so that a check answers unknown and not no.
    """
    fields = asdict(resource)
    del fields["tags"]
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def counted(number: int, word: str) -> str:
    """The number with its word in the right form: 1 task, 2 tasks."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items() if entry is not None}
    return value
