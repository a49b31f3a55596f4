"""The small size stays small: what only the larger one needs is not even loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from tests.house.tree import ROOT
from tests.simulated_house import write_files

LARGER = {"dramatiq", "redis", "psycopg", "pika"}
_SERVE = """
import sys
from pathlib import Path
from hub.app import create_app
from hub.worker import begun
house = begun(Path(sys.argv[1]))
create_app(house)
house.core.wake()
house.stop()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_one_process_on_sqlite_loads_nothing_of_the_larger_size(tmp_path: Path) -> None:
    config = write_files(tmp_path, uuid4().hex)
    told = subprocess.run(
        [sys.executable, "-c", _SERVE, str(config)],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=100,
    ).stdout  # fmt: skip
    assert "sqlalchemy" in told.split()
    assert LARGER & set(told.split()) == set()


def test_rabbitmq_stands_in_for_redis_by_its_address() -> None:
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    from hub.engine.dramatiq_broker import connected

    broker = connected("amqp://user:secret@127.0.0.1:1/")
    assert isinstance(broker, RabbitmqBroker)
    assert broker.middleware == []
    broker.close()
