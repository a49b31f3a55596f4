"""The web side of the composition root: an open house becomes a Flask app."""

from __future__ import annotations

from flask import Flask, redirect, url_for
from flask_smorest import Api

from hub.services.house import House
from hub.services.notifying.desk import PreferenceDesk
from hub.services.portal.desk import PortalDesk
from hub.services.record_buttons import RecordButtons
from hub.web import health, hooks, proxy
from hub.web.api import problems
from hub.web.api.blueprint import create_api
from hub.web.bodies import WholeBodyRequest
from hub.web.pages.blueprint import create_pages


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
            RecordButtons(house.core),
            vault=house.core.vault,
            public_base_url=settings.public_url,
            portal=PortalDesk(house.core),
            notices=PreferenceDesk(house.core),
        )
    )
    problems.register(app, lost=lambda: redirect(url_for("pages.nothing"), 303))
    return app
