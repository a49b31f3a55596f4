"""pyHanko awaits inside; here nobody waits for anything but the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def awaited(begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What the coroutine of ``begin`` gives. In a thread whose loop runs already, and which cannot
    have a second one, another thread does it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(begin())
    with ThreadPoolExecutor(1) as other:
        return other.submit(lambda: asyncio.run(begin())).result()
