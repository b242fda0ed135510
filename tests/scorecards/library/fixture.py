"""The register of fixtures. One fixture is one service of the catalog, named after its function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.scorecards.library.stage import Stage

Build = Callable[[Stage], Iterator[None] | None]


@dataclass(frozen=True)
class Fixture:
    """A service that passes and fails the named checks once the product has looked at it.

    What `build` does runs before discovery. Where it yields, the rest runs after it: rollouts, experiments, reviews.
    """

    service: str
    subject: str
    build: Build
    passes: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()


FIXTURES: dict[str, Fixture] = {}


def passes(*checks: str) -> Callable[[Build], Build]:
    """Enter a fixture that passes these checks."""
    return lambda build: _enter(build, passes=frozenset(checks))


def fails(*checks: str) -> Callable[[Build], Build]:
    """Enter a fixture that fails these checks, and of its subject no others."""
    return lambda build: _enter(build, fails=frozenset(checks))


def _enter(build: Build, *, passes: frozenset[str] = frozenset(), fails: frozenset[str] = frozenset()) -> Build:
    name = build.__name__.replace("_", "-")
    known = FIXTURES.get(name) or Fixture(name, build.__module__, build)
    if known.build is not build:
        raise ValueError(f"two fixtures are named {name}: one service cannot be both")
    FIXTURES[name] = replace(known, passes=known.passes | passes, fails=known.fails | fails)
    return build


def having(direction: str, check: str) -> list[str]:
    """The services whose fixtures pass ("passes") or fail ("fails") this check."""
    return [one.service for one in FIXTURES.values() if check in getattr(one, direction)]
