"""Whose could this resource be? Services ranked by how much speaks for each, with every reason."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# How sure one reason alone makes us, 0 to 1. Independent reasons add up as 1 - (1 - a)(1 - b).
SAME_NAME = 0.9
POINTS = 0.85
SAME_STACK = 0.75
NAME_INSIDE = 0.6
WORDS_SHARED = 0.5
SAME_NETWORK = 0.3
WORTH_SHOWING = 0.3
SHOWN = 3
# Words that say what a thing is or where it runs, not whose it is.
COMMON = frozenset(
    """prod production staging stage dev test live main default service services app api lambda function ecs eks rds s3 sqs
    sns aws queue topic table bucket db database cache logs log events event backup archive data files file old new tmp
    errors error latency alarm dead letters letter dlq group cluster instance web worker eu us west east""".split()  # noqa: SIM905 a list of words is easier to read
)


@dataclass(frozen=True)
class Clues:
    """What is known of one resource. `points_at` are ARNs that it names, `names` bare names that it names.

    `stack` and `network` (a VPC id) are "" where unknown.
    """

    name: str
    arn: str
    points_at: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    stack: str = ""
    network: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A service that may own the resource. `score` is 0 to 1; `reasons` are sentences, the strongest first."""

    service: str
    score: float
    reasons: tuple[str, ...]


class Known:
    """The services and their resources, arranged so that each stray is looked up and not compared with all."""

    def __init__(self, services: Iterable[str], resources: Mapping[str, Sequence[Clues]]) -> None:
        self.services = sorted({*services, *resources})
        self.owner: dict[str, tuple[str, str]] = {}
        self.named: dict[str, set[str]] = defaultdict(set)
        self.pointing: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.stacks: dict[str, set[str]] = defaultdict(set)
        self.networks: dict[str, set[str]] = defaultdict(set)
        for service, items in resources.items():
            for item in items:
                self._take(service, item)
        self.words = {service: _words(service) for service in self.services}
        self.padded = {service: _padded(service) for service in self.services}
        self.same: dict[str, list[str]] = defaultdict(list)
        self.by_word: dict[str, list[str]] = defaultdict(list)
        for service in self.services:
            self.same[self.padded[service]].append(service)
            for word in self.words[service]:
                self.by_word[word].append(service)

    def _take(self, service: str, item: Clues) -> None:
        self.owner[_plain(item.arn)] = (service, item.name)
        self.named[item.name].add(service)
        for arn in item.points_at:
            self.pointing[_plain(arn)].add((service, item.name))
        if item.stack:
            self.stacks[item.stack].add(service)
        if item.network:
            self.networks[item.network].add(service)


def suggest(stray: Clues, known: Known) -> list[Suggestion]:
    """At most three services that may own `stray`, the likeliest first; none where nothing speaks for any."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for service, weight, reason in (
        *_by_pointing(stray, known),
        *_by_place(stray, known),
        *_by_name(stray, known),
    ):
        if reason not in {said for _, said in found[service]}:
            found[service].append((weight, reason))
    ranked = [
        Suggestion(
            service, _together(weight for weight, _ in reasons), tuple(said for _, said in sorted(reasons)[::-1])
        )
        for service, reasons in found.items()
        if reasons
    ]
    worth = [one for one in ranked if one.score >= WORTH_SHOWING]
    return sorted(worth, key=lambda one: (-one.score, one.service))[:SHOWN]


def _together(weights: Iterable[float]) -> float:
    doubt = 1.0
    for weight in weights:
        doubt *= 1 - weight
    return round(1 - doubt, 2)


def _plain(arn: str) -> str:
    """A function's ARN without version or alias, so that `…:function:checkout:live` finds `…:function:checkout`."""
    parts = arn.split(":")
    return ":".join(parts[:7]) if len(parts) > 7 and parts[5] == "function" else arn


def _by_pointing(stray: Clues, known: Known) -> Iterator[tuple[str, float, str]]:
    for arn in sorted(stray.points_at):
        owner = known.owner.get(_plain(arn))
        if owner:
            yield owner[0], POINTS, f"It points at {_of(*owner)}."
    for service, name in sorted(known.pointing.get(_plain(stray.arn), ())):
        yield service, POINTS, f"It is named by {_of(service, name)}."
    for name in sorted(stray.names):
        owners = known.named.get(name, set())
        if len(owners) == 1:
            (service,) = owners
            yield service, POINTS, f"It names {_of(service, name)}."


def _of(service: str, name: str) -> str:
    return service if name == service else f"{name} of {service}"


def _by_place(stray: Clues, known: Known) -> Iterator[tuple[str, float, str]]:
    """A stack or a network says something only while few services share it."""
    for service in sorted(known.stacks.get(stray.stack, ())) if stray.stack else ():
        yield service, SAME_STACK / len(known.stacks[stray.stack]), f"It is in the stack {stray.stack} of {service}."
    users = known.networks.get(stray.network, set()) if stray.network else set()
    if len(users) == 1:
        (service,) = users
        yield service, SAME_NETWORK, f"It is in the network {stray.network}, which only {service} uses."


def _by_name(stray: Clues, known: Known) -> Iterator[tuple[str, float, str]]:
    mine, words = _padded(stray.name), _words(stray.name)
    for service in known.same.get(mine, ()):
        yield service, SAME_NAME, "It has the name of the service."
    for service in sorted({service for word in words for service in known.by_word.get(word, ())}):
        theirs, both = known.words[service], words & known.words[service]
        if known.padded[service] == mine:
            continue
        if known.padded[service] in mine:
            yield service, NAME_INSIDE, "The name of the service is part of its name."
        else:
            share = sum(1 / len(known.by_word[word]) for word in both) / len(theirs)
            yield service, WORDS_SHARED * min(1.0, share), f"Both names hold {', '.join(sorted(both))}."


def _padded(name: str) -> str:
    """The last part of the name with one hyphen before, between and after its words: -audit-log-archive-."""
    return f"-{'-'.join(re.findall(r'[a-z0-9]+', name.rpartition('/')[2].lower()))}-"


def _words(name: str) -> frozenset[str]:
    """The telling words of a name; a final s does not count: exports and export are one word."""
    parts = re.findall(r"[a-z]+|[0-9]+", re.sub(r"([a-z])([A-Z])", r"\1-\2", name).lower())
    return frozenset(part.rstrip("s") for part in parts if part not in COMMON and len(part) > 2)
