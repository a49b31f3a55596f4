"""A RabbitMQ of the tests' own, where Debian's package ``rabbitmq-server`` is installed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from hub.cli.stage import free_port

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
PATIENCE = 60.0


class RabbitServer:
    """One node on ports of its own, with its own register of nodes (epmd)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = [free_port(0) for _ in range(3)]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"amqp://guest:guest@127.0.0.1:{self._ports[0]}/"

    def start(self) -> None:
        """Start it, on the same ports and data as before."""
        self._process = subprocess.Popen(
            [PROGRAM], env=self._environ(), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, "RabbitMQ did not start"
            assert time.monotonic() < end, "RabbitMQ was not ready"
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """End it and its register."""
        self.kill()
        subprocess.run(["epmd", "-kill"], env=self._environ(), capture_output=True, check=False)

    def _environ(self) -> dict[str, str]:
        port, distribution, register = map(str, self._ports)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "RABBITMQ_NODENAME": f"paraph{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": port,
            "RABBITMQ_DIST_PORT": distribution,
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": register,
        }

    def _answers(self) -> bool:
        """Whether it speaks AMQP: it hangs up on another protocol's greeting, with its own."""
        try:
            with socket.create_connection(("127.0.0.1", self._ports[0]), timeout=1) as line:
                line.sendall(b"HTTP\0\0\0\0")
                return line.recv(4) == b"AMQP"
        except OSError:
            return False


def is_installed() -> bool:
    """Whether there is a server to start."""
    return PROGRAM.exists() and shutil.which("epmd") is not None
