"""The demo takes no folder but its own, and leaves no process behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from hub.cli.demo_folder import MARKER, claimed
from hub.cli.stage import Stage, free_port
from hub.kernel.errors import ConfigurationError
from tests.house.tree import ROOT


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="--folder"), claimed(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "demo").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not a folder"), claimed(tmp_path / "demo"):
        pass


def test_the_demos_own_folder_is_emptied_without_following_links(tmp_path):
    folder, outside = tmp_path / "demo", tmp_path / "outside"
    outside.mkdir()
    (outside / "keep.txt").write_text("", encoding="utf-8")
    with claimed(folder):
        (folder / "config").mkdir()
        (folder / "config" / "paraph.yaml").write_text("", encoding="utf-8")
        (folder / "hub.log").write_text("", encoding="utf-8")
        (folder / "link").symlink_to(outside)
    with claimed(folder):
        assert [path.name for path in folder.iterdir()] == [MARKER]
    assert (outside / "keep.txt").exists()


def test_a_folder_in_use_is_refused_and_keeps_what_it_holds(tmp_path):
    with claimed(tmp_path):
        (tmp_path / "hub.log").write_text("", encoding="utf-8")
        with pytest.raises(ConfigurationError, match="another demo"), claimed(tmp_path):
            pass
        assert (tmp_path / "hub.log").exists()


def test_a_process_of_a_demo_that_was_killed_still_keeps_the_folder(tmp_path):
    with claimed(tmp_path) as lock:
        left = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,)
        )
    try:
        with pytest.raises(ConfigurationError, match="another demo"), claimed(tmp_path):
            pass
    finally:
        left.communicate(b"\n", timeout=30)
    with claimed(tmp_path):
        pass


def test_told_to_end_the_demo_stops_the_hub_and_the_sandbox(tmp_path):
    ports = [free_port(0), free_port(0)]
    demo = subprocess.Popen(
        [
            *(sys.executable, "-m", "hub.cli", "demo", "--folder", str(tmp_path / "demo")),
            *("--port", str(ports[0]), "--sandbox-port", str(ports[1])),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert any(b"Paraph is up" in line for line in demo.stdout)
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            demo.send_signal(number)  # whichever is first, none of them interrupts the stopping
        assert demo.wait(timeout=60) in (0, 128 + signal.SIGTERM, 128 + signal.SIGHUP)
    finally:
        demo.kill()
        demo.stdout.close()
    assert _users(tmp_path) == []


def _users(folder):
    """Processes whose command line names ``folder``; one that just ended may linger a moment."""
    found = []
    for _ in range(20):
        running = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
        found = [path.name for path in running if str(folder).encode() in _command_line(path)]
        if not found:
            break
        time.sleep(0.1)
    return found


def _command_line(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture
def starting(tmp_path, monkeypatch):
    """A stage whose process is begun elsewhere; what it answers, in turn."""
    told = []

    def get(url, timeout):
        answer = told.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Stage, "_start", lambda self, *arguments: None)
    monkeypatch.setattr(requests, "get", get)
    return Stage(tmp_path, 1, 2), told


def test_a_process_that_is_slow_to_begin_is_waited_for(starting):
    stage, told = starting
    ready = requests.Response()
    ready.status_code = 200
    told += [requests.ConnectionError(), requests.ReadTimeout(), ready]
    stage.start_sandbox()
    assert told == []


def test_a_process_that_never_answers_is_told(starting, monkeypatch):
    stage, told = starting
    told += [requests.ReadTimeout()] * 3
    monkeypatch.setattr("hub.cli.stage.START_PATIENCE", 0.15)
    with pytest.raises(ConfigurationError, match="did not answer within"):
        stage.start_sandbox()
