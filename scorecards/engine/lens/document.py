"""A lens as it is worked with: pillars, questions, choices and rules, built from a document that has passed validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scorecards.engine.lens.grammar import Condition, parse

SCHEMA = "2021-11-01"
HELPFUL, PLAN = "HELPFUL_RESOURCE", "IMPROVEMENT_PLAN"
NONE_SUFFIX = "_no"
HIGH, MEDIUM, NO_RISK = "HIGH_RISK", "MEDIUM_RISK", "NO_RISK"


@dataclass(frozen=True, slots=True)
class Link:
    """A text with an address, which may be empty."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One best practice, or "none of these" where its id ends in `_no`."""

    id: str
    title: str
    help: Link | None
    plan: Link | None
    more_help: tuple[Link, ...] = ()
    more_plan: tuple[Link, ...] = ()

    @property
    def none_of_these(self) -> bool:
        """Whether it excludes every other choice."""
        return self.id.endswith(NONE_SUFFIX)


@dataclass(frozen=True, slots=True)
class Rule:
    """A risk that a condition leads to."""

    condition: Condition
    risk: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question; the first of its rules that is true decides."""

    id: str
    title: str
    description: str
    help: Link | None
    choices: tuple[Choice, ...]
    rules: tuple[Rule, ...]

    def choice(self, choice_id: str) -> Choice | None:
        """The choice with this id."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)

    @property
    def choice_ids(self) -> tuple[str, ...]:
        """Ids of the choices, in their order."""
        return tuple(choice.id for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Pillar:
    """A pillar with its questions."""

    id: str
    name: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Lens:
    """A whole lens."""

    name: str
    description: str
    pillars: tuple[Pillar, ...]

    def questions(self) -> Iterator[tuple[Pillar, Question]]:
        """Every question with its pillar, in order."""
        return ((pillar, question) for pillar in self.pillars for question in pillar.questions)

    def question(self, question_id: str) -> tuple[Pillar, Question] | None:
        """A question by its id."""
        return next((pair for pair in self.questions() if pair[1].id == question_id), None)

    @property
    def size(self) -> int:
        """How many questions it asks."""
        return sum(len(pillar.questions) for pillar in self.pillars)


def build(document: Mapping[str, Any]) -> Lens:
    """The lens of a document without errors (see `validate`)."""
    return Lens(
        document["name"],
        document.get("description", ""),
        tuple(
            Pillar(pillar["id"], pillar["name"], tuple(map(_question, pillar["questions"])))
            for pillar in document["pillars"]
        ),
    )


def _question(data: Mapping[str, Any]) -> Question:
    return Question(
        data["id"],
        data["title"],
        data.get("description") or "",
        _link(data.get("helpfulResource")),
        tuple(map(_choice, data["choices"])),
        tuple(Rule(parse(rule["condition"]), rule["risk"]) for rule in data["riskRules"]),
    )


def _choice(data: Mapping[str, Any]) -> Choice:
    more: dict[str, tuple[Link, ...]] = {}
    for resource in data.get("additionalResources") or ():
        links = (_link(content) for content in resource.get("content") or ())
        more[resource["type"]] = more.get(resource["type"], ()) + tuple(link for link in links if link)
    return Choice(
        data["id"],
        data["title"],
        _link(data.get("helpfulResource")),
        _link(data.get("improvementPlan")),
        more.get(HELPFUL, ()),
        more.get(PLAN, ()),
    )


def _link(data: Mapping[str, Any] | None) -> Link | None:
    if not data or not (data.get("displayText") or data.get("url")):
        return None
    return Link(data.get("displayText") or data["url"], data.get("url") or "")
