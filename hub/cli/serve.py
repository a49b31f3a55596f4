"""``paraph serve`` (the hub) and ``paraph sandbox`` (everything around it, simulated)."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hub.cli import options


@click.command()
@options.config
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=16, show_default=True, help="Requests at a time.")
def serve(folder: Path, host: str, port: int, threads: int) -> None:
    """Serve pages, API and hooks, and work on what is owed, in one process."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ["PARAPH_CONFIG"] = str(folder.resolve())
    Server(
        "hub.app:serve_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,  # its engine, probes and file watch are alone on SQLite
        blocking_threads=threads,
        backlog=2048,
        backpressure=256,
        factory=True,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        workers_kill_timeout=30,
    ).serve()


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("data/sandbox"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True)
def sandbox(folder: Path, host: str, port: int) -> None:
    """Serve the simulators: upstream, signing app, phone and mailbox."""
    from hub.sandbox.runner import run

    run(host, port, folder)
