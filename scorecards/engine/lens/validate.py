"""The rules of AWS's custom-lens format ("Lens format specification" in the user guide of the AWS WA Tool).

Every finding has the path of what it is about. Errors are what AWS would refuse; what it tolerates is a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scorecards.engine.lens.document import HELPFUL, HIGH, MEDIUM, NO_RISK, NONE_SUFFIX, PLAN, SCHEMA
from scorecards.engine.lens.grammar import DEFAULT, Condition, ConditionError, parse
from scorecards.engine.lens.problems import LONG_TEXT, TEXT, Findings, spelled, within

PILLARS, QUESTIONS, CHOICES, RULES, RESOURCES, CONTENTS = 10, 20, 15, 3, 2, 5
RISKS = (HIGH, MEDIUM, NO_RISK)
TYPES = (HELPFUL, PLAN)


def validate(document: Any) -> Findings:
    """All findings about a lens document; it may be built where there are no errors."""
    found = Findings()
    lens = found.mapping(document, "", ("schemaVersion", "name", "description", "pillars"))
    if lens is None:
        return found
    if lens.get("schemaVersion") != SCHEMA:
        found.wrong("schemaVersion", f"{spelled(lens.get('schemaVersion'))}: the version of the format is “{SCHEMA}”.")
    found.text(lens, "name", "", TEXT)
    found.text(lens, "description", "", LONG_TEXT)
    pillars: dict[str, str] = {}
    questions: dict[str, str] = {}
    for number, data in enumerate(found.items(lens, "pillars", "", PILLARS)):
        _pillar(found, data, within("pillars", number), pillars, questions)
    return found


def _pillar(found: Findings, data: Any, path: str, pillars: dict[str, str], questions: dict[str, str]) -> None:
    pillar = found.mapping(data, path, ("id", "name", "questions"))
    if pillar is None:
        return
    found.short_id(found.identifier(pillar, path, pillars), path)
    found.text(pillar, "name", path, TEXT)
    for number, question in enumerate(found.items(pillar, "questions", path, QUESTIONS)):
        _question(found, question, within(within(path, "questions"), number), questions)


def _question(found: Findings, data: Any, path: str, questions: dict[str, str]) -> None:
    known = ("id", "title", "description", "helpfulResource", "choices", "riskRules")
    question = found.mapping(data, path, known)
    if question is None:
        return
    found.identifier(question, path, questions)
    found.text(question, "title", path, TEXT)
    found.text(question, "description", path, LONG_TEXT, optional=True)
    found.link(question, "helpfulResource", path)
    choices: dict[str, str] = {}
    for number, choice in enumerate(found.items(question, "choices", path, CHOICES)):
        _choice(found, choice, within(within(path, "choices"), number), choices)
    _rules(found, question, path, choices)


def _choice(found: Findings, data: Any, path: str, choices: dict[str, str]) -> None:
    known = ("id", "title", "helpfulResource", "improvementPlan", "additionalResources")
    choice = found.mapping(data, path, known)
    if choice is None:
        return
    others = [name for name in choices if name.endswith(NONE_SUFFIX)]
    name = found.identifier(choice, path, choices)
    found.short_id(name, path)
    if name == DEFAULT:
        found.wrong(within(path, "id"), "“default” is a word of the conditions: use another id.")
    if name.endswith(NONE_SUFFIX) and others:
        found.odd(within(path, "id"), f"{others[0]!r} means “none of these” already.")
    found.text(choice, "title", path, TEXT)
    found.link(choice, "helpfulResource", path)
    found.link(choice, "improvementPlan", path, optional=str(choice.get("id")).endswith(NONE_SUFFIX))
    if "additionalResources" in choice:
        _resources(found, choice, path)


def _resources(found: Findings, choice: Mapping[str, Any], path: str) -> None:
    if choice["additionalResources"] == []:
        return
    seen: dict[str, str] = {}
    for number, data in enumerate(found.items(choice, "additionalResources", path, RESOURCES)):
        where = within(within(path, "additionalResources"), number)
        resource = found.mapping(data, where, ("type", "content"))
        if resource is None:
            continue
        kind = resource.get("type")
        if kind not in TYPES:
            found.wrong(within(where, "type"), f"{spelled(kind)}: the type is {' or '.join(TYPES)}.")
        elif kind in seen:
            found.wrong(within(where, "type"), f"{kind} stands at {seen[kind]} already: put the contents together.")
        else:
            seen[kind] = where
        for position, content in enumerate(found.items(resource, "content", where, CONTENTS)):
            found.content(content, within(within(where, "content"), position))


def _rules(found: Findings, question: Mapping[str, Any], path: str, choices: Mapping[str, str]) -> None:
    where = within(path, "riskRules")
    risks: dict[str, int] = {}
    default: int | None = None
    every = found.items(question, "riskRules", path, RULES)
    for number, data in enumerate(every):
        rule = found.mapping(data, within(where, number), ("condition", "risk"))
        if rule is None:
            continue
        _risk(found, rule.get("risk"), within(within(where, number), "risk"), risks, number)
        condition = _condition(found, rule, within(where, number), choices)
        if condition is None or not condition.default:
            continue
        if default is not None:
            found.wrong(within(within(where, number), "condition"), "“default” stands twice: one rule is the default.")
        default = number if default is None else default
    if every and default is None:
        found.wrong(where, "No rule has the condition “default”: say which risk holds where no other rule is true.")
    elif default is not None and default < len(every) - 1:
        found.odd(within(where, default), "The rules after “default” are never reached: the first true rule decides.")


def _risk(found: Findings, risk: Any, path: str, risks: dict[str, int], number: int) -> None:
    if not isinstance(risk, str) or risk not in RISKS:
        found.wrong(path, f"{spelled(risk)}: a risk is {', '.join(RISKS)}.")
    elif risk in risks:
        found.wrong(path, f"{risk} has a rule already (riskRules[{risks[risk]}]): join the conditions with ||.")
    else:
        risks[risk] = number


def _condition(found: Findings, rule: Mapping[str, Any], path: str, choices: Mapping[str, str]) -> Condition | None:
    where, text = within(path, "condition"), rule.get("condition")
    if not isinstance(text, str):
        found.wrong(
            where, "The condition is missing." if "condition" not in rule else f"{spelled(text)} is not a text."
        )
        return None
    try:
        condition = parse(text)
    except ConditionError as error:
        found.wrong(where, str(error))
        return None
    for name in sorted(condition.choices - choices.keys()):
        found.wrong(where, f"{name[:60]!r} is no choice of this question.")
    return condition
