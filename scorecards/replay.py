"""One service brought up to date in memory: its facts are replayed from the last evaluation until now.

Every instant at which a fact, a check or the clock may have changed something is judged by itself, so the stored intervals
begin when the evidence changed, not when a worker came by, and equal a recomputation from the stored facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scorecards.causes import Change, explain_change, summary
from scorecards.engine.check import PASS, judge, reason
from scorecards.engine.evidence import Evidence, Snapshot
from scorecards.engine.scoring import Judged, Score, score_service
from scorecards.models import SERVICE, CheckResult, CheckVersion, ScorePoint
from scorecards.timeline import Rulebook, Timeline, compiled, next_due, stamp
from services.models import Entity

#: More instants than this between two evaluations are a flood: the first ones are replayed, the rest is judged at once.
INSTANTS = 60


@dataclass(slots=True)
class Book:
    """What stands for one service and what a replay adds. Rows without a primary key are new."""

    entity: Entity
    results: dict[str, CheckResult] = field(default_factory=dict)
    points: dict[str, ScorePoint] = field(default_factory=dict)
    closed: list[CheckResult | ScorePoint] = field(default_factory=list)
    new_results: list[CheckResult] = field(default_factory=list)
    new_points: list[ScorePoint] = field(default_factory=list)
    next_due: datetime | None = None

    def close(self, row: CheckResult | ScorePoint, when: datetime) -> None:
        """End a row. One that began at this very instant never held, so it leaves no trace."""
        row.valid_to = when
        if not row._state.adding:
            self.closed.append(row)
        elif row.valid_from == when and isinstance(row, CheckResult):
            self.new_results.remove(row)
        elif row.valid_from == when and isinstance(row, ScorePoint):
            self.new_points.remove(row)


def replay(book: Book, timeline: Timeline, rules: Rulebook, since: datetime | None, now: datetime) -> None:
    """Judge the service at every instant after `since` (None: never evaluated) and at `now`; fills the book."""
    previous: dict[str, Evidence] = dict(timeline.at(since).evidence) if since else {}
    clock, steps = since, 0
    while clock is not None and steps < INSTANTS:
        upcoming = _next_instant(timeline, rules, clock, now)
        if upcoming is None or upcoming >= now:
            break
        previous = _judge_at(book, timeline.at(upcoming), rules, upcoming, previous, refresh=False)
        clock, steps = upcoming, steps + 1
    snapshot = timeline.at(now)
    _judge_at(book, snapshot, rules, now, previous, refresh=True)
    book.next_due = next_due((compiled(version) for version in rules.at(now).values()), snapshot)


def _next_instant(timeline: Timeline, rules: Rulebook, clock: datetime, now: datetime) -> datetime | None:
    moments = timeline.instants(clock, now) | rules.instants(clock, now)
    timed = [check for check in map(compiled, rules.at(clock).values()) if check.timed]
    due = next_due(timed, timeline.at(clock)) if timed else None
    if due is not None and clock < due <= now:
        moments.add(due)
    return min(moments, default=None)


def _judge_at(
    book: Book, snapshot: Snapshot, rules: Rulebook, when: datetime, previous: dict[str, Evidence], *, refresh: bool
) -> dict[str, Evidence]:
    versions = rules.at(when)
    changes: list[Change] = []
    for name in [name for name in book.results if name not in versions]:
        row = book.results.pop(name)
        book.close(row, when)
        changes.append(_ended(row))
    for name, version in versions.items():
        change = _judge_check(book, version, snapshot, when, previous, name, refresh=refresh)
        if change is not None:
            changes.append(change)
    if changes or not book.points:
        _score(book, versions, when, changes)
    return dict(snapshot.evidence)


def _judge_check(
    book: Book, version: CheckVersion, snapshot: Snapshot, when: datetime, previous: dict[str, Evidence], name: str,
    *, refresh: bool,
) -> Change | None:  # fmt: skip
    """Judge one check and write what changed; the change, unless the state and the rule stayed the same."""
    check = compiled(version)
    state = judge(check, snapshot)
    row = book.results.get(name)
    same = row is not None and row.state == state and row.check_version_id == version.pk
    if same and (not refresh or state == PASS):
        return None
    why = reason(check, snapshot, state)
    if same and row is not None and row.reason == why:
        return None
    rule = ""
    if row is not None and row.check_version_id != version.pk:
        rule = f"the rule changed to version {version.version}"
    elif row is None and book.points:
        rule = "a new check" if version.version == 1 else "the check is back"
    change = explain_change(
        check, row.state if row else "", state, stamp(row.valid_from) if row else 0.0, why, snapshot, previous, rule
    )
    if row is not None:
        book.close(row, when)
    book.results[name] = CheckResult(
        entity=book.entity, check_version=version, check_key=name, state=state, reason=why,
        valid_from=when, cause=change.cause, cause_detail=change.as_json(),
    )  # fmt: skip
    book.new_results.append(book.results[name])
    return None if same else change


def _ended(row: CheckResult) -> Change:
    detail: dict[str, Any] = row.cause_detail
    return Change(
        row.check_key, detail.get("title", row.check_key), detail.get("pillar", ""), detail.get("weight", 1),
        row.state, "", "rule", text="the rule was withdrawn",
    )  # fmt: skip


def judged(results: dict[str, CheckResult], versions: dict[str, CheckVersion]) -> list[Judged]:
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
            if row is not None:
                book.close(book.points.pop(pillar), when)
            continue
        if row is not None and (row.score, row.level, row.confidence) == (score.score, score.level, score.confidence):
            continue
        mine = [change for change in changes if pillar in ("overall", change.pillar)]
        if row is not None:
            book.close(row, when)
        book.points[pillar] = point = _point(book.entity, score, row, when, mine)
        book.new_points.append(point)


def _point(entity: Entity, score: Score, row: ScorePoint | None, when: datetime, changes: list[Change]) -> ScorePoint:
    cause, text = summary(changes)
    heaviest = sorted(changes, key=lambda change: -change.weight)
    return ScorePoint(
        scope_type=SERVICE, scope_ref=entity.ref, entity=entity, pillar=score.pillar, score=score.score,
        level=score.level, confidence=score.confidence, valid_from=when, cause=cause, cause_text=text,
        cause_detail=[change.as_json() for change in heaviest[:10]] if row is not None else [],
    ).follow(row)  # fmt: skip
