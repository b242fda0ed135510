"""What the engine knows of a fact, and how a path leads into it.

A path is ``source.name.field.sub[*].field``: its first two words name the fact, the rest leads into the fact's value;
``[*]`` stands for every element of a list. Instants are seconds since the epoch, as floats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

STAR: Final = "[*]"
_WORD = re.compile(r"[^.\[\]\s]{1,100}")


class Missing:
    """The type of `MISSING`: the field is not there at all (null is a value, this is none)."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Final = Missing()


class PathError(ValueError):
    """A path does not follow the grammar."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed fact. `expires_at` None means that it never expires; `changed_at` is since when the value stands."""

    key: str
    value: Any
    observed_at: float
    source: str = ""
    expires_at: float | None = None
    url: str = ""
    changed_at: float = 0.0

    def fresh(self, now: float, max_age: float | None = None) -> bool:
        """Whether the fact may still be used at `now`; `max_age` in seconds since it was last seen."""
        if self.expires_at is not None and now >= self.expires_at:
            return False
        return max_age is None or now - self.observed_at < max_age


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path: the fact's key and the steps into its value."""

    text: str
    key: str
    steps: tuple[str, ...]

    @property
    def quantified(self) -> bool:
        """Whether the path stands for many values."""
        return STAR in self.steps


def parse_path(text: str) -> Path:
    """Read a path; raises PathError with a sentence when it breaks the grammar."""
    if not isinstance(text, str) or not text or len(text) > 300:
        raise PathError("a path is a text of 1 to 300 characters such as aws.lambda.items[*].tracing")
    words = text.replace(STAR, f".{STAR}").split(".")
    for word in words:
        if word != STAR and not _WORD.fullmatch(word):
            raise PathError(f"“{word}” in the path {text} is not a word; write source.name.field, and [*] for a list")
    if len(words) < 2 or STAR in words[:2]:
        raise PathError(f"the path {text} must begin with the two words of a fact, such as aws.lambda")
    return Path(text=text, key=f"{words[0]}.{words[1]}", steps=tuple(words[2:]))


def step_into(value: Any, step: str) -> Any:
    """One step into a value: the field, or MISSING."""
    if isinstance(value, dict):
        return value.get(step, MISSING)
    return MISSING


def elements(value: Any, steps: tuple[str, ...], name: str = "") -> Iterator[tuple[str, Any]]:
    """Every (name, value) that the steps lead to; a list that is missing or null yields one MISSING or nothing."""
    for position, step in enumerate(steps):
        if step == STAR:
            if value is MISSING:
                yield name, MISSING
            elif isinstance(value, list):
                for number, item in enumerate(value):
                    label = _label(item, number)
                    yield from elements(item, steps[position + 1 :], f"{name} / {label}" if name else label)
            return
        value = step_into(value, step)
    yield name, value


def _label(item: Any, number: int) -> str:
    if isinstance(item, dict):
        for key in ("name", "id", "arn"):
            if item.get(key):
                return str(item[key])[:120]
    return f"#{number + 1}"


@dataclass(slots=True)
class Snapshot:
    """The facts of one entity at one instant, split once into what is known and what may still be used."""

    evidence: Mapping[str, Evidence]
    now: float
    known: dict[str, Any] = field(init=False)
    fresh: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        now = self.now
        self.known = {key: item.value for key, item in self.evidence.items()}
        self.fresh = {
            key: item.value for key, item in self.evidence.items() if item.expires_at is None or now < item.expires_at
        }

    def usable(self, max_age: float | None) -> Mapping[str, Any]:
        """The values that a check with this `max_age` (seconds) may use."""
        if max_age is None:
            return self.fresh
        return {key: item.value for key, item in self.evidence.items() if item.fresh(self.now, max_age)}
