"""One service brought up to date in memory: its facts are replayed from the last evaluation until now.

Every instant at which a fact, a check or the clock may have changed something is judged by itself, so the stored intervals
begin when the evidence changed, not when a worker came by, and equal a recomputation from the stored facts.
"""

from __future__ import annotations

from datetime import datetime

from scorecards.book import EXPLAINED, Book, Open, digest_of
from scorecards.causes import Change, explain_change, summary
from scorecards.engine.check import Check, judge, reason
from scorecards.engine.evidence import Evidence, Snapshot
from scorecards.engine.scoring import Judged, Score, score_service
from scorecards.models import RULE, SERVICE, CheckVersion, ScorePoint
from scorecards.timeline import Rulebook, Timeline, compiled, next_due, stamp
from services.models import Entity

#: More instants than this between two evaluations are a flood: the first ones are replayed, the rest is judged at once.
INSTANTS = 60


def replay(book: Book, timeline: Timeline, rules: Rulebook, since: datetime | None, now: datetime) -> None:
    """Judge the service at every instant after `since` (None: never evaluated) and at `now`; fills the book."""
    previous: dict[str, Evidence] = dict(timeline.at(since).evidence) if since else {}
    touched = timeline.touched(since)
    clock, steps = since, 0
    while clock is not None and steps < INSTANTS:
        upcoming = _next_instant(timeline, rules, clock, now)
        if upcoming is None or upcoming >= now:
            break
        previous = _judge_at(book, timeline.at(upcoming), rules, upcoming, previous, frozenset())
        clock, steps = upcoming, steps + 1
    snapshot = timeline.at(now)
    _judge_at(book, snapshot, rules, now, previous, touched)
    book.next_due = next_due((compiled(version) for version in rules.at(now).values()), snapshot)


def _next_instant(timeline: Timeline, rules: Rulebook, clock: datetime, now: datetime) -> datetime | None:
    moments = timeline.instants(clock, now) | rules.instants(clock, now)
    timed = [check for check in map(compiled, rules.at(clock).values()) if check.timed]
    due = next_due(timed, timeline.at(clock)) if timed else None
    if due is not None and clock < due <= now:
        moments.add(due)
    return min(moments, default=None)


def _judge_at(
    book: Book, snapshot: Snapshot, rules: Rulebook, when: datetime, previous: dict[str, Evidence],
    touched: frozenset[str],
) -> dict[str, Evidence]:  # fmt: skip
    """Judge every check; `touched` are facts that changed, whose failing checks may have a new reason."""
    versions = rules.at(when)
    gone = [name for name in book.results if name not in versions]
    changes = [_withdrawn(rules, name, book.close_result(name, when)) for name in gone]
    for version in versions.values():
        check = compiled(version)
        state, row = judge(check, snapshot), book.results.get(check.id)
        if row is not None and row.state == state and row.version == version.pk:
            if state in EXPLAINED and not check.keys.isdisjoint(touched):
                _refresh(book, version, check, snapshot, when, previous, row)
            continue
        changes.append(_change(book, version, check, state, snapshot, when, previous))
    if changes or not book.points:
        _score(book, versions, when, changes)
    return dict(snapshot.evidence)


def _change(
    book: Book, version: CheckVersion, check: Check, state: str, snapshot: Snapshot, when: datetime,
    previous: dict[str, Evidence],
) -> Change:  # fmt: skip
    row = book.close_result(check.id, when)
    rule = ""
    if row is not None and row.version != version.pk:
        rule = f"the rule changed to version {version.version}"
    elif row is None and book.points:
        rule = "a new check" if version.version == 1 else "the check is back"
    why = reason(check, snapshot, state)
    before, since = (row.state, stamp(row.valid_from)) if row else ("", 0.0)
    change = explain_change(check, before, state, since, why, snapshot, previous, rule)
    book.open_result(version, state, why, when, change)
    return change


def _refresh(
    book: Book, version: CheckVersion, check: Check, snapshot: Snapshot, when: datetime,
    previous: dict[str, Evidence], row: Open,
) -> None:  # fmt: skip
    """A new interval for the same state when its reason is another one: other resources fail now."""
    why = reason(check, snapshot, row.state)
    if digest_of(why) == row.digest:
        return
    book.close_result(check.id, when)
    change = explain_change(check, row.state, row.state, stamp(row.valid_from), why, snapshot, previous, "")
    book.open_result(version, row.state, why, when, change)


def _withdrawn(rules: Rulebook, name: str, row: Open | None) -> Change:
    version = next((version for version in rules.versions if row and version.pk == row.version), None)
    title, pillar, weight = (version.title, version.pillar, version.weight) if version else (name, "", 1)
    return Change(name, title, pillar, weight, row.state if row else "", "", RULE, text="the rule was withdrawn")


def judged(results: dict[str, Open], versions: dict[str, CheckVersion]) -> list[Judged]:
    """Standing results as the scoring wants them."""
    found = []
    for name, row in results.items():
        check = compiled(versions[name])
        found.append(Judged(name, check.pillar, check.weight, check.level, row.state, check.effort))
    return found


def _score(book: Book, versions: dict[str, CheckVersion], when: datetime, changes: list[Change]) -> None:
    scores = score_service(judged(book.results, versions), ())
    for pillar in {*scores, *book.points}:
        score = scores.get(pillar)
        row = book.points.get(pillar)
        if score is None or not score.applicable:
            book.drop_point(pillar, when)
            continue
        if row is not None and (row.score, row.level, row.confidence) == (score.score, score.level, score.confidence):
            continue
        mine = [change for change in changes if pillar in ("overall", change.pillar)]
        book.close_point(pillar, when)
        book.open_point(_point(book.entity, score, row, when, mine))


def _point(entity: Entity, score: Score, row: ScorePoint | None, when: datetime, changes: list[Change]) -> ScorePoint:
    heaviest = sorted(changes, key=lambda change: -change.weight)
    point = ScorePoint(
        scope_type=SERVICE, scope_ref=entity.ref, entity=entity, pillar=score.pillar, score=score.score,
        level=score.level, confidence=score.confidence, valid_from=when,
        cause_detail=[change.as_json() for change in heaviest[:10]] if row is not None else [],
    ).follow(row)  # fmt: skip
    point.cause, point.cause_text = summary(changes, point.delta or 0.0)
    return point
