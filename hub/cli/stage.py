"""The demo's stage: a folder of its own, the sandbox process, the hub process, told about each
other."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from ruamel.yaml import YAML

from hub.kernel.errors import ConfigurationError
from hub.sandbox.ports import calm_port
from hub.services.house import beside
from hub.settings.known_fields import FOLDER as FIELDS

HOST = "127.0.0.1"
START_PATIENCE = 60.0


@dataclass
class Stage:
    """Two processes and their folder. ``hub_url`` and ``sandbox_url`` end without a slash."""

    folder: Path
    hub_port: int
    sandbox_port: int
    clock_speed: float = 1.0
    keep_open: tuple[int, ...] = ()  # descriptors that the processes hold as long as they run
    held: Callable[[], AbstractContextManager[Any]] = nullcontext  # while a process is being begun
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)  # by the process' id

    @property
    def hub_url(self) -> str:
        """Where customers reach the hub."""
        return f"http://{HOST}:{self.hub_port}"

    @property
    def sandbox_url(self) -> str:
        """Where the simulators' screens are."""
        return f"http://{HOST}:{self.sandbox_port}"

    @property
    def config(self) -> Path:
        """The configuration that the hub of this stage runs on."""
        return self.folder / "config"

    def build(self, source: Path) -> None:
        """Start the sandbox, write the configuration, start the hub, introduce them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start_sandbox()
        settings = _get(f"{self.sandbox_url}/_control/settings")
        write_config(source, self, settings)
        self.start_hub()
        self.introduce()

    def start_sandbox(self) -> None:
        """Start the simulators."""
        self._start(
            "sandbox", "--folder", str(self.folder / "sandbox"), "--port", str(self.sandbox_port)
        )
        self._wait(f"{self.sandbox_url}/health")

    def start_hub(self) -> None:
        """Start the hub on this stage's configuration."""
        self._start("serve", "--config", str(self.config), "--port", str(self.hub_port))
        self._wait(f"{self.hub_url}/health/ready")

    def introduce(self) -> None:
        """Tell the simulators where the hub is; they register their webhooks."""
        links = subprocess.run(
            [*_command(), "addresses", "--config", str(self.config)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        told = YAML(typ="safe").load(links)
        answer = requests.post(f"{self.sandbox_url}/_control/connect", json=told, timeout=30)
        answer.raise_for_status()

    def check_alive(self) -> None:
        """Raises ``ConfigurationError`` when one of the processes has ended."""
        for process in self.processes:
            if process.poll() is not None:
                raise ConfigurationError(
                    f"a process of the demo ended with code {process.returncode}; what it said "
                    f"stands in {self.logs[process.pid]}"
                )

    def stop(self) -> None:
        """End both processes in good order."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def _start(self, *arguments: str) -> None:
        log = (self.folder / f"{arguments[0]}.log").open("ab")
        with log, self.held():
            process = subprocess.Popen(
                [*_command(), *arguments],
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.keep_open,
            )
            self.processes.append(process)
            self.logs[process.pid] = Path(log.name)

    def _wait(self, url: str) -> None:
        end = time.monotonic() + START_PATIENCE
        while time.monotonic() < end:
            self.check_alive()
            try:
                if requests.get(url, timeout=5).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):  # not there, or slow to begin
                pass
            time.sleep(0.1)
        raise ConfigurationError(f"{url} did not answer within {START_PATIENCE:.0f} s")


def free_port(wanted: int) -> int:
    """``wanted`` if nobody listens there, else any free port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, wanted))
        except OSError:
            return calm_port()
    return wanted or calm_port()


def write_config(source: Path, stage: Stage, settings: Mapping[str, Any]) -> None:
    """Copy the shipped configuration and put in this stage's addresses and the simulators'
    settings, over those that stand there."""
    for name in ("workspaces", "forms", "mappings", FIELDS):
        if beside(source, name).is_dir():
            shutil.copytree(beside(source, name), stage.config / name, dirs_exist_ok=True)
    yaml = YAML()
    yaml.width = 4096
    hub = yaml.load((source / "paraph.yaml").read_text(encoding="utf-8"))
    hub["public_url"] = stage.hub_url
    hub["data_folder"] = str(stage.folder / "data")
    hub["clock_speed"] = stage.clock_speed
    with (stage.config / "paraph.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(hub, file)
    for path in (stage.config / "workspaces").glob("*.yaml"):
        workspace = yaml.load(path.read_text(encoding="utf-8"))
        for one in workspace["instances"].values():
            if one["plugin"] in settings:
                given = settings[one["plugin"]]["settings"]
                one["settings"] = {**(one.get("settings") or {}), **given}
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(workspace, file)


def _command() -> list[str]:
    return [sys.executable, "-m", "hub.cli"]


def _get(url: str) -> Any:
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    return answer.json()
