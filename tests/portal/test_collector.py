"""The collector is held back for a batch and no longer."""

from __future__ import annotations

import gc

import pytest

from portal.collector import held_back


def test_the_collector_rests_inside_and_works_again_afterwards_even_after_an_error() -> None:
    def batch() -> None:
        with held_back():
            assert not gc.isenabled()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        batch()
    assert gc.isenabled()


def test_a_batch_within_a_batch_does_not_wake_it_too_early() -> None:
    with held_back():
        with held_back():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
