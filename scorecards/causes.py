"""Why a check's state changed, in one word and one sentence; and the sentence above a score that moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scorecards.engine.check import ERROR, FAIL, MET, NOT_APPLICABLE, PASS, UNKNOWN, WAIVED, WARN, Check
from scorecards.engine.evidence import Evidence, Snapshot
from scorecards.models import EXPIRED, FACT, RULE, SCOPE, WAIVER, Waiver
from services.facts import name_of

VERBS: dict[str, str] = {
    PASS: "now passes",
    WARN: "now passes with a warning",
    FAIL: "now fails",
    UNKNOWN: "is now unknown",
    WAIVED: "is now waived",
    NOT_APPLICABLE: "no longer applies",
    ERROR: "could not be evaluated",
}
#: A fact may carry one of these as its own sentence about what happened.
SENTENCES = ("summary", "sentence", "text")


@dataclass(frozen=True, slots=True)
class Change:
    """One check that changed. `before` is "" at the beginning and `after` is "" at the end of a check."""

    check: str
    title: str
    pillar: str
    weight: int
    before: str
    after: str
    cause: str
    fact: str = ""
    text: str = ""
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the `cause_detail` of a score that moved."""
        return asdict(self)

    def as_detail(self) -> dict[str, Any]:
        """For the row of the check itself, which names the rest; nothing at the beginning of a history."""
        if not self.before and self.cause == SCOPE:
            return {}
        return {"before": self.before, "fact": self.fact, "text": self.text, "url": self.url}

    @property
    def sentence(self) -> str:
        """As in: Experiment — zone us-east-1a experiment passed: “Proven to survive the loss of a zone” now passes."""
        verb = VERBS.get(self.after, "is no longer checked")
        said = f"“{self.title}” {verb}"
        return f"{self.text}: {said}" if self.text else said


def _told(check: Check, before: str, after: str, cause: str, text: str) -> Change:
    return Change(check.id, check.title, check.pillar, check.weight, before, after, cause, text=text)


def waiver_change(check: Check, before: str, after: str, stood_since: float, waiver: Waiver | None) -> Change | None:
    """The change where a waiver began or ended since `stood_since` (epoch seconds); None where it is not the cause."""
    began = waiver.began_at.timestamp() if waiver is not None and waiver.began_at is not None else 0.0
    if after == WAIVED and before and waiver is not None and began > stood_since:
        return _told(check, before, after, WAIVER, f"a waiver began — {waiver.reason[:120]}")
    if before == WAIVED and waiver is None and after in (FAIL, UNKNOWN, ERROR):
        return _told(check, before, after, WAIVER, "the waiver ended")
    return None


def required_change(check: Check, before: str, after: str, held: Mapping[str, Sequence[str]]) -> Change | None:
    """The change where a check lacks nothing but those that it requires; None where that is not so."""
    if not before or check.id not in held or before not in MET or after not in (FAIL, UNKNOWN):
        return None
    return _told(check, before, after, FACT, f"it requires {', '.join(held[check.id])}, which does not pass")


def explain_change(
    check: Check,
    before: str,
    after: str,
    stood_since: float,
    reason: Mapping[str, Any],
    snapshot: Snapshot,
    previous: Mapping[str, Evidence],
    rule: str,
) -> Change:
    """The change of a check from `before` to `after`; `rule` is a sentence when the definition changed at this instant.

    `stood_since` (epoch seconds) is when the state before began: a fact that is younger than it is the cause.
    """

    def change(cause: str, fact: str = "", text: str = "", url: str = "") -> Change:
        return Change(check.id, check.title, check.pillar, check.weight, before, after, cause, fact, text, url)

    if rule:
        return change(RULE, text=rule)
    if not before:
        return change(SCOPE, text="first evaluation")
    stale = next((leaf for leaf in reason.get("leaves", ()) if leaf.get("unknown") in ("expired", "too old")), None)
    if after == UNKNOWN and stale is not None:
        return change(EXPIRED, stale["fact"], f"{name_of(stale['fact'])}: no longer fresh", stale["url"])
    used = [snapshot.evidence[key] for key in check.keys if key in snapshot.evidence]
    newest = max(used, key=lambda item: item.changed_at, default=None)
    stale_by_time = newest is None or newest.changed_at < stood_since
    withdrawn = sorted(key for key in check.keys if key not in snapshot.evidence and (key in previous or stale_by_time))
    # A check that the clock can turn is taken for that, unless its fact is seen to have gone.
    if withdrawn and (not check.timed or any(key in previous for key in withdrawn)):
        return change(SCOPE if after == NOT_APPLICABLE else FACT, withdrawn[0], f"{name_of(withdrawn[0])} — withdrawn")
    if newest is None or stale_by_time:
        key = newest.key if newest else ""
        return change(
            EXPIRED, key, f"{name_of(key)} — too long ago by now" if key else "", newest.url if newest else ""
        )
    cause = SCOPE if NOT_APPLICABLE in (before, after) else FACT
    return change(cause, newest.key, _fact_text(newest, reason), newest.url)


def _fact_text(item: Evidence, reason: Mapping[str, Any]) -> str:
    said = ""
    if isinstance(item.value, dict):
        said = next((str(item.value[key])[:200] for key in SENTENCES if isinstance(item.value.get(key), str)), "")
        passed = item.value.get("passed")
        if not said and isinstance(item.value.get("title"), str) and isinstance(passed, bool):
            said = f"{item.value['title'][:180]} {'passed' if passed else 'failed'}"
    said = said or _failing(reason)
    return f"{name_of(item.key)} — {said}" if said else name_of(item.key)


def _failing(reason: Mapping[str, Any]) -> str:
    for leaf in reason.get("leaves", ()):
        if leaf.get("failing"):
            return f"{leaf['failing_count']} of {leaf['of']}: {', '.join(item['name'] for item in leaf['failing'][:3])}"
    return ""


def summary(changes: Sequence[Change], direction: float = 0.0) -> tuple[str, str]:
    """The cause and the sentence of a score that moved by `direction`; 0 when only its level or evidence did.

    The heaviest change that pulled that way speaks, the others are counted.
    """
    if not changes:
        return SCOPE, "the checks of this pillar changed"
    firsts = [change for change in changes if not change.before and change.cause == SCOPE]
    if len(firsts) == len(changes):
        return SCOPE, "first evaluation"
    heaviest = max(
        changes, key=lambda change: (_pulls(change) * direction > 0, _settles(change), change.weight, change.check)
    )
    rest = len(changes) - 1
    more = f", and {rest} more {'check' if rest == 1 else 'checks'} changed" if rest else ""
    return heaviest.cause, f"{heaviest.sentence}{more}"[:500]


def _pulls(change: Change) -> int:
    return (change.after in MET) - (change.before in MET) - (change.after == FAIL) + (change.before == FAIL)


def _settles(change: Change) -> bool:
    # What moved a score is a check that began or ceased to pass or fail; an unknown one only moves the confidence.
    return bool({change.before, change.after} & {*MET, FAIL})
