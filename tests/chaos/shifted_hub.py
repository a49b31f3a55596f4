"""``paraph serve`` with the clock of ``clock_file``: the same server, app and options."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.chaos.clock_file import clock_from_environment

if TYPE_CHECKING:  # the server's own process has no need of it, and starts sooner without
    from flask import Flask


def serve_app() -> Flask:
    """``hub.app.serve_app`` on a house whose clock can be shifted."""
    from hub import app

    with patch("hub.services.house.make_clock", lambda settings: clock_from_environment()):
        return app.serve_app()


def main() -> None:
    """Start the command with our app in the place of the product's."""
    from granian import server

    from hub.cli import main as paraph

    real = server.Server

    def with_our_app(target: str, **options: object) -> server.Server:
        return real("tests.chaos.shifted_hub:serve_app", **options)

    with patch.object(server, "Server", with_our_app):
        paraph()


if __name__ == "__main__":
    main()
