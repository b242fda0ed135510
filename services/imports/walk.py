"""One location from its target down: the file, the files that its Location entities name, and so on. Nothing is written.

`Step` says which file comes next and why; `targets` says what a Location entity names. Preview and reading share both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.descriptors import Problem
from services.descriptors.placeholders import Opener
from services.imports.reach import Reach, is_address


@dataclass(frozen=True)
class Step:
    """A file to read, and the ref of the Location entity that names it. One that is `optional` may be missing."""

    name: str
    parent_ref: str
    optional: bool = False


@dataclass(frozen=True)
class Named:
    """What one field of a Location entity names: patterns stay beside the files that they stand for today."""

    field: str
    pattern: str
    files: tuple[str, ...] = ()
    problem: Problem | None = None


def targets(spec: Mapping[str, Any], base: str, reach: Reach) -> Iterator[Named]:
    """What a Location entity in the file `base` names. A target without a type has that of its file."""
    listed = spec.get("targets") or []
    said = [("spec.target", spec["target"])] if spec.get("target") else []
    said += [(f"spec.targets[{index}]", target) for index, target in enumerate(listed)]
    for field, target in said:
        try:
            pattern = reach.beside(base, target)
            kind = spec.get("type") or ("url" if is_address(pattern) else "file")
            if kind not in ("url", "file"):
                raise Problem(f"Locations of the type {str(kind)[:40]!r} are not read.", "Use url or file.")
            if kind == "file" and is_address(base):
                raise Problem("A file from the web cannot name files of this machine.", "Use the type url.")
            if (kind == "url") != is_address(pattern):
                raise Problem(f"{target[:100]} is not of the type {kind}.", "Leave spec.type out, or mend the target.")
            yield Named(field, pattern, tuple(reach.expand(pattern)))
        except Problem as problem:
            yield Named(field, target, problem=problem)


def opener_of(name: str, reach: Reach) -> Opener:
    """How placeholders in the file `name` read what they name."""
    return partial(_open, name, reach)


def _open(name: str, reach: Reach, target: str) -> bytes:
    return reach.read(reach.beside(name, target)).body or b""
