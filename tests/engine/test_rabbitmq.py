"""RabbitMQ in the place of Redis: it carries the work, and when it dies nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hub.engine.executor import Executor
from hub.engine.runner import Runner
from tests.engine.conftest import carried_by
from tests.engine.house import House
from tests.engine.rabbit import RabbitServer, is_installed
from tests.engine.test_executors import until

pytestmark = [
    pytest.mark.skipif(not is_installed(), reason="Debian's rabbitmq-server is not installed"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    server = RabbitServer(tmp_path_factory.mktemp("rabbit"))
    server.start()
    yield server
    server.close()


@pytest.fixture
def executor(rabbit: RabbitServer) -> Callable[[Runner], Executor]:
    return carried_by(rabbit.url)


def test_it_carries_work_between_two_engines(real: House) -> None:
    engines = [real.engine(), real.engine()]
    for engine in engines:
        engine.start()
    for number in range(100):
        real.owe(f"key-{number}")
        engines[number % 2].wake()
    until(lambda: set(real.states().values()) == {"delivered"})
    assert sorted(real.handler.keys) == sorted(f"key-{number}" for number in range(100))
    assert all(engine.stop() for engine in engines)


def test_it_dies_and_comes_back_and_everything_is_done_once(
    real: House, rabbit: RabbitServer
) -> None:
    engine = real.engine()
    engine.start()
    for number in range(60):
        real.owe(f"key-{number}")
        engine.wake()
        if number == 20:
            rabbit.kill()
        if number == 40:
            rabbit.start()
    until(lambda: set(real.states().values()) == {"delivered"}, 60)
    assert sorted(real.handler.keys) == sorted(f"key-{number}" for number in range(60))
    engine.stop()
