"""What the garbage collector takes uses up nobody's limit."""

from __future__ import annotations

import gc
import time

from hub.kernel.working_time import worked
from hub.mapping.limits import SECONDS, Guard
from hub.mapping.text_environment import SECONDS as OF_A_TEXT
from hub.mapping.text_environment import compiled, pieces


def test_work_is_counted_and_collections_are_not():
    heap = [[] for _ in range(1_000_000)]
    before, cpu = worked(), time.thread_time()
    gc.collect()
    collected = time.thread_time() - cpu
    assert worked() - before < collected / 2
    before, cpu = worked(), time.thread_time()
    while time.thread_time() < cpu + 0.05:
        pass
    assert worked() - before > 0.04
    assert heap


def test_an_expression_and_a_text_outlast_collections():
    heap = [[] for _ in range(1_000_000)]
    guard, text = Guard(), pieces(compiled("{{ a }}{{ a }}"), {"a": "b"})
    made = next(text)
    end = time.thread_time() + max(SECONDS, OF_A_TEXT) + 0.1
    while time.thread_time() < end:
        gc.collect()
    for _ in range(100):
        guard.tick()
    assert made + "".join(text) == "bb"
    assert heap
