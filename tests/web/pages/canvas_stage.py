"""A page that holds nothing but the canvas's fields, served with the hub's own headers.

``Desk`` is the server behind it: it keeps what was posted and can be told what to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
from flask import Flask, Response, redirect, render_template_string, request
from werkzeug.serving import make_server

import hub.web
from hub.toolkit.ink import read_ink
from hub.web.pages.headers import secure

WEB = Path(hub.web.__file__).parent
CONSENT = "I accept the offer of 1 250 kr."
PAGE = """{% extends "pages/layout.html" %}
{% from "pages/canvas_fields.html" import canvas_facts, canvas_fields with context %}
{% block title %}Sign{% endblock %}
{% block head %}<link rel="stylesheet" href="{{ asset('canvas.css') }}">{% endblock %}
{% block main %}<h1>Sign the offer</h1>
<form method="post" action="/sign" novalidate {{ canvas_facts(_, canvas) }}>
{{ canvas_fields(_, canvas) }}
<div class="bar"><button class="button" type="submit" id="sign">Sign</button></div>
</form>{% endblock %}
{% block scripts %}<script type="module" src="{{ asset('build/pages.js') }}"></script>
<script type="module" src="{{ asset('build/canvas.js') }}"></script>{% endblock %}"""


@dataclass
class Desk:
    """What the page shows, what it has sent, and what it is answered next."""

    methods: tuple[str, ...] = ("drawn", "typed")
    consent: str = CONSENT
    code: str = ""
    name: str = "Alice Andersson"
    errors: dict[str, str] = field(default_factory=dict)
    answers: list[dict[str, str]] = field(default_factory=list)  # errors for the next posts
    posted: list[dict[str, str]] = field(default_factory=list)
    address: str = ""
    gate: Callable[[float], Any] = lambda seconds: None  # what an answer waits for

    @property
    def ink(self) -> Any:
        """The last drawing that arrived, read as the hub reads it."""
        return read_ink(orjson.loads(self.posted[-1]["ink"]))

    def canvas(self) -> dict[str, Any]:
        """The facts that the fields are drawn from."""
        return {
            "order": "order-1",
            "methods": self.methods,
            "least_ink": 0.2,
            "name": self.name,
            "method": "",
            "consent": self.consent,
            "agreed": False,
            "code": self.code,
            "errors": self.errors,
        }

    def take(self) -> Any:
        """A post: refused as told, or signed."""
        self.posted.append(request.form.to_dict())
        self.gate(30)
        errors = self.answers.pop(0) if self.answers else {}
        if request.accept_mimetypes.best == "application/json":
            return ({"errors": errors}, 422) if errors else {"location": "/done"}
        return redirect("/done", 303)


def _app(desk: Desk) -> Flask:
    app = Flask("canvas", template_folder=str(WEB / "templates"), static_folder=str(WEB / "static"))
    facts = {"asset": lambda name: f"/static/{name}", "_": _english, "lang": "en"}

    @app.get("/")
    def page() -> str:
        return render_template_string(PAGE, canvas=desk.canvas(), **facts)

    @app.get("/done")
    def done() -> str:
        return "<!doctype html><html lang=en><title>Done</title><h1>Signed</h1>"

    @app.after_request
    def headers(response: Response) -> Response:
        secure(response, https=False)
        return response

    app.add_url_rule("/sign", view_func=desk.take, methods=["POST"], endpoint="sign")
    return app


def _english(message: str, **values: object) -> str:
    return message % values if values else message


@contextmanager
def desk_served(**facts: Any) -> Iterator[Desk]:
    """The page on a free port."""
    desk = Desk(**facts)
    server = make_server("127.0.0.1", 0, _app(desk), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    desk.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
