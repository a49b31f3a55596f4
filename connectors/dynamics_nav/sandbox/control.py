"""``/_control/``: how tests look inside and switch faults on. No part of Dynamics NAV."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from connectors.dynamics_nav.sandbox.desk import Entry
from connectors.dynamics_nav.sandbox.errors import HttpError, NavError
from connectors.dynamics_nav.sandbox.schema import Page
from connectors.dynamics_nav.sandbox.store import Company, Row
from connectors.dynamics_nav.sandbox.values import show
from connectors.dynamics_nav.sandbox.words import text_of
from hub.kernel.errors import ConfigurationError
from hub.toolkit.gate import Fault

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox


def blueprint(sandbox: DynamicsNavSandbox) -> Blueprint:
    """All routes; every body and answer is JSON."""
    routes = _Routes(sandbox)
    made = Blueprint("control", __name__, url_prefix="/_control")
    add = made.add_url_rule
    add("/faults", view_func=routes.add_fault, methods=["POST"])
    add("/faults", "clear_faults", view_func=routes.clear, methods=["DELETE"])
    add("/modes", view_func=routes.modes, methods=["GET", "POST"])
    add("/credentials", view_func=routes.credentials, methods=["POST"])
    add("/tokens/expire", view_func=routes.expire, methods=["POST"])
    add("/tick", view_func=routes.tick, methods=["POST"])
    add("/reset", view_func=routes.reset, methods=["POST"])
    add("/calls", view_func=routes.calls)
    add("/counts", view_func=routes.counts)
    add("/notices", view_func=routes.notices)
    add("/snapshot", view_func=routes.snapshot)
    where = "/records/<company>/<service>/<path:key>"
    add(where, view_func=routes.record, methods=["GET", "PUT"])
    add(f"{where}/touch", view_func=routes.touch, methods=["POST"])
    made.register_error_handler(ConfigurationError, lambda e: _json({"error": e.detail}, 400))
    made.register_error_handler(HttpError, lambda e: _json({"error": e.text}, e.status))
    made.register_error_handler(
        NavError, lambda e: _json({"error": text_of(e, sandbox.modes.language)}, 400)
    )
    made.register_error_handler(TypeError, lambda e: _json({"error": "unknown key or type"}, 400))
    return made


class _Routes:
    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox

    def add_fault(self) -> Response:
        """``{"kind", "operation", "count", "seconds"}``"""
        self._sandbox.gate.add(Fault(**_body()))
        return _json({"ok": True})

    def clear(self) -> Response:
        """No faults any more, credentials good again."""
        self._sandbox.gate.clear()
        self._sandbox.modes.refuse_credentials = False
        return _json({"ok": True})

    def modes(self) -> Response:
        """Shows the modes; a POST sets those that it names."""
        for name, value in (_body() if request.method == "POST" else {}).items():
            self._sandbox.modes.set(name, value)
        return _json(asdict(self._sandbox.modes))

    def credentials(self) -> Response:
        """``{"password", "access_key", "client_secret"}``: those given are new."""
        self._sandbox.auth.change(_body())
        return _json({"ok": True})

    def expire(self) -> Response:
        """Tokens end, and connections must sign in again."""
        self._sandbox.auth.sign_everybody_out()
        return _json({"ok": True})

    def tick(self) -> Response:
        """Send the notifications that are due; all that wait with ``{"all": true}``."""
        given = request.get_json(silent=True) or {}
        everything = bool(given.get("all")) if isinstance(given, dict) else False
        return _json({"tried": self._sandbox.webhooks.run_due(everything=everything)})

    def reset(self) -> Response:
        """Back to the seed."""
        self._sandbox.reset()
        return _json({"ok": True})

    def calls(self) -> Response:
        """The call log."""
        return _json(self._sandbox.gate.calls())

    def counts(self) -> Response:
        """Calls and effects per operation."""
        return _json(self._sandbox.gate.counts())

    def notices(self) -> Response:
        """Notifications with their tries; addresses hold secrets and are left out."""
        rows = [
            {"kind": n.kind, "state": n.state, "tries": n.tries, "due": n.due.isoformat(),
             "log": n.log}
            for n in self._sandbox.webhooks.notices
        ]  # fmt: skip
        return _json(rows)

    def snapshot(self) -> Response:
        """Every record of the company with the data, by page."""
        store, company = self._sandbox.store, self._sandbox.company
        pages = store.objects.pages
        with store.guard:
            return _json(
                {
                    name: [self._shown(company, page, row) for row in self._rows(company, page)]
                    for name, page in pages.items()
                }
            )

    def record(self, company: str, service: str, key: str) -> Response:
        """One record; a PUT writes fields as a person would."""
        found, page, row = self._find(company, service, key)
        if request.method == "PUT":
            row = self._sandbox.desk.update(found, page, row, Entry(_body()))
        return _json(self._shown(found, page, row))

    def touch(self, company: str, service: str, key: str) -> Response:
        """Somebody else saves the record: Keys and etags go stale."""
        found, _, row = self._find(company, service, key)
        self._sandbox.desk.touch(found, row)
        return _json({"ok": True})

    def _find(self, company: str, service: str, key: str) -> tuple[Company, Page, Row]:
        """``main`` is the company with the data; the key's pieces are parted by slashes."""
        store = self._sandbox.store
        found = self._sandbox.company if company == "main" else store.company_by_id(company)
        page = store.objects.pages.get(service)
        if found is None or page is None:
            raise HttpError(404, text="no such company or page")
        for row in self._rows(found, page):
            if "/".join(str(row.values[name]) for name in page.read) == key:
                return found, page, row
        raise HttpError(404, text="no such record")

    def _rows(self, company: Company, page: Page) -> list[Row]:
        return self._sandbox.desk.rows(company, page)

    def _shown(self, company: Company, page: Page, row: Row) -> dict[str, Any]:
        desk = self._sandbox.desk
        values = desk.values(company, row)
        shown: dict[str, Any] = {n: show(c, values[n]) for n, c in page.fields.items()}
        for name, lines in desk.lines(company, page, row).items():
            shown[name] = [self._shown(company, page.parts[name], line) for line in lines]
        return shown


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ConfigurationError("a JSON object is expected")
    return body


def _json(body: Any, status: int = 200) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
