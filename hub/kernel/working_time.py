"""The time that a thread works on something, for limits on what others wrote.

It is the processor's time of this thread, so a busy machine does not use it up. What the garbage
collector takes is not counted either: a full collection of a large process takes longer than a
limit, and comes to whoever happens to be running.
"""

from __future__ import annotations

import gc
import threading
import time
from typing import Any

_OLDEST = 2  # the generation whose collection goes through everything


class _Collector(threading.local):
    begun = 0.0
    seconds = 0.0


_collector = _Collector()


def worked() -> float:
    """Seconds that this thread has worked, from a point that is the same for all its life."""
    return time.thread_time() - _collector.seconds


def _collecting(phase: str, info: dict[str, Any]) -> None:
    if info["generation"] < _OLDEST:
        return
    if phase == "start":
        _collector.begun = time.thread_time()
    else:
        _collector.seconds += time.thread_time() - _collector.begun


gc.callbacks.append(_collecting)
