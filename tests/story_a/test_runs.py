"""The story under faults at random, by seeds that stay the same; ``soak`` runs many more."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.story_a.run import run


@pytest.mark.parametrize("seed", range(12))
def test_erp_and_provider_end_in_the_state_of_the_hub(tmp_path, database_url, seed):
    with capture_logs():
        outcome = run(seed, tmp_path, database_url)
    again = f"python -m tests.story_a.soak --runs 1 --seed {seed}"
    assert outcome.wrong == [], f"{outcome.told}; again: {again}"


@pytest.mark.parametrize("seed", [7, 20, 21, 40, 41])
def test_no_webhook_is_ever_needed(tmp_path, database_url, seed):
    with capture_logs():
        outcome = run(seed, tmp_path, database_url, deaf=True)
    again = f"python -m tests.story_a.soak --runs 1 --seed {seed} --deaf"
    assert outcome.wrong == [], f"{outcome.told}; again: {again}"
    assert outcome.hooks == 0
    assert any(job.done for job in outcome.jobs), "the customer was to answer"


def test_otherwise_webhooks_come(tmp_path, database_url):
    with capture_logs():
        outcome = run(7, tmp_path, database_url)
    assert outcome.hooks > 0
