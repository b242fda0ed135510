"""The Well-Architected Tool of the embedded AWS: custom lenses, workloads, answers with risks, milestones.

Written on its own from the documents of AWS, not from the portal's engine, so that the two can be held against each other.
Where AWS publishes nothing (what `&&` beside `||` means, whether "none of these" excludes), it does the usual thing.
"""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections import Counter
from typing import Any

from .registry import Context, Refused
from .state import State

TOPIC = "wellarchitected"
RISKS = {"HIGH_RISK": "HIGH", "MEDIUM_RISK": "MEDIUM", "NO_RISK": "NONE"}
WORDS = re.compile(r"[A-Za-z0-9_]+|&&|\|\||[!()]")
Found = dict[str, Any]


def store(state: State, context: Context) -> Found:
    """Everything of one account and region: lenses by ARN, workloads by id, replies by request token."""
    kept = state.topic(TOPIC, context.account, context.region)
    for name in ("lenses", "workloads", "replies"):
        kept.setdefault(name, {})
    return kept


def missing(kind: str, name: str) -> Refused:
    """The error for what is not there."""
    return Refused("ResourceNotFoundException", f"[{kind}] {name} was not found")


def once(kept: Found, token: str, make: Any) -> Found:
    """The same token gets the same reply."""
    if token not in kept["replies"]:
        kept["replies"][token] = make()
    reply: Found = kept["replies"][token]
    return reply


def read_lens(text: str) -> Found:
    """A lens as AWS checks it on import, roughly: enough to refuse what would break the rest."""
    try:
        lens: Found = json.loads(text)
        for pillar in lens["pillars"]:
            for question in pillar["questions"]:
                names = [choice["id"] for choice in question["choices"]]
                rules = question["riskRules"]
                if not any(rule["condition"].strip() == "default" for rule in rules):
                    raise Refused("ValidationException", f"{question['id']}: no default risk rule")
                for rule in rules:
                    true(rule["condition"], set(names))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("ValidationException", f"The lens is not valid: {error!r}") from error
    return lens


def true(condition: str, selected: set[str]) -> bool:
    """Work out a condition by descent."""
    words = WORDS.findall(condition)
    place = 0

    def either() -> bool:
        nonlocal place
        value = both()
        while place < len(words) and words[place] == "||":
            place += 1
            value = both() or value
        return value

    def both() -> bool:
        nonlocal place
        value = single()
        while place < len(words) and words[place] == "&&":
            place += 1
            value = single() and value
        return value

    def single() -> bool:
        nonlocal place
        word = words[place] if place < len(words) else ""
        place += 1
        if word == "!":
            return not single()
        if word == "(":
            value = either()
            place += 1
            return value
        return word == "default" or word in selected

    return either()


def questions(lens: Found) -> list[tuple[Found, Found]]:
    """(pillar, question) in order."""
    return [(pillar, question) for pillar in lens["pillars"] for question in pillar["questions"]]


def risk(question: Found, answer: Found) -> str:
    """The first true rule decides."""
    if not answer["IsApplicable"]:
        return "NOT_APPLICABLE"
    if not answer["SelectedChoices"]:
        return "UNANSWERED"
    chosen = set(answer["SelectedChoices"])
    return next(RISKS[rule["risk"]] for rule in question["riskRules"] if true(rule["condition"], chosen))


def lens_of(kept: Found, arn: str, version: str = "") -> Found:
    """The document of a published version of a lens."""
    held = kept["lenses"].get(arn)
    if held is None:
        raise missing("LENS", arn)
    wanted = version or held["current"]
    if wanted not in held["versions"]:
        raise missing("LENS", f"{arn} {wanted or 'published'}")
    found: Found = held["versions"][wanted]
    return found


def workload(kept: Found, name: str) -> Found:
    """A workload by its id."""
    if name not in kept["workloads"]:
        raise missing("WORKLOAD", name)
    found: Found = kept["workloads"][name]
    return found


def review(kept: Found, load: Found, alias: str, milestone: int | None = None) -> tuple[Found, Found]:
    """(lens document, answers by question) of a workload under a lens, of now or of a milestone."""
    source = load
    if milestone is not None:
        taken = [row for row in load["milestones"] if row["number"] == milestone]
        if not taken:
            raise missing("MILESTONE", str(milestone))
        source = taken[0]
    if alias not in source["reviews"]:
        raise missing("LENS_REVIEW", alias)
    held = source["reviews"][alias]
    return lens_of(kept, alias, held["version"]), held["answers"]


def blank() -> Found:
    """An answer that nobody has given."""
    return {"SelectedChoices": [], "IsApplicable": True, "Notes": "", "Reason": "NONE"}


def counts(kept: Found, load: Found, alias: str, pillar: str = "") -> dict[str, int]:
    """How many questions have each risk; what does not occur is left out, as AWS does."""
    lens, answers = review(kept, load, alias)
    rated = [
        risk(one, answers.get(one["id"], blank())) for owner, one in questions(lens) if pillar in ("", owner["id"])
    ]
    return dict(Counter(rated))


def total(kept: Found, load: Found) -> dict[str, int]:
    """The counts over all lenses of a workload."""
    summed: Counter[str] = Counter()
    for alias in load["reviews"]:
        summed.update(counts(kept, load, alias))
    return dict(summed)


def freeze(state: State, load: Found, name: str) -> int:
    """Take a milestone; returns its number."""
    if any(row["name"] == name for row in load["milestones"]):
        raise Refused("ConflictException", f"A milestone named {name} exists already")
    if len(load["milestones"]) >= 100:
        raise Refused("ServiceQuotaExceededException", "A workload has at most 100 milestones")
    number = len(load["milestones"]) + 1
    frozen = {"number": number, "name": name, "at": state.now(), "reviews": copy.deepcopy(load["reviews"])}
    load["milestones"].append(frozen)
    return number


def new_id() -> str:
    """32 hexadecimal digits."""
    return uuid.uuid4().hex


def page(rows: list[Found], params: Found, most: int = 50) -> tuple[list[Found], Found]:
    """One page of rows with its NextToken."""
    start = int(params.get("NextToken") or 0)
    size = min(int(params.get("MaxResults") or most), most)
    more = {"NextToken": str(start + size)} if start + size < len(rows) else {}
    return rows[start : start + size], more
