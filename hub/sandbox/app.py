"""Puts the sandbox together: pages at the root, every simulator under its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from hub.sandbox.control import control
from hub.sandbox.house import SandboxHouse
from hub.sandbox.pages import pages


def create_sandbox_app(house: SandboxHouse) -> Callable[..., Any]:
    """The WSGI app of the whole sandbox. Does not start the simulators' own servers."""
    app = Flask("hub.sandbox")
    app.register_blueprint(pages(house))
    app.register_blueprint(control(house))
    mounted = {f"/{key}": simulator.wsgi() for key, simulator in house.simulators.items()}
    mounted["/timestamps"] = house.timestamps.wsgi()
    return DispatcherMiddleware(app, mounted)
