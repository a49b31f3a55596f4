"""The composition root: a configuration folder becomes a Flask app with the engine beside it."""

from __future__ import annotations

import os
from multiprocessing.util import Finalize
from pathlib import Path

from flask import Flask, redirect, url_for
from flask_smorest import Api

from hub.services.house import House
from hub.web import health, hooks, proxy
from hub.web.api import problems
from hub.web.api.blueprint import create_api
from hub.web.bodies import WholeBodyRequest
from hub.web.pages.blueprint import create_pages
from hub.worker import begun, settle_in

CONFIG_VARIABLE = "PARAPH_CONFIG"
ENGINE_VARIABLE = "PARAPH_ENGINE"  # off: other processes work on what is owed


def create_app(house: House) -> Flask:
    """The WSGI app on an open house. The engine is started by whoever serves the app."""
    settings = house.core.settings
    app = Flask("hub.web", static_folder=None)
    app.request_class = WholeBodyRequest
    app.config.update(
        MAX_CONTENT_LENGTH=settings.body_limit,
        API_TITLE="Paraph",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    proxy.trust_proxies(app, settings.trusted_proxies)
    api = Api(app)
    api.register_blueprint(create_api(house))
    app.register_blueprint(hooks.create_hooks(house))
    app.register_blueprint(health.create_health(house))
    app.register_blueprint(
        create_pages(
            house.customers,
            house.buttons,
            vault=house.core.vault,
            public_base_url=settings.public_url,
        )
    )
    problems.register(app, lost=lambda: redirect(url_for("pages.nothing"), 303))
    return app


def serve_app() -> Flask:
    """What the WSGI server imports in each process: open the house, start the engine (unless it
    runs elsewhere), make the app."""
    folder = Path(os.environ[CONFIG_VARIABLE])
    house = begun(folder, work=os.environ.get(ENGINE_VARIABLE) != "off")
    # the server's children leave through multiprocessing, which runs no atexit handlers
    Finalize(None, house.stop, exitpriority=10)
    app = create_app(house)
    app.extensions["paraph"] = house
    settle_in()
    return app
