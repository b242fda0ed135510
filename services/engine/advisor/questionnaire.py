"""The questions of the advisor, what may be answered, and the check of answers that come from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

WIRE_FAMILIES = {
    "postgresql": "relational", "mysql": "relational", "oracle": "relational", "sqlserver": "relational",
    "redis": "in-memory", "memcached": "in-memory", "mongodb": "document", "cassandra": "wide-column",
    "gremlin": "graph", "influxdb": "time-series", "opensearch": "search", "dynamodb": "key-value",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One question. `kind` is choice, number or yes; numbers lie between `low` and `high` in `unit`."""

    name: str
    text: str
    group: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    low: float = 0
    high: float = 1e15
    help: str = ""


@dataclass(frozen=True)
class Answers:
    """How a service uses its data; None is a question that nobody has answered and gives no points."""

    access_patterns: str | None = None
    adhoc_queries: str | None = None
    relationship_depth: float | None = None
    analytics_share: float | None = None
    multi_entity_transactions: bool | None = None
    data_size_gb: float | None = None
    peak_writes_s: float | None = None
    peak_reads_s: float | None = None
    multi_region_writes: bool | None = None
    p99_ms: float | None = None
    concurrent_requests_s: float | None = None
    time_ordered_append: bool | None = None
    full_text: bool | None = None
    flexible_documents: bool | None = None
    durable: bool | None = None
    consistency: str | None = None
    wire_compat: str | None = None
    item_kb: float | None = None
    stale_s: float | None = None

    @property
    def answered(self) -> float:
        """Share of the questions that have an answer, 0 to 1."""
        values = [getattr(self, field.name) for field in fields(self)]
        return sum(value is not None for value in values) / len(values)


class Invalid(ValueError):
    """Answers that cannot be taken: `problems` by the name of the question, each with its remedy."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))
        self.problems = dict(problems)


def _choice(name: str, text: str, group: str, *choices: tuple[str, str], help: str = "") -> Question:
    return Question(name, text, group, "choice", choices, help=help)


def _number(name: str, text: str, group: str, unit: str, high: float, help: str = "") -> Question:
    return Question(name, text, group, "number", unit=unit, high=high, help=help)


def _yes(name: str, text: str, group: str, help: str = "") -> Question:
    return Question(name, text, group, "yes", help=help)


ASK, SIZE, SPEED, SHAPE = "What is asked", "How much", "How fast", "What it looks like"
QUESTIONS = (
    _choice("access_patterns", "Are the ways to ask for the data known?", ASK,
            ("known", "Known: written down, and they stay"), ("partly", "Partly"), ("unknown", "Unknown")),
    _choice("adhoc_queries", "Do people ask questions that nobody planned?", ASK,
            ("none", "None"), ("some", "Some"), ("heavy", "Many, and heavy ones")),
    _number("relationship_depth", "How many relationships does a question follow?", ASK, "hops", 100,
            "A customer's orders is 1, friends of friends is 2."),
    _number("analytics_share", "Which share of the load adds up many rows?", ASK, "a share from 0 to 1", 1),
    _yes("multi_entity_transactions", "Must several entities change together or not at all?", ASK),
    _yes("full_text", "Is text searched by words, with ranking?", ASK),
    _number("data_size_gb", "How much data in two years?", SIZE, "GB", 1e9),
    _number("peak_writes_s", "How many writes a second at the peak?", SIZE, "per second", 1e9),
    _number("peak_reads_s", "How many reads a second at the peak?", SIZE, "per second", 1e9),
    _number("concurrent_requests_s", "How many requests a second come at the same time?", SIZE, "per second", 1e9),
    _yes("multi_region_writes", "Must it be written in several Regions?", SIZE),
    _number("p99_ms", "How fast must 99 of 100 answers be?", SPEED, "ms", 3.6e6),
    _number("stale_s", "How old may an answer be?", SPEED, "s", 1e7, "0 where every read must see the last write."),
    _choice("consistency", "Must a read in any Region see the last write?", SPEED,
            ("eventual", "No, soon is enough"), ("strong", "Yes, at once")),
    _yes("durable", "Must nothing be lost when a node fails?", SPEED),
    _yes("time_ordered_append", "Is data added in the order of time and hardly ever changed?", SHAPE),
    _yes("flexible_documents", "Are items nested documents whose fields differ?", SHAPE),
    _number("item_kb", "How large is the largest item?", SHAPE, "KB", 1e7),
    _choice("wire_compat", "Must existing clients go on speaking one protocol?", SHAPE,
            ("none", "No"), *((name, name) for name in WIRE_FAMILIES)),
)  # fmt: skip
BY_NAME = {question.name: question for question in QUESTIONS}


def read(given: Mapping[str, Any]) -> Answers:
    """Answers from a JSON object or a form; a missing or null entry is no answer. Raises Invalid."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, value in given.items():
        question = BY_NAME.get(name)
        if question is None:
            problems[name[:60]] = f"There is no such question. Use {', '.join(BY_NAME)}."
        elif value is not None:
            problem = _problem(question, value)
            if problem:
                problems[name] = problem
            else:
                values[name] = float(value) if question.kind == "number" else value
    if problems:
        raise Invalid(problems)
    return Answers(**values)


def _problem(question: Question, value: Any) -> str:
    """What is wrong with an answer, in one sentence with the remedy; "" where nothing is."""
    if question.kind == "yes":
        return "" if isinstance(value, bool) else "Answer true or false."
    if question.kind == "choice":
        allowed = [key for key, _ in question.choices]
        return "" if isinstance(value, str) and value in allowed else f"Use one of {', '.join(allowed)}."
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return f"Give a number ({question.unit})."
    if not question.low <= value <= question.high:
        return f"Give a number from {question.low:g} to {question.high:g} ({question.unit})."
    return ""
