"""``paraph serve`` (the hub) and ``paraph sandbox`` (everything around it, simulated)."""

from __future__ import annotations

import gc
import os
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import options
from hub.cli.worker import refuse_on_sqlite

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

CONFIG_VARIABLE = "PARAPH_CONFIG"
ENGINE_VARIABLE = "PARAPH_ENGINE"  # off: other processes work on what is owed


@click.command()
@options.config
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=16, show_default=True, help="Requests at a time, in each.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--engine/--no-engine",
    default=True,
    help="Work on what is owed here too, or leave that to `paraph worker`.",
)
def serve(folder: Path, host: str, port: int, threads: int, processes: int, engine: bool) -> None:
    """Serve pages, API and hooks, and work on what is owed, in one process or several."""
    refuse_on_sqlite(folder, processes)
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ[CONFIG_VARIABLE] = str(folder.resolve())
    os.environ[ENGINE_VARIABLE] = "on" if engine else "off"
    Server(
        "hub.cli.serve:serve_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        respawn_failed_workers=processes > 1,  # a single one that ends is for the supervisor to see
        blocking_threads=threads,
        backlog=2048,
        backpressure=256,
        factory=True,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        workers_kill_timeout=30,
    ).serve()


def serve_app() -> WSGIApplication:
    """What the WSGI server imports in each process: open the house, start the engine (unless it
    runs elsewhere), make the app. What is owed is worked on while the pages are still loading."""
    gc.disable()  # loading makes much that stays and little to collect; ``settle_in`` enables it
    from hub.worker import begun, settle_in

    folder = Path(os.environ[CONFIG_VARIABLE])
    house = begun(folder, work=os.environ.get(ENGINE_VARIABLE) != "off")
    # the server's children leave through multiprocessing, which runs no atexit handlers
    Finalize(None, house.stop, exitpriority=10)
    from hub.app import create_app

    app = create_app(house)
    app.extensions["paraph"] = house
    settle_in()
    return app


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("data/sandbox"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True)
def sandbox(folder: Path, host: str, port: int) -> None:
    """Serve the simulators: upstream, signing app, phone and mailbox."""
    from hub.sandbox.runner import run

    run(host, port, folder)
