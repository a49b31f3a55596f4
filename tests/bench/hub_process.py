"""The hub under measurement: a real process, started as an operator starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.kernel.crypto import Vault
from hub.services.links import Links

SECRET = "a secret key for benchmarks, long enough"
CONFIG = Path(__file__).parent / "config"
PARAPH = Path(sys.executable).with_name("paraph")
START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Hub:
    """A running hub: where it listens, the key to its API, its process."""

    port: int
    key: str
    pid: int
    hook: str  # the address that the upstream ``crm`` calls

    def memory(self) -> float:
        """Megabytes resident, of the process and its children."""
        return sum(_rss(pid) for pid in (self.pid, *_children(self.pid)))

    def cpu(self) -> float:
        """Seconds of processor time so far, of the process and its children."""
        return sum(_cpu(pid) for pid in (self.pid, *_children(self.pid)))


@contextmanager
def running_hub(gateway: str, database: str) -> Iterator[Hub]:
    """Start the hub on a free port with an empty database; stop it in the end."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="paraph-bench-") as data:
        environ = {
            **os.environ,
            "BENCH_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BENCH_DATA": data,
            "BENCH_GATEWAY": gateway,
            "BENCH_DATABASE": database,
            "PARAPH_SECRET_KEY": SECRET,
        }
        key = _create_key(environ)
        serve = ["serve", "--config", str(CONFIG), "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen([PARAPH, *serve], env=environ, stdout=sys.stderr)
        try:
            _await_ready(port, process)
            yield Hub(port, key, process.pid, _hook(port))
        finally:
            _stop(process)


def _create_key(environ: dict[str, str]) -> str:
    command = ["api-key", "--config", str(CONFIG), "--workspace", "bench"]
    told = subprocess.run(
        [PARAPH, *command, "--name", "bench"],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return told.stdout.split()[-1]


def _hook(port: int) -> str:
    return Links(Vault(SECRET), f"http://127.0.0.1:{port}").hook("bench", "crm")


def _await_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"the hub ended with {process.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.1)
    raise SystemExit(f"the hub was not ready within {START_SECONDS} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _rss(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    line = next((one for one in status.splitlines() if one.startswith("VmRSS:")), "VmRSS: 0")
    return int(line.split()[1]) / 1024


def _cpu(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text(encoding="ascii").split():
            found += [int(child), *_children(int(child))]
    return found
