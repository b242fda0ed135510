"""What a kind of target has to offer, so that one rollout engine can move all of them.

A target is a small JSON object: `kind`, `account`, `region`, `canary` (the version to roll out), and the keys that its
kind names in `fields`. While a rollout runs it also holds `restore` (the traffic from before), and the target of an
armed change holds `to` (wanted), `expected` (what it may be changed from) and `restore`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployments.targets.traffic import Traffic, shifted
from portal.aws.cloudwatch import Metric
from portal.changes.kinds import Kind, Seen, Target
from portal.plugins import Registry
from services.models import Entity

MOVING, SETTLED, BROKEN = "moving", "settled", "broken"


class TargetError(ValueError):
    """The target cannot be rolled out to; the message says why and what to do."""


class Moved(Exception):
    """Somebody else changed the target meanwhile; what they did is left alone."""


@dataclass(frozen=True)
class Field:
    """One key that a target of this kind needs beside account, region and canary. `pattern` must match all of it."""

    name: str
    title: str
    pattern: str
    help: str = ""
    default: str = ""


Choices = Mapping[str, Sequence[tuple[str, str]]]
"""What discovery has found for a key, as (value, what people read), by the name of the key; "canary" is one of them."""
CANARY = Field("canary", "New version", r"\S{1,512}", "What AWS calls the version to roll out.")


@dataclass(frozen=True)
class Progress:
    """How far AWS is with a change that takes time: `share` (0 to 1) of the hosts or traffic, `zones` the share by zone.

    `state` is moving, settled (all of it is there) or broken (AWS gave up; `note` says why).
    """

    state: str
    share: float = 1.0
    note: str = ""
    zones: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Host:
    """One host, task or target: where it is, which version it runs ("" where that is not told), and its health.

    `health` is healthy, unhealthy, starting or unknown, `reason` what AWS says of it.
    """

    id: str
    zone: str
    version: str
    health: str
    reason: str = ""


@dataclass(frozen=True)
class Counts:
    """The metrics that count requests and errors of one version; sums."""

    requests: tuple[Metric, ...]
    errors: tuple[Metric, ...]


@dataclass(frozen=True)
class Streams:
    """A metric stream of its own for each version; `all` counts both, for when one version serves alone and is not told
    apart any more. `latency` are statistics by version ("canary", "baseline") where the target has them."""

    canary: Counts
    baseline: Counts
    all: Counts | None = None
    latency: Mapping[str, Metric] | None = None


@dataclass(frozen=True)
class TargetKind:
    """One kind of target.

    change: how it is moved; its `observe` tells the traffic now. locate: completes what a person named (`wanted`) from
    what discovery has found for the service, or raises TargetError. wanted: the traffic of a segment with ``percent``.
    progress: how far AWS is after the change. hosts: what serves, for host validation. weighted: whether it takes any
    percentage; if not, a change moves it as a whole and `progress` tells how far AWS is. canary: what its versions look
    like. choices: what the start form offers. called: what a target is called in a sentence. legacy: why one should
    move on to another kind ("" where one need not).
    """

    key: str
    title: str
    change: Kind
    fields: tuple[Field, ...]
    locate: Callable[[Entity, Mapping[str, str]], Target]
    describe: Callable[[Traffic], str]
    noun: str
    wanted: Callable[[Target, Traffic, float], Traffic] = lambda target, restore, percent: shifted(
        restore, target["canary"], percent
    )
    progress: Callable[[Target], Progress] = lambda target: Progress(SETTLED)
    hosts: Callable[[Target], list[Host]] = lambda target: []
    streams: Callable[[Target], Streams | None] = lambda target: None
    weighted: bool = True
    canary: Field = CANARY
    choices: Callable[[Entity], Choices] = lambda entity: {}
    called: Callable[[Target], str] | None = None
    legacy: str = ""
    order: int = 100


targets: Registry[TargetKind] = Registry("kinds of target")
LAMBDA_ALIAS = "lambda-alias"


def of(target: Mapping[str, Any]) -> TargetKind:
    """The kind of a target. Raises TargetError where its plugin is not there."""
    key = target.get("kind", LAMBDA_ALIAS)
    kind = targets.get(key)
    if kind is None:
        raise TargetError(f"The kind of target {key!r} is not known: choose one of {', '.join(sorted(_keys()))}.")
    return kind


def going_back(progress: Callable[[Target], Progress]) -> Callable[[Target, Seen], bool]:
    """The `undoing` of a kind whose undo takes time: whether AWS still moves towards the traffic from before."""
    return lambda target, before: progress({**target, "to": target["restore"]}).state == MOVING


def name_of(target: Mapping[str, Any]) -> str:
    """What a target is called in a sentence: the last of its kind's own fields, such as the alias, if not said otherwise."""
    kind = of(target)
    return kind.called(dict(target)) if kind.called else str(target[kind.fields[-1].name])


def _keys() -> list[str]:
    return [kind.key for kind in targets.items()]
