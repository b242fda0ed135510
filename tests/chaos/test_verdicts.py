"""The four verdicts are separate, and only all four together are a proof."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from chaos.engine.hypothesis import Outcome
from chaos.engine.verdicts import Ended, Record, judge

GOOD = Record(
    armed=True,
    applied=True,
    undone=True,
    ended=Ended.PLANNED,
    during=(Outcome.HOLDS, Outcome.HOLDS),
    after=Outcome.HOLDS,
    fault_seconds=20,
    max_seconds=60,
    recovered_after=4.0,
)


def words(record: Record) -> tuple[str, str, str, str]:
    four = judge(record)
    return four.hypothesis.word, four.fault.word, four.recovery.word, four.safety.word


def test_all_four_good_is_a_proof() -> None:
    assert judge(GOOD).passed
    assert words(GOOD) == ("held", "in place", "recovered", "kept")


def test_a_broken_hypothesis_leaves_recovery_and_safety_alone() -> None:
    assert words(dataclasses.replace(GOOD, during=(Outcome.HOLDS, Outcome.BROKEN))) == (
        "broken",
        "in place",
        "recovered",
        "kept",
    )


def test_a_missing_recovery_leaves_the_hypothesis_alone() -> None:
    assert words(dataclasses.replace(GOOD, after=Outcome.BROKEN)) == ("held", "in place", "not recovered", "kept")


def test_an_unknown_round_is_not_held() -> None:
    four = judge(dataclasses.replace(GOOD, during=(Outcome.HOLDS, Outcome.UNKNOWN)))
    assert four.hypothesis.word == "unknown"
    assert not four.passed


def test_rounds_before_the_first_data_point_say_nothing() -> None:
    four = judge(dataclasses.replace(GOOD, during=(Outcome.UNKNOWN, Outcome.HOLDS, Outcome.HOLDS)))
    assert four.hypothesis.sentence == "The steady state held in all 2 measurements."
    assert judge(dataclasses.replace(GOOD, during=(Outcome.UNKNOWN,))).hypothesis.word == "unknown"


def test_an_abort_says_that_the_undo_is_proven() -> None:
    four = judge(dataclasses.replace(GOOD, ended=Ended.ABORT, stop_reason="Aborted by jon."))
    assert four.safety.sentence == "Aborted by jon. The undo is proven."
    halted = judge(dataclasses.replace(GOOD, ended=Ended.KILL_SWITCH, stop_reason="Halted by mira: an incident"))
    assert halted.safety.sentence == "Halted by mira: an incident. The undo is proven."
    assert four.hypothesis.word == "cut short"


def test_a_failed_undo_is_bad_recovery_and_bad_safety() -> None:
    assert words(dataclasses.replace(GOOD, undone=False, undo_attempts=3))[2:] == ("not undone", "undo failed")


def test_a_fault_that_nobody_saw_in_place_tests_nothing() -> None:
    assert words(dataclasses.replace(GOOD, applied=False, ended=Ended.FAULT_FAILED))[:2] == ("not tested", "not proven")


def test_a_fault_beyond_its_limit_is_a_safety_matter() -> None:
    assert words(dataclasses.replace(GOOD, fault_seconds=61))[3] == "too long"


records = st.builds(
    Record,
    armed=st.booleans(),
    applied=st.booleans(),
    undone=st.booleans(),
    ended=st.sampled_from(Ended),
    during=st.lists(st.sampled_from(Outcome), max_size=5),
    after=st.sampled_from([None, *Outcome]),
    fault_seconds=st.floats(0, 100),
    max_seconds=st.integers(0, 100),
)


@given(records)
def test_a_proof_needs_a_fault_that_was_seen_and_an_undo_that_was_proven(record: Record) -> None:
    if judge(record).passed:
        assert record.applied
        assert record.undone
        assert record.after is Outcome.HOLDS
        assert record.ended is Ended.PLANNED
        assert record.during[-1] is Outcome.HOLDS
        assert Outcome.BROKEN not in record.during


@given(records)
def test_every_verdict_has_a_word_and_a_sentence(record: Record) -> None:
    four = judge(record)
    assert all(v.word and v.sentence for v in (four.hypothesis, four.fault, four.recovery, four.safety))
