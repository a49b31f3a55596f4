"""Loopback ports for simulators' own servers: the same ones again after a restart."""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from hub.kernel.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
CALM = range(20_000, 32_000)


class _Walk:
    """Candidates from a range, one after the other from anywhere on: what was handed out a moment
    ago, and may not be bound yet, is not handed out again."""

    def __init__(self, ports: range) -> None:
        self._lock = threading.Lock()
        self.keep_to(ports)

    def keep_to(self, ports: range) -> None:
        with self._lock:
            self._ports = ports
            self._at = secrets.randbelow(len(ports))  # a seeded ``random`` would repeat itself

    def round(self) -> Iterator[int]:
        """Each candidate once; whoever else walks meanwhile gets others."""
        for _ in self._ports:
            with self._lock:
                self._at = (self._at + 1) % len(self._ports)
                port = self._ports[self._at]
            yield port


_WALK = _Walk(CALM)


def keep_to(part: int, parts: int) -> None:
    """Let this process take its ports from one of ``parts`` equal parts of the range, so that
    processes side by side never choose the same one."""
    size = len(CALM) // parts
    _WALK.keep_to(CALM[part * size : (part + 1) * size])


class StablePorts:
    """Ports remembered in a file. A remembered one that somebody else holds now is replaced."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._given: set[int] = set()

    def port(self, name: str) -> int:
        """A free port for ``name``."""
        with self._lock:
            known = self._read()
            port = known.get(name)
            if port is None or port in self._given or not _is_free(port):
                port = self._fresh(set(known.values()))
                self._write({**known, name: port})
            self._given.add(port)
            return port

    def _fresh(self, taken: set[int]) -> int:
        while True:
            port = calm_port()
            if port not in taken and port not in self._given:
                return port

    def _read(self) -> dict[str, int]:
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # lost or broken: fresh ports do as well
        if not isinstance(data, dict):
            return {}
        return {name: port for name, port in data.items() if isinstance(port, int)}

    def _write(self, ports: dict[str, int]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(ports, indent=1, sort_keys=True), encoding="utf-8")


def calm_port() -> int:
    """A free port from below the range that the system hands out to outgoing connections: one of
    those cannot take it between the choice and the bind.

    Raises ``ConfigurationError`` when none is free.
    """
    for port in _WALK.round():
        if _is_free(port):
            return port
    raise ConfigurationError("there is no free port on this machine")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Without this a port whose last connections are still fading away would seem taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
