"""The larger size as a whole: what comes in at one web process is done by a worker and seen at the
other web process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.cluster.cluster import Cluster, Shape
from tests.house.tree import ROOT

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    one = Cluster(tmp_path / "cluster", ROOT / "config", Shape(durable=False))
    try:
        one.start()
        yield one
    finally:
        one.stop()


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    """What ``look`` gives once it gives anything; the time bounds a failure only."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.05)
    return found


def test_what_one_web_process_takes_in_a_worker_does_and_the_other_web_process_shows(
    cluster: Cluster,
) -> None:
    key = cluster.command("api-key", "--workspace", "demo", "--name", "tests")
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"
    one, other = (f"{url}/api/v1" for url in cluster.urls)

    def trigger(record: str) -> None:
        mapping = "agiloft_information_request"
        answer = session.post(f"{one}/triggers/{mapping}", json={"id": record}, timeout=30)
        assert answer.status_code == 202, answer.text

    def sent(number: int) -> bool:
        items = session.get(f"{other}/requests", timeout=30).json()["items"]
        return [item["state"] for item in items] == ["sent"] * number

    trigger("1")
    until(lambda: sent(1))
    cluster.kill("worker-1")
    cluster.kill_child("worker-2")  # its supervisor starts another
    trigger("2")
    until(lambda: sent(2))
    cluster.begin("worker-1")
    assert cluster.end("worker-2") == 0
    trigger("3")
    until(lambda: sent(3))
    assert cluster.end("worker-1") == 0
    assert [cluster.end(name) for name in ("web-1", "web-2")] == [0, 0]
