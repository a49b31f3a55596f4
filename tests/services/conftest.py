"""What the tests of the use cases share."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from hub.contracts.sandbox import SandboxContext
from hub.sandbox.ports import calm_port
from hub.sandbox.timestamps import TimestampAuthority
from hub.services.subscriptions import Subscriptions
from tests.receiver import receiving
from tests.services.one_case import OneCase
from tests.services.paper_case import PaperCase
from tests.services.polled_case import PolledCase


@dataclass
class Served:
    """The sandbox's authority with its address."""

    authority: TimestampAuthority
    url: str

    @property
    def settings(self) -> dict[str, Any]:
        return {"timestamp_url": self.url, "timestamp_roots": [str(self.authority.root)]}


@pytest.fixture(scope="session")
def _stamps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = calm_port()
    address = f"http://127.0.0.1:{port}"
    authority = TimestampAuthority(SandboxContext(address, tmp_path_factory.mktemp("authority")))
    server = make_server("127.0.0.1", port, authority.wsgi(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(authority, f"{address}/")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def stamps(_stamps: Served) -> Iterator[Served]:
    """The time-stamp authority, without faults."""
    _stamps.authority.reset()
    yield _stamps
    _stamps.authority.reset()


@pytest.fixture
def case(tmp_path, database_url):
    """One record in a simulated house."""
    with capture_logs():
        made = OneCase(tmp_path, database_url)
        yield made
        made.simulated.close()


@pytest.fixture
def receiver():
    """A receiver of webhooks on this machine."""
    with receiving() as made:
        yield made


@pytest.fixture
def mine(case):
    """The webhook subscriptions of the workspace."""
    yield Subscriptions(case.core, case.core.workspace_ids["alice"])
    case.core.receivers.close()


@pytest.fixture
def papers(tmp_path, database_url):
    """Makes a case with papers, from parts of its mapping that may be written anew."""
    made = []

    def make(**parts):
        made.append(PaperCase(tmp_path, database_url, **parts))
        return made[-1]

    with capture_logs():
        yield make
        for one in made:
            one.close()


@pytest.fixture
def offer(papers):
    """An offer that two people are asked to sign."""
    case = papers()
    case.send()
    return case


@pytest.fixture
def polled(tmp_path, database_url):
    """A simulated house that polls."""
    made = PolledCase(tmp_path, database_url)
    yield made
    made.simulated.close()
