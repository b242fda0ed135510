"""One service brought up to date in memory: its facts are replayed from the last evaluation until now.

Every instant at which a fact, a check or the clock may have changed something is judged by itself, so the stored intervals
begin when the evidence changed, not when a worker came by, and equal a recomputation from the stored facts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scorecards.book import EXPLAINED, PLAIN, Book, Open, digest_of
from scorecards.causes import Change, explain_change, required_change, summary, waiver_change
from scorecards.engine.check import Check, reason
from scorecards.engine.evidence import Evidence, Snapshot
from scorecards.engine.judging import Judgement, judge_all, scored
from scorecards.engine.scoring import Score, score_service
from scorecards.models import RULE, SERVICE, CheckVersion, EntityEvaluation, ScorePoint, Waiver
from scorecards.timeline import Rulebook, Timeline, compiled, next_due, stamp
from services.models import Entity

#: More instants than this between two evaluations are a flood: the first ones are replayed, the rest is judged at once.
INSTANTS = 60


@dataclass(frozen=True, slots=True)
class Moment:
    """All that is judged at one instant."""

    when: datetime
    snapshot: Snapshot
    versions: dict[str, CheckVersion]
    checks: dict[str, Check]
    waived: dict[str, Waiver]
    judgement: Judgement
    previous: dict[str, Evidence]

    @classmethod
    def of(cls, timeline: Timeline, rules: Rulebook, when: datetime, previous: dict[str, Evidence]) -> Moment:
        """The service as it was at an instant, judged; `previous` are the facts of the instant before."""
        snapshot, versions, waived = timeline.at(when), rules.at(when), timeline.waived(when)
        checks = {name: compiled(version) for name, version in versions.items()}
        return cls(when, snapshot, versions, checks, waived, judge_all(checks, snapshot, waived), previous)


def replay(book: Book, timeline: Timeline, rules: Rulebook, since: datetime | None, now: datetime) -> None:
    """Judge the service at every instant after `since` (None: never evaluated) and at `now`; fills the book."""
    previous: dict[str, Evidence] = dict(timeline.at(since).evidence) if since else {}
    touched = timeline.touched(since, now)
    clock, steps = since, 0
    while clock is not None and steps < INSTANTS:
        upcoming = _next_instant(timeline, rules, clock, now)
        if upcoming is None or upcoming >= now:
            break
        previous = _judge_at(book, Moment.of(timeline, rules, upcoming, previous), rules, frozenset())
        clock, steps = upcoming, steps + 1
    moment = Moment.of(timeline, rules, now, previous)
    _judge_at(book, moment, rules, touched)
    _mark(book, moment)


def quiet(book: Book, timeline: Timeline, rules: Rulebook, mark: EntityEvaluation, now: datetime) -> bool:
    """Whether nothing has changed since the evaluation of `mark`: then the book is done without what stands for the service."""
    since = mark.evaluated_at
    if mark.next_due is not None and mark.next_due <= now:
        return False
    if timeline.instants(since, now) or rules.instants(since, now):
        return False
    _mark(book, Moment.of(timeline, rules, now, {}))
    return book.states == mark.states


def _mark(book: Book, moment: Moment) -> None:
    """Note in the book where the service stands, and when time alone may change that."""
    ends = [waiver.ended_at for waiver in moment.waived.values() if waiver.ended_at is not None]
    book.next_due = next_due(moment.checks.values(), moment.snapshot, ends)
    states = moment.judgement.states
    told = "\n".join(f"{name} {version.pk} {states[name]}" for name, version in moment.versions.items())
    book.states = hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _next_instant(timeline: Timeline, rules: Rulebook, clock: datetime, now: datetime) -> datetime | None:
    moments = timeline.instants(clock, now) | rules.instants(clock, now)
    timed = [check for check in map(compiled, rules.at(clock).values()) if check.timed]
    due = next_due(timed, timeline.at(clock)) if timed else None
    if due is not None and clock < due <= now:
        moments.add(due)
    return min(moments, default=None)


def _judge_at(book: Book, moment: Moment, rules: Rulebook, touched: frozenset[str]) -> dict[str, Evidence]:
    """Write what changed; `touched` are facts that changed, whose failing checks may have a new reason."""
    gone = [name for name in book.results if name not in moment.versions]
    changes = [_withdrawn(rules, name, book.close_result(name, moment.when)) for name in gone]
    for name, version in moment.versions.items():
        check, state, row = moment.checks[name], moment.judgement.states[name], book.results.get(name)
        if row is not None and row.state == state and row.version == version.pk:
            if state in EXPLAINED and not check.keys.isdisjoint(touched):
                _refresh(book, version, check, moment, row)
            continue
        changes.append(_change(book, version, check, state, moment))
    if changes or not book.points:
        _score(book, moment, changes)
    return dict(moment.snapshot.evidence)


def _change(book: Book, version: CheckVersion, check: Check, state: str, moment: Moment) -> Change:
    row = book.close_result(check.id, moment.when)
    rule = ""
    if row is not None and row.version != version.pk:
        rule = f"the rule changed to version {version.version}"
    elif row is None and book.points:
        rule = "a new check" if version.version == 1 else "the check is back"
    why = _why(check, moment, state)
    before, since = (row.state, stamp(row.valid_from)) if row else ("", 0.0)
    told = waiver_change(check, before, state, since, moment.waived.get(check.id)) if not rule else None
    told = told or (required_change(check, before, state, moment.judgement.held) if not rule else None)
    change = told or explain_change(check, before, state, since, why, moment.snapshot, moment.previous, rule)
    book.open_result(version, state, why, moment.when, change)
    return change


def _why(check: Check, moment: Moment, state: str) -> dict[str, Any]:
    if state in PLAIN:
        return {}
    found = reason(check, moment.snapshot, state)
    held = moment.judgement.held.get(check.id)
    return {**found, "requires": list(held)} if held else found


def _refresh(book: Book, version: CheckVersion, check: Check, moment: Moment, row: Open) -> None:
    """A new interval for the same state when its reason is another one: other resources fail now."""
    why = _why(check, moment, row.state)
    if digest_of(why) == row.digest:
        return
    book.close_result(check.id, moment.when)
    began = stamp(row.valid_from)
    change = explain_change(check, row.state, row.state, began, why, moment.snapshot, moment.previous, "")
    book.open_result(version, row.state, why, moment.when, change)


def _withdrawn(rules: Rulebook, name: str, row: Open | None) -> Change:
    version = next((version for version in rules.versions if row and version.pk == row.version), None)
    title, pillar, weight = (version.title, version.pillar, version.weight) if version else (name, "", 1)
    return Change(name, title, pillar, weight, row.state if row else "", "", RULE, text="the rule was withdrawn")


def _score(book: Book, moment: Moment, changes: list[Change]) -> None:
    scores = score_service(scored(moment.checks, moment.judgement), ())
    for pillar in {*scores, *book.points}:
        score = scores.get(pillar)
        row = book.points.get(pillar)
        if score is None or not score.covered:
            book.drop_point(pillar, moment.when)
            continue
        if row is not None and _figures(row) == _figures(score):
            continue
        mine = [change for change in changes if pillar in ("overall", change.pillar)]
        book.close_point(pillar, moment.when)
        book.open_point(_point(book.entity, score, row, moment.when, mine))


def _figures(row: ScorePoint | Score) -> tuple[float | None, str, float, int, int]:
    return row.score, row.level, row.confidence, row.waived, row.waived_checks


def _point(entity: Entity, score: Score, row: ScorePoint | None, when: datetime, changes: list[Change]) -> ScorePoint:
    heaviest = sorted(changes, key=lambda change: -change.weight)
    point = ScorePoint(
        scope_type=SERVICE, scope_ref=entity.ref, entity=entity, pillar=score.pillar, score=score.score,
        level=score.level, confidence=score.confidence, waived=score.waived, waived_checks=score.waived_checks,
        valid_from=when,
        cause_detail=[change.as_json() for change in heaviest[:10]] if row is not None else [],
    ).follow(row)  # fmt: skip
    point.cause, point.cause_text = summary(changes, point.delta or 0.0)
    return point
