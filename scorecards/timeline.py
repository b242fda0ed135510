"""A service's facts and the checks in force, over time, as the engine wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scorecards.engine.check import Check, compile_check, next_change
from scorecards.engine.evidence import Evidence, Snapshot
from scorecards.models import CheckVersion, Waiver
from services.facts import FactView
from services.models import Fact

_compiled: dict[str, Check] = {}


def compiled(version: CheckVersion) -> Check:
    """The check of an (immutable) version, compiled once per process; the hash covers the check's id."""
    found = _compiled.get(version.sha)
    if found is None:
        found = _compiled[version.sha] = compile_check(version.definition)
    return found


def stamp(moment: datetime) -> float:
    """Seconds since the epoch; `moment_of` gives back the same microsecond."""
    return moment.timestamp()


def moment_of(stamp_: float) -> datetime:
    """The aware UTC instant of a stamp."""
    return datetime.fromtimestamp(stamp_, UTC)


def evidence_of(fact: Fact | FactView) -> Evidence:
    """A stored fact as the engine sees it."""
    return Evidence(
        key=fact.key,
        value=fact.value,
        observed_at=stamp(fact.observed_at),
        source=fact.source,
        expires_at=stamp(fact.expires_at) if fact.expires_at else None,
        url=fact.url,
        changed_at=stamp(fact.valid_from),
    )


def snapshot_of(facts: Mapping[str, FactView], when: datetime) -> Snapshot:
    """The snapshot of facts as `services.facts` hands them out."""
    return Snapshot({key: evidence_of(fact) for key, fact in facts.items()}, stamp(when))


def waivers_by_check(waivers: Iterable[Waiver], when: datetime) -> dict[str, Waiver]:
    """Those in force at an instant, by check; of two for one check the one that lasts longer."""
    found: dict[str, Waiver] = {}
    for waiver in waivers:
        if waiver.began_at is None or waiver.ended_at is None or not waiver.began_at <= when < waiver.ended_at:
            continue
        other = found.get(waiver.check_key)
        if other is None or other.ended_at is None or other.ended_at < waiver.ended_at:
            found[waiver.check_key] = waiver
    return found


@dataclass(slots=True)
class Timeline:
    """The facts and waivers of one service, open ones and those closed lately."""

    facts: list[Fact] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)

    def at(self, when: datetime) -> Snapshot:
        """The facts that stood at an instant."""
        standing = (
            fact for fact in self.facts if fact.valid_from <= when and (fact.valid_to is None or fact.valid_to > when)
        )
        return Snapshot({fact.key: evidence_of(fact) for fact in standing}, stamp(when))

    def waived(self, when: datetime) -> dict[str, Waiver]:
        """The waivers in force at an instant, by check."""
        return waivers_by_check(self.waivers, when)

    def touched(self, since: datetime | None, now: datetime) -> frozenset[str]:
        """The keys of facts that came, went or expired after `since` and up to `now`."""
        return frozenset(
            fact.key
            for fact in self.facts
            if since is None
            or fact.valid_from > since
            or (fact.valid_to is not None and fact.valid_to > since)
            or (fact.expires_at is not None and since < fact.expires_at <= now)
        )

    def instants(self, since: datetime, now: datetime) -> set[datetime]:
        """When a fact came, went or expired, or a waiver began or ended, after `since` and up to `now`."""
        moments = {moment for fact in self.facts for moment in (fact.valid_from, fact.valid_to, fact.expires_at)}
        moments |= {moment for waiver in self.waivers for moment in (waiver.began_at, waiver.ended_at)}
        return {moment for moment in moments if moment is not None and since < moment <= now}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All versions of checks that matter for a run, and a digest of those in force."""

    versions: Sequence[CheckVersion]
    digest: str
    _found: dict[datetime, dict[str, CheckVersion]] = field(default_factory=dict)

    def at(self, when: datetime) -> dict[str, CheckVersion]:
        """The versions in force at an instant, by check id."""
        if when not in self._found:
            self._found[when] = {
                version.check_id: version
                for version in self.versions
                if version.valid_from <= when and (version.valid_to is None or version.valid_to > when)
            }
        return self._found[when]

    def instants(self, since: datetime, now: datetime) -> set[datetime]:
        """When a check came, changed or went, after `since` and up to `now`."""
        moments = {moment for version in self.versions for moment in (version.valid_from, version.valid_to) if moment}
        return {moment for moment in moments if since < moment <= now}


#: A fact that is too old for a check may be seen again with the same value, which moves no mark: look again this often.
LOOK_AGAIN = 60.0


def next_due(checks: Iterable[Check], snapshot: Snapshot, ends: Iterable[datetime] = ()) -> datetime | None:
    """When time alone may change one of these checks next, or None; `ends` are when waivers in force end."""
    now = snapshot.now
    moments = [stamp(moment) for moment in ends]
    moments += [item.expires_at for item in snapshot.evidence.values() if item.expires_at and item.expires_at > now]
    for check in checks:
        if not check.timed:
            continue
        moment = next_change(check, snapshot)
        if moment is not None:
            moments.append(moment)
        used = [snapshot.evidence[key] for key in check.keys if key in snapshot.evidence]
        if any(item.fresh(now) and not item.fresh(now, check.max_age) for item in used):
            moments.append(now + LOOK_AGAIN)
    return moment_of(min(moments)) if moments else None
