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
