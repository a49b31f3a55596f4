"""Outages of any begin and length, at random, by seeds that stay the same: never two binding
signatures, nothing left behind, every trail in the proof. ``failover_soak`` runs many more."""

from __future__ import annotations

import pytest

from tests.services.hosted.failover_run import PROVIDERS, FailoverRun


@pytest.mark.parametrize("seed", range(8))
def test_failovers_at_random_leave_one_signature(hosted, seed):
    run = FailoverRun(seed, hosted(two=True, provider=PROVIDERS))
    assert run.play() == [], run.told()
