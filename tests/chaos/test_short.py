"""A short round of each proof. Nothing is asserted about time: a machine may be busy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.arrangement import arranged
from tests.chaos.faults import DATABASE, RECEIVER, REDIS, Scene, suffer
from tests.chaos.kill import kill_rounds
from tests.chaos.larger import Larger
from tests.chaos.order import soak
from tests.chaos.processes import end_all
from tests.chaos.product import Product
from tests.chaos.shapes import Workers
from tests.chaos.stuck import stand

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]
BREAK_AFTER_COMMIT = next(one for one in RECEIVER if one.name == "commit_then_break")


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    end_all()


def test_killed_again_and_again_the_product_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with arranged("product", "sqlite", tmp_path / "run") as (shape, receiver, _):
        verdict = kill_rounds(shape, receiver, rounds=2, deliveries=150, seed=1, tell=print)
    assert verdict.owed == 150
    assert verdict.sound, verdict.line()


def test_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    with arranged("product", "sqlite", tmp_path / "run") as (shape, receiver, store):
        assert isinstance(shape, Product)
        for fault in (DATABASE, BREAK_AFTER_COMMIT):
            suffered = suffer(Scene(shape, store, receiver), replace(fault, spans=(4,)))
            assert suffered.verdict.owed
            assert suffered.verdict.sound, suffered.line()
            assert suffered.drained, suffered.line()
            assert not suffered.odd


def test_killed_again_and_again_the_order_of_an_entity_holds(tmp_path: Path) -> None:
    with arranged("workers", "sqlite", tmp_path / "run") as (shape, receiver, _):
        assert isinstance(shape, Workers)
        verdict = soak(shape, receiver, seconds=6, seed=2, tell=print)
    assert verdict.resumed, "nobody was killed"
    assert verdict.sound, verdict.line()


@pytest.mark.parametrize("store", ["sqlite", "cluster"])
def test_what_is_stuck_behind_a_pause_waits_and_loses_nothing(tmp_path: Path, store: str) -> None:
    with arranged("workers", store, tmp_path / "run") as (shape, receiver, _):
        assert isinstance(shape, Workers)
        stood = stand(shape, receiver, seconds=4)
    assert stood.sound, stood.line()


def test_the_larger_size_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with arranged("larger", "cluster", tmp_path / "run") as (shape, receiver, store):
        assert isinstance(shape, Larger)
        verdict = kill_rounds(shape, receiver, rounds=2, deliveries=60, seed=1, tell=print)
        assert verdict.owed == 3 * 60, "a message and two webhooks each"
        assert verdict.sound, verdict.line()
        [stopped] = [one for one in REDIS if one.name == "redis_stopped"]
        suffered = suffer(Scene(shape, store, receiver), replace(stopped, spans=(4,)))
        assert suffered.verdict.sound, suffered.line()
        assert suffered.drained, suffered.line()
        assert not suffered.odd
