"""Outcomes that cannot be stored now are stored later."""

from __future__ import annotations

from typing import Any

import pytest

from hub.storage.db import Database
from tests.engine.house import House


def test_while_the_database_is_away_settling_waits_and_does_not_spin(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.owe("first")
    house.owe("second")
    runner = house.engine().runner
    runner.open()
    finished = [runner.run(item) for item in runner.claim(2, 0).items]

    def away(self: Any) -> None:
        raise OSError("nobody listens there")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", away)
        left = runner.settle(finished)
    assert left == finished
    assert runner.settle(left) == []
    assert house.states() == {"first": "delivered", "second": "delivered"}
