"""``paraph worker`` keeps its processes running and ends them in good order, whatever comes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from click.testing import CliRunner

from hub.cli import cli
from tests.house.tree import ROOT
from tests.simulated_house import write_files


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.05)
    return found


class Running:
    """A ``paraph worker`` on a configuration of its own; ``working``: who holds a lock."""

    def __init__(self, folder: Path) -> None:
        self.config = write_files(folder, uuid4().hex)
        self.holders = folder / "data" / "paraph.db-holders"
        command = [sys.executable, "-m", "hub.cli", "worker", "--config", str(self.config)]
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)

    def working(self) -> set[str]:
        return {path.name for path in self.holders.glob("*")}

    def child(self) -> psutil.Process:
        return until(lambda: psutil.Process(self.process.pid).children())[0]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path)
    until(one.working)
    yield one
    if one.process.poll() is None:
        one.process.kill()
    one.process.wait()


def test_told_twice_at_once_it_ends_well_and_leaves_nothing_held(running: Running) -> None:
    child = running.child()
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        running.process.send_signal(number)
    assert running.process.wait(60) == 0
    assert not child.is_running()
    assert running.working() == set()


def test_a_process_that_dies_is_replaced_and_one_without_a_parent_ends(running: Running) -> None:
    child, held = running.child(), running.working()
    child.kill()
    until(lambda: running.working() and running.working() != held)
    successor = running.child()
    running.process.kill()  # nobody tells the other one; it sees that it is alone
    until(lambda: not successor.is_running())
    assert running.working() == set()


def test_faulty_settings_end_it_at_once(tmp_path: Path) -> None:
    config = write_files(tmp_path, uuid4().hex)
    with (config / "paraph.yaml").open("a", encoding="utf-8") as file:
        file.write("executor: dramatiq\n")
    command = [sys.executable, "-m", "hub.cli", "worker", "--config", str(config)]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, timeout=100)
    assert done.returncode == 2
    assert "dramatiq needs a broker: add broker_url" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_several_processes_on_sqlite_are_refused_in_words(tmp_path: Path, command: str) -> None:
    config = write_files(tmp_path, uuid4().hex)
    words = [command, "--config", str(config), "--processes", "2"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert "several processes need PostgreSQL: add database_url" in result.output
