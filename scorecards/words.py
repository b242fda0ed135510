"""The scorecards' words: pillars, states, and why a check stands as it does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.templatetags import wording
from scorecards.engine.check import ERROR, FAIL, NOT_APPLICABLE, PASS, PILLARS, UNKNOWN, WAIVED, WARN
from scorecards.engine.evidence import Snapshot
from scorecards.engine.scoring import LADDER, OVERALL
from scorecards.models import ScorePoint
from scorecards.timeline import moment_of
from services.facts import name_of

LABELS: dict[str, str] = {
    "operationalExcellence": "Operations",
    "security": "Security",
    "reliability": "Reliability",
    "performance": "Performance",
    "costOptimization": "Cost",
    OVERALL: "Overall",
}


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a check's state is drawn and read."""

    label: str
    kind: str
    icon: str


STATES: dict[str, StateWords] = {
    PASS: StateWords("Passing", "good", "circle-check"),
    WARN: StateWords("Passing with a warning", "fair", "alert-triangle"),
    FAIL: StateWords("Failing", "poor", "x"),
    UNKNOWN: StateWords("Unknown", "stale", "clock"),
    WAIVED: StateWords("Waived", "neutral", "hand-stop"),
    ERROR: StateWords("Could not be evaluated", "stale", "alert-triangle"),
    NOT_APPLICABLE: StateWords("Does not apply", "neutral", "circle-dashed"),
}


WAIVERS: dict[str, StateWords] = {
    "requested": StateWords("Waiting for a decision", "fair", "hourglass"),
    "approved": StateWords("In force", "neutral", "hand-stop"),
    "denied": StateWords("Denied", "poor", "x"),
    "revoked": StateWords("Revoked", "stale", "x"),
    "expired": StateWords("Expired", "stale", "clock"),
}


INITIATIVES: dict[str, StateWords] = {
    "draft": StateWords("Draft", "neutral", "pencil"),
    "scheduled": StateWords("Scheduled", "neutral", "calendar"),
    "running": StateWords("Running", "good", "player-play"),
    "late": StateWords("Late", "poor", "clock"),
    "ended": StateWords("Ended", "stale", "circle-check"),
}


def waiver_label(state: str) -> str:
    """“In force” for approved."""
    return WAIVERS[state].label


def pillar_label(pillar: str) -> str:
    """“Operations” for operationalExcellence; a pillar that a plugin brings is spelled out."""
    return LABELS.get(pillar) or "".join(f" {char.lower()}" if char.isupper() else char for char in pillar).capitalize()


def aim(level: str, pillar: str) -> str:
    """“Silver in security”, “Silver overall”."""
    where = "overall" if pillar == OVERALL else f"in {pillar_label(pillar).lower()}"
    return f"{level.capitalize()} {where}"


def pillar_order(pillar: str) -> tuple[int, str]:
    """The five in their order, then others by name."""
    return (PILLARS.index(pillar) if pillar in PILLARS else len(PILLARS), pillar)


def why(state: str, leaves: Sequence[Mapping[str, Any]], snapshot: Snapshot, now: datetime) -> str:
    """One short sentence why a check does not pass; "" when it does."""
    if state == ERROR:
        return "The rule could not be evaluated; its owner has to mend it."
    if state == WARN:
        return "It passes, but its evidence is ageing or holds a warning; renew it before it counts as unknown."
    if state == UNKNOWN:
        undecided = next((leaf for leaf in leaves if leaf.get("unknown")), None)
        return _unknown(undecided, snapshot, now) if undecided else "Nothing is known yet."
    if state == FAIL:
        failing = next((leaf for leaf in leaves if leaf["truth"] is False), None)
        return _failing(failing) if failing else ""
    return ""


def _unknown(leaf: Mapping[str, Any], snapshot: Snapshot, now: datetime) -> str:
    fact, kind = leaf["fact"], leaf["unknown"]
    item = snapshot.evidence.get(fact)
    if item is None or kind == "never observed":
        return f"Nothing has been observed yet ({name_of(fact)})."
    if kind == "expired" and item.expires_at is not None:
        return f"Evidence expired {wording.relative(moment_of(item.expires_at), now)} ({name_of(fact)})."
    if kind == "too old":
        return (
            f"Last seen {wording.relative(moment_of(item.observed_at), now)}, which is too long ago ({name_of(fact)})."
        )
    if kind == "no such field":
        return f"Nothing has been observed yet of {field_of(leaf)} ({name_of(fact)})."
    return f"{field_of(leaf).capitalize()} cannot be compared ({name_of(fact)})."


def _failing(leaf: Mapping[str, Any]) -> str:
    failing, field = leaf.get("failing"), field_of(leaf)
    # That something is wanted which is not there says itself: "access logs: checkout (no)".
    plain = leaf["wanted"] in ("is true", "is false")
    if not failing:
        found = spoken(leaf["found"])
        return f"{field.capitalize()}: {found}." if plain else f"{field}: {found}; it {should(leaf).rstrip('.')}."
    named = named_items(failing)
    rest = leaf["failing_count"] - len(failing) + max(0, len(named) - 3)
    items = f"{', '.join(named[:3])}{f' and {rest} more' if rest else ''}"
    return f"{field.capitalize()}: {items}." if plain else f"{items}: {field} {should(leaf).rstrip('.')}."


def named_items(failing: Sequence[Mapping[str, Any]]) -> list[str]:
    """“db-1 (1)”; items of the same name and finding are counted: “6 × search-api (m5.large)”."""
    counts = Counter(f"{item['name']} ({spoken(item['found'])})" for item in failing)
    return [text if number == 1 else f"{number} × {text}" for text, number in counts.items()]


def field_of(leaf: Mapping[str, Any]) -> str:
    """“backup days” for aws.rds.items[*].backup_days."""
    return str(leaf["path"]).rpartition(".")[2].replace("[*]", "").replace("_", " ")


def should(leaf: Mapping[str, Any]) -> str:
    """“should be at least 7”, from the words of the operator."""
    words = str(leaf["wanted"])
    negated = words.startswith("not: ")
    words = words.removeprefix("not: ")
    verb, _, rest = words.partition(" ")
    plain = {"is": "be", "contains": "contain", "begins": "begin"}.get(verb, verb)
    if rest.startswith("not "):
        negated, rest = not negated, rest.removeprefix("not ")
    return f"should {'not ' if negated else ''}{plain}{f' {rest}' if rest else ''}"


def spoken(value: Any) -> str:
    """A found value for people: yes, no, none, or as it is."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(spoken(item) for item in value) or "none"
    return str(value)


def movement(point: ScorePoint) -> str:
    """“Reliability fell 9 points on 21 Nov: … (fact).”, or what else moved: the level, or the evidence behind it."""
    label, when = pillar_label(point.pillar), point.valid_from
    day = f"on {when.day} {when:%b}: {point.cause_text} ({point.cause})."
    if point.delta is not None and abs(point.delta) >= 0.5:
        verb, size = "rose" if point.delta > 0 else "fell", round(abs(point.delta)) or 1
        return f"{label} {verb} {size} {'point' if size == 1 else 'points'} {day}"
    verb = "rose" if rises(point) else "fell"
    if point.level_before and point.level_before != point.level:
        return f"{label} {verb} from {point.level_before.capitalize()} to {point.level.capitalize()} {day}"
    return (
        f"Evidence of {label.lower()} {verb} from {_share(point.confidence_before)} to {_share(point.confidence)} {day}"
    )


def headline(point: ScorePoint) -> str:
    """What moved, in a word: “+9”, “Bronze → Silver, +9”, “evidence 62 % → 100 %”."""
    parts = []
    if point.level_before and point.level_before != point.level:
        parts.append(f"{point.level_before.capitalize()} → {point.level.capitalize()}")
    if point.delta is not None and abs(point.delta) >= 0.5:
        parts.append(wording.delta(math.copysign(max(abs(point.delta), 1), point.delta)))
    before = point.confidence_before
    if not parts and before is not None and before != point.confidence:
        parts.append(f"evidence {_share(before)} → {_share(point.confidence)}")
    return ", ".join(parts)


def rises(point: ScorePoint) -> bool:
    """Whether a movement is for the better: by level, which speaks loudest, else by points, else by evidence."""
    if point.level_before and point.level_before != point.level:
        return LADDER.index(point.level) > LADDER.index(point.level_before)
    if point.delta is not None and abs(point.delta) >= 0.5:
        return point.delta > 0
    return point.confidence >= (point.confidence_before or 0.0)


def _share(value: float | None) -> str:
    return f"{round(100 * (value or 0.0))}\u202f%"
