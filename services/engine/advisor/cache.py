"""Whether a cache before the database pays. It is a question of its own, whatever the family."""

from __future__ import annotations

from dataclasses import dataclass

from services.engine.advisor.questionnaire import Answers

RATIO = 10
LONGEST_NEGATIVE_S = 30.0


@dataclass(frozen=True)
class CacheAdvice:
    """`state` is advised, has, no or unknown; the times to live in seconds are 0 where no cache is advised."""

    state: str
    words: str
    ttl_s: float = 0
    negative_ttl_s: float = 0


def cache_advice(answers: Answers, cached: bool) -> CacheAdvice:
    """Cache-aside where reads are ten times the writes and an answer may be old; what is not there is cached too.

    A negative answer lives a tenth of the time of a positive one and 30 s at most: what was missing may be made.
    """
    reads, writes, stale = answers.peak_reads_s, answers.peak_writes_s, answers.stale_s
    if reads is None or writes is None or stale is None:
        return CacheAdvice("unknown", "Say how often it is read and written and how old an answer may be.")
    if stale <= 0:
        return CacheAdvice("no", "Every read must see the last write: a cache would break that.")
    ratio = reads / writes if writes else float("inf")
    if ratio < RATIO:
        return CacheAdvice("no", f"It is read only {ratio:.2g} times as often as written: a cache would seldom be hit.")
    times = f"{ratio:,.0f} times as often as written" if writes else "and never written"
    how = "Cache-aside, with the answers “there is no such thing” cached too."
    state = "has" if cached else "advised"
    words = f"It is read {times} and an answer may be {stale:,g} s old. {how}"
    return CacheAdvice(state, words, stale, round(max(1.0, min(LONGEST_NEGATIVE_S, stale / 10)), 1))
