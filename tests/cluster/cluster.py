"""The larger size on one machine: PostgreSQL, Valkey, web processes and workers, each of which can
be stopped, killed and started again. For `make cluster`, and for tests of faults."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests
from ruamel.yaml import YAML

from hub.cli.stage import HOST, Stage, free_port, write_config
from tests.cluster.servers import PostgresServer, ValkeyServer

PATIENCE = 120.0
DATABASE = "paraph"


@dataclass(frozen=True)
class Shape:
    """How many of each. ``executor`` as in ``paraph.yaml``; ``sandbox``: simulators beside it."""

    web: int = 2
    workers: int = 2
    processes: int = 1  # of each worker
    threads: int = 16
    executor: str = "dramatiq"
    sandbox: bool = True
    durable: bool = True


class Cluster:
    """Started in ``folder`` on a copy of the configuration ``source``.

    Processes are named ``web-1``, ``worker-1``, ``sandbox``; the servers are ``postgres`` and
    ``valkey``. ``settings`` go into ``paraph.yaml`` as well, ``environ`` into the environment of
    all processes; ``program`` is what ``python`` runs as ``paraph``.
    """

    def __init__(
        self,
        folder: Path,
        source: Path,
        shape: Shape = Shape(),
        *,
        ports: tuple[int, ...] = (),
        sandbox_port: int = 0,
        settings: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "hub.cli"),
        held: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self.folder = folder.resolve()
        self.shape = shape
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        # the account that PostgreSQL runs as must be able to reach its data
        self._servers = Path(tempfile.mkdtemp(prefix="paraph-cluster-"))
        self.postgres = PostgresServer(self._servers / "postgres", durable=shape.durable)
        self.valkey = ValkeyServer(self._servers / "valkey")
        self._source = source
        self._settings = dict(settings or {})
        self._environ = {**os.environ, **(environ or {})}
        self._paraph = [sys.executable, *program]
        self._held = held
        wanted = (*ports, *[0] * shape.web)[: shape.web]
        self._ports = [free_port(port) for port in wanted]
        self._stage = Stage(
            self.folder, self._ports[0], free_port(sandbox_port), held=held
        )  # the sandbox is its part

    @property
    def urls(self) -> list[str]:
        """Of the web processes, without a slash at the end."""
        return [f"http://{HOST}:{port}" for port in self._ports]

    @property
    def sandbox_url(self) -> str:
        """Where the simulators' screens are."""
        return self._stage.sandbox_url

    @property
    def config(self) -> Path:
        """The configuration that all processes run on."""
        return self._stage.config

    @property
    def database_url(self) -> str:
        """An SQLAlchemy URL."""
        return self.postgres.url(DATABASE)

    def start(self) -> None:
        """Start everything; returns when the web processes serve."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._held():
            self.postgres.start()
        self.postgres.create(DATABASE)
        with self._held():
            self.valkey.start()
        self._configure()
        for name in self.names:
            self.begin(name)
        for n in range(self.shape.web):
            self.await_ready(n)
        if self.shape.sandbox:
            self._stage.introduce()

    @property
    def names(self) -> list[str]:
        """Of the web processes and workers."""
        web = [f"web-{n}" for n in range(1, self.shape.web + 1)]
        return web + [f"worker-{n}" for n in range(1, self.shape.workers + 1)]

    def stop(self) -> None:
        """End everything in good order: who takes in first, then who works, then what they use."""
        for kind in ("web", "worker"):
            self._end([name for name in self.processes if name.startswith(kind)])
        self._stage.stop()
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self._servers, ignore_errors=True)

    def begin(self, name: str) -> None:
        """Start one process; does not wait until it is ready."""
        kind, _, number = name.partition("-")
        arguments = ["--config", str(self.config)]
        if kind == "web":
            arguments += ["--port", str(self._ports[int(number) - 1]), "--no-engine"]
        else:
            arguments += ["--processes", str(self.shape.processes)]
            arguments += ["--threads", str(self.shape.threads)]
        command = {"web": "serve", "worker": "worker"}[kind]
        with (self.folder / f"{name}.log").open("ab") as log, self._held():
            self.processes[name] = subprocess.Popen(
                [*self._paraph, command, *arguments],
                stdout=log,
                stderr=log,
                env=self._environ,
                start_new_session=True,
            )

    def end(self, name: str) -> int:
        """Stop one process in good order (SIGTERM); its exit code."""
        return self._end([name])[0]

    def kill(self, name: str) -> None:
        """SIGKILL to one process and all its children, at once."""
        process = self.processes.pop(name)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()  # first, so that it starts no child again
        for child in children:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        process.wait()
        psutil.wait_procs(children, timeout=PATIENCE)

    def kill_child(self, name: str) -> int:
        """SIGKILL to one worker process of the worker ``name``, which starts another; its pid."""
        children = psutil.Process(self.processes[name].pid).children()
        children[0].kill()
        return int(children[0].pid)

    def await_ready(self, n: int) -> None:
        """Until the ``n``-th web process (from 0) serves."""
        name, end = f"web-{n + 1}", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.processes[name].poll() is not None:
                break
            try:
                if requests.get(f"{self.urls[n]}/health/ready", timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{name} did not start; see {self.folder / name}.log")

    def check_alive(self) -> None:
        """Raises when a process has ended by itself."""
        self._stage.check_alive()
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended; see {self.folder / name}.log")

    def command(self, *arguments: str) -> str:
        """What ``paraph ARGUMENTS`` prints on this configuration."""
        done = subprocess.run(
            [*self._paraph, *arguments, "--config", str(self.config)],
            check=True,
            env=self._environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout.strip()

    def _configure(self) -> None:
        settings: Any = {}
        if self.shape.sandbox:
            self._stage.start_sandbox()
            answer = requests.get(f"{self.sandbox_url}/_control/settings", timeout=30)
            settings = answer.json()
        write_config(self._source, self._stage, settings)
        path = self.config / "paraph.yaml"
        yaml = YAML()
        hub = yaml.load(path.read_text(encoding="utf-8"))
        hub["database_url"] = self.database_url
        hub["executor"] = self.shape.executor
        if self.shape.executor == "dramatiq":
            hub["broker_url"] = self.valkey.url
        hub.update(self._settings)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(hub, file)

    def _end(self, names: list[str]) -> list[int]:
        ending = [self.processes.pop(name) for name in names]
        for process in ending:
            process.send_signal(signal.SIGTERM)
        codes = []
        for process in ending:
            try:
                codes.append(process.wait(PATIENCE))
            except subprocess.TimeoutExpired:
                process.kill()
                codes.append(process.wait())
        return codes
