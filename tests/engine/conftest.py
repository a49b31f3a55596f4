"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from hub.engine.dramatiq_broker import DramatiqExecutor
from hub.engine.embedded import Embedded
from hub.engine.executor import Executor
from hub.engine.runner import Runner
from hub.engine.settings import EngineSettings
from hub.kernel.clock import SystemClock
from tests.cluster.servers import ValkeyServer
from tests.engine.house import House, Recorder, opened


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What was logged; unconfigured, structlog would draw each traceback in colours."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    made = House(opened(database_url))
    yield made
    made.close()


@pytest.fixture(params=["embedded", "dramatiq"])
def executor(request: pytest.FixtureRequest) -> Callable[[Runner], Executor]:
    """Both executors, for tests of what either of them must do."""
    if request.param == "embedded":
        return Embedded
    valkey: ValkeyServer = request.getfixturevalue("valkey")
    if not valkey.running:  # a test stopped it
        valkey.start()
    return carried_by(valkey.url)


def carried_by(url: str) -> Callable[[Runner], Executor]:
    """Makes executors that share a queue of their own at ``url``."""
    queue = f"q{uuid4().hex}"
    return lambda runner: DramatiqExecutor(runner, url, queue)


@pytest.fixture
def real(database_url: str, executor: Callable[[Runner], Executor]) -> Iterator[House]:
    """Real time and real threads."""
    made = House(
        opened(database_url),
        SystemClock(),
        Recorder(),
        settings=EngineSettings(threads=4, timer_threads=2),
        executor=executor,
    )
    yield made
    made.close()
