"""Servers that others wrote, as real processes on free loopback ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from hub.cli.stage import free_port
from tests.tools import ensure_servers

HERE = Path(__file__).parent / "servers"
PATIENCE = 90.0  # seconds to start, on a machine that does much else
LOGIN, PASSWORD = "alice", "kinto-password-of-alice"
KINTO = {
    "storage_backend": "kinto.core.storage.memory",
    "cache_backend": "kinto.core.cache.memory",
    "permission_backend": "kinto.core.permission.memory",
    "includes": "kinto.plugins.accounts kinto_attachment",
    "account_cache_ttl_seconds": "3600",  # bcrypt is slow on purpose
    "account_create_principals": "system.Everyone",
    "bucket_create_principals": "system.Authenticated",
}
TABLES: dict[str, list[Any]] = {"cases": [], "contacts": [], "notes": [], "files": []}


class Process:
    """One server. ``url`` is where it answers once it has started."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=log.parent,
                start_new_session=True,  # node of the wheel is a script that starts another process
            )
        self.url = ""

    def wait(self, address: Callable[[], str | None], path: str) -> bool:
        """Wait until it answers; False when it ended before."""
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None:
            if time.monotonic() > end:
                self.close()
                raise AssertionError(f"the server was not ready: {self._said()}")
            url = address()
            if url and _answers(url + path):
                self.url = url
                return True
            time.sleep(0.05)
        return False

    def close(self) -> None:
        """Its data is in memory or nobody's any more, so it is killed, with its children."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-1000:]


def start_kinto(folder: Path) -> Process:
    """Kinto with everything in memory but the files, and an account."""
    _needs(ensure_servers.HOME / "kinto", ensure_servers.KINTO_FILES)
    files = folder / "files"
    files.mkdir()
    settings = {f"kinto.{name}": value for name, value in KINTO.items()}
    settings |= {
        "kinto.attachment.base_path": str(files),
        "kinto.userid_hmac_secret": "of tests",
        "multiauth.policies": "account",
        "multiauth.policy.account.use": (
            "kinto.plugins.accounts.authentication.AccountsAuthenticationPolicy"
        ),
    }
    written, port = folder / "kinto.json", folder / "port"
    written.write_text(json.dumps(settings), encoding="utf-8")
    command = [*ensure_servers.kinto(), str(HERE / "run_kinto.py"), str(written), str(port)]
    process = Process(command, folder / "kinto.log")

    def address() -> str | None:
        return f"http://127.0.0.1:{port.read_text()}" if port.exists() else None

    assert process.wait(address, "/v1/"), process._said()
    account = {"data": {"password": PASSWORD}}
    answer = requests.put(f"{process.url}/v1/accounts/{LOGIN}", json=account, timeout=30)
    assert answer.status_code == 201, answer.text
    return process


def start_json_server(folder: Path) -> Process:
    """json-server on an empty file."""
    _needs(ensure_servers.HOME / "node", ensure_servers.NODE_FILES)
    for _ in range(5):
        data, port = folder / "db.json", free_port(0)
        data.write_text(json.dumps(TABLES), encoding="utf-8")
        command = [*ensure_servers.json_server(), "--host", "127.0.0.1", "--port", str(port)]
        process = Process([*command, "--quiet", str(data)], folder / "json-server.log")
        url = f"http://127.0.0.1:{port}"
        if process.wait(lambda url=url: url, "/cases"):
            return process
    raise AssertionError(process._said())  # five ports taken by others would be a wonder


def _needs(home: Path, files: tuple[str, ...]) -> None:
    if not ensure_servers.is_ready(home, files):
        pytest.fail("the servers of these tests are not installed: run make servers")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.RequestException:
        return False
