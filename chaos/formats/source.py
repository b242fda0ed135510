"""Bytes → one document of plain data, through the portal's reader of JSON and YAML with its caps on size, depth and values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.descriptors import LIMITS, Problem
from services.descriptors.reading import documents

CLOUDFORMATION_TAGS = frozenset(
    f"!{name}"
    for name in (
        "Ref", "Sub", "GetAtt", "Join", "Select", "Split", "FindInMap", "ImportValue", "If", "Equals", "Not", "And",
        "Or", "Base64", "Cidr", "GetAZs", "Condition",
    )
)  # fmt: skip
"""Short forms of CloudFormation's functions; they become {"!Ref": …} and are never worked out."""


@dataclass(frozen=True)
class Source:
    """One document and where its fields stand."""

    data: dict[str, Any]
    line_of: Callable[[str], int]


def read(raw: bytes) -> Source:
    """The one document of a file. Raises Problem with line, reason and remedy."""
    found = list(documents(raw, tags=CLOUDFORMATION_TAGS))
    if len(found) != 1:
        raise Problem(f"The file holds {len(found)} documents.", "Give one experiment in one file.")
    document = found[0].read()
    if document.problem:
        raise document.problem
    if not isinstance(document.data, dict):
        raise Problem("The file is no object.", "Give the experiment as one object with its keys.")
    return Source(document.data, document.line_of)


LARGEST = LIMITS.bytes
