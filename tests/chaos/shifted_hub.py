"""``paraph`` with the clock of ``clock_file``: the same server, app, workers and options."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tests.chaos.clock_file import clock_from_environment

_WORKER = """
import sys
from pathlib import Path
from tests.chaos.shifted_hub import work
work(Path(sys.argv[1]), int(sys.argv[2]) or None)
"""

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def serve_app() -> WSGIApplication:
    """``hub.cli.serve.serve_app`` on a house whose clock can be shifted."""
    from hub.cli import serve

    with patch("hub.services.house.make_clock", lambda settings: clock_from_environment()):
        return serve.serve_app()


def work(folder: Path, threads: int | None) -> None:
    """``hub.worker`` on a house whose clock can be shifted."""
    from hub import worker

    with patch("hub.services.house.make_clock", lambda settings: clock_from_environment()):
        worker.main(folder, threads)


def main() -> None:
    """Start the command with our app and worker in the place of the product's."""
    from granian import server

    from hub.cli import main as paraph

    real = server.Server

    def with_our_app(target: str, **options: object) -> server.Server:
        return real("tests.chaos.shifted_hub:serve_app", **options)

    begin = subprocess.Popen

    def with_our_worker(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        if command[1:3] == ["-m", "hub.worker"]:
            command = [command[0], "-c", _WORKER, *command[3:]]
        return begin(command, **options)

    with (
        patch.object(server, "Server", with_our_app),
        patch("hub.cli.worker.subprocess.Popen", with_our_worker),
    ):
        paraph()


if __name__ == "__main__":
    main()
