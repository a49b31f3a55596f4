"""``paraph worker``: processes that work on what is owed, beside any number of web processes."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import click

from hub.cli import options
from hub.cli.endings import Told

_SHORT_LIFE = 10.0  # seconds; who dies sooner is started again ever more slowly
_SHORTEST_WAIT, _LONGEST_WAIT = 0.2, 10.0
_LOOK = 0.1
_STOPPING = 60.0  # seconds for all to drain, then they are killed
FAULTY_SETTINGS = 2


@click.command()
@options.config
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--threads",
    default=None,
    type=click.IntRange(1, 128),
    help="Deliveries under way at once in each.  [default: the setting workers]",
)
def worker(folder: Path, processes: int, threads: int | None) -> None:
    """Work on what is owed, without pages; a process that dies is started again."""
    refuse_on_sqlite(folder, processes)
    told = Told()
    told.begin()
    crew = [Hand(folder.resolve(), threads) for _ in range(processes)]
    code = _watch(crew, told)
    for hand in crew:
        hand.tell_to_end()
    end = time.monotonic() + _STOPPING
    codes = [hand.wait(end) for hand in crew]
    sys.exit(code or max(codes))


@dataclass
class Hand:
    """One worker process, started again when it dies."""

    folder: Path
    threads: int | None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait_until: float = 0.0
    deaths: int = field(default=0)  # one soon after the other

    def look(self) -> int | None:
        """Start it if it does not run. Its exit code, when it has just died."""
        if self.process is None:
            if time.monotonic() >= self.wait_until:
                self._start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.process = None
        lived = time.monotonic() - self.started
        self.deaths = self.deaths + 1 if lived < _SHORT_LIFE else 0
        pause = min(_LONGEST_WAIT, _SHORTEST_WAIT * 2 ** min(self.deaths, 10))
        self.wait_until = time.monotonic() + pause
        return code

    def tell_to_end(self) -> None:
        """It drains, and gives back what does not end in time."""
        if self.process is not None:
            self.process.terminate()

    def wait(self, end: float) -> int:
        """Its exit code; killed when it has not ended by then."""
        if self.process is None:
            return 0
        try:
            return abs(self.process.wait(max(0.1, end - time.monotonic())))
        except subprocess.TimeoutExpired:
            self.process.kill()
            return abs(self.process.wait())

    def _start(self) -> None:
        self.started = time.monotonic()
        command = [sys.executable, "-m", "hub.worker", str(self.folder), str(self.threads or 0)]
        # It ends when this pipe does: whoever kills us leaves nobody working unseen. A session of
        # its own keeps Ctrl-C from it: we tell it.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _watch(crew: list[Hand], told: Told) -> int:
    """Keep all running until told to end. The exit code if their settings are at fault."""
    while not told.wait(_LOOK):
        for hand in crew:
            code = hand.look()
            if code == FAULTY_SETTINGS:
                return code
            if code is not None:
                click.echo(f"paraph: a worker ended with code {code}; another one begins", err=True)
    return 0


def refuse_on_sqlite(folder: Path, processes: int) -> None:
    """Several processes share a server, not a file."""
    if processes == 1:
        return
    from hub.settings import is_sqlite, load_hub_settings

    if is_sqlite(load_hub_settings(folder / "paraph.yaml")):
        raise click.UsageError(
            "several processes need PostgreSQL: add database_url: postgresql+psycopg://… to "
            f"{folder / 'paraph.yaml'}, or leave --processes at 1"
        )
