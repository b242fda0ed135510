"""Checks as a list with pass rates, and one check with the services that fail it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from scorecards.definitions import Fault, circle_faults, load_all
from scorecards.engine.check import FAIL, MET, STATES
from scorecards.engine.conditions import Branch, Leaf, Negation, Node
from scorecards.engine.operators import wanted
from scorecards.models import CheckResult, CheckVersion
from scorecards.models.intervals import Literal
from scorecards.queries import state_counts
from scorecards.timeline import compiled
from scorecards.words import STATES as WORDS
from scorecards.words import StateWords, field_of, named_items, pillar_label, pillar_order, spoken


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check with how many services have each state."""

    version: CheckVersion
    counts: Mapping[str, int]

    @property
    def pillar(self) -> str:
        """The pillar's label."""
        return pillar_label(self.version.pillar)

    @property
    def known(self) -> int:
        """How many services pass or fail."""
        return self._met + self.counts.get(FAIL, 0)

    @property
    def _met(self) -> int:
        return sum(self.counts.get(state, 0) for state in MET)

    @property
    def rate(self) -> float | None:
        """The share that passes of those known, 0 to 1."""
        return self._met / self.known if self.known else None

    @property
    def percent(self) -> int:
        """The rate in whole percent; 0 where nothing is known."""
        return round(100 * (self.rate or 0))


def rows(versions: Iterable[CheckVersion]) -> list[CheckLine]:
    """Lines by pillar, the worst rate first."""
    counts = state_counts()
    found = [CheckLine(version, counts.get(version.check_id, {})) for version in versions]
    return sorted(
        found, key=lambda line: (pillar_order(line.version.pillar), line.rate is None, line.rate, line.version.title)
    )


def row(version: CheckVersion) -> CheckLine:
    """One check's line."""
    mine = CheckResult.objects.standing().filter(check_key=version.check_id, entity__removed_at=None)
    counts = mine.values_list("state").order_by().annotate(number=Count("id"))
    return CheckLine(version, dict(counts))


def faults() -> list[Fault]:
    """What is wrong in the plugins' files."""
    every = load_all()
    return [*(fault for loaded in every for fault in loaded.faults), *circle_faults(every).values()]


def results(check_id: str, state: str) -> QuerySet[CheckResult]:
    """Standing results of one check, by service."""
    found = CheckResult.objects.standing().filter(check_key=check_id, entity__removed_at=None)
    wanted = Literal(FAIL) if state == FAIL else state
    return found.filter(state=wanted).select_related("entity").order_by("entity__name", "entity_id")


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service under a check."""

    result: CheckResult
    found: list[str]


def services(page: list[CheckResult]) -> list[ServiceLine]:
    """The services of a page with what was found, from the stored reasons."""
    return [ServiceLine(result, list(_found(result.reason))) for result in page]


def _found(reason: Mapping[str, Any]) -> Iterable[str]:
    for leaf in reason.get("leaves", ()):
        if leaf.get("failing"):
            named = named_items(leaf["failing"])
            rest = leaf["failing_count"] - len(leaf["failing"]) + max(0, len(named) - 4)
            yield f"{field_of(leaf)}: {', '.join(named[:4])}{f' and {rest} more' if rest else ''}"
        elif leaf.get("unknown"):
            yield f"{leaf['fact']}: {leaf['unknown']}"
        elif leaf["truth"] is False:
            yield f"{field_of(leaf)}: {spoken(leaf['found'])}"


@dataclass(frozen=True, slots=True)
class StateLink:
    """One state with its number, as a link of the check's page."""

    state: str
    words: StateWords
    number: int
    active: bool


def state_links(version: CheckVersion, chosen: str) -> list[StateLink]:
    """The states of one check's services."""
    counts = row(version).counts
    return [StateLink(state, WORDS[state], counts.get(state, 0), state == chosen) for state in STATES]


def conditions(version: CheckVersion) -> list[tuple[str, list[str]]]:
    """The rule in words: (heading, lines), deeper lines indented."""
    check = compiled(version)
    found = [("Passes when", list(_lines(check.when, 0)))]
    if check.applies is not None:
        found.insert(0, ("Applies when", list(_lines(check.applies, 0))))
    return found


def _lines(node: Node, depth: int) -> Iterable[str]:
    indent = "\u2003" * depth
    if isinstance(node, Leaf):
        which = ("some " if node.some else "every ") if node.path.quantified else ""
        yield f"{indent}{which}{node.path.text} {wanted(node.op, node.value)}"
    elif isinstance(node, Negation):
        yield f"{indent}not:"
        yield from _lines(node.part, depth + 1)
    elif isinstance(node, Branch):
        yield f"{indent}{'all' if node.every else 'any'} of:"
        for part in node.parts:
            yield from _lines(part, depth + 1)
