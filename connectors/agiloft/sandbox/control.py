"""``/_control/``: how tests look inside and switch faults on. No part of Agiloft."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.store import Actor
from hub.kernel.errors import ConfigurationError
from hub.toolkit.gate import Fault

if TYPE_CHECKING:
    from connectors.agiloft.sandbox.simulator import AgiloftSandbox


def blueprint(sandbox: AgiloftSandbox) -> Blueprint:
    """All routes; every body and answer is JSON."""
    routes = _Routes(sandbox)
    made = Blueprint("control", __name__, url_prefix="/_control")
    made.add_url_rule("/faults", view_func=routes.add_fault, methods=["POST"])
    made.add_url_rule("/faults", "clear_faults", view_func=routes.clear, methods=["DELETE"])
    made.add_url_rule("/modes", view_func=routes.modes, methods=["GET", "POST"])
    made.add_url_rule("/locks", view_func=routes.lock, methods=["POST", "DELETE"])
    made.add_url_rule("/tokens/expire", view_func=routes.expire, methods=["POST"])
    made.add_url_rule("/tick", view_func=routes.tick, methods=["POST"])
    made.add_url_rule("/reset", view_func=routes.reset, methods=["POST"])
    made.add_url_rule("/calls", view_func=routes.calls)
    made.add_url_rule("/counts", view_func=routes.counts)
    made.add_url_rule("/notices", view_func=routes.notices)
    made.add_url_rule("/snapshot", view_func=routes.snapshot)
    made.add_url_rule("/records/<table>", view_func=routes.search)
    made.add_url_rule(
        "/records/<table>/<int:record_id>", view_func=routes.record, methods=["GET", "PUT"]
    )
    made.add_url_rule("/history/<table>/<int:record_id>", view_func=routes.history)
    made.add_url_rule(
        "/press/<table>/<int:record_id>/<name>", view_func=routes.press, methods=["POST"]
    )
    made.register_error_handler(EwError, lambda e: _json({"error": e.text}, e.status))
    made.register_error_handler(ConfigurationError, lambda e: _json({"error": e.detail}, 400))
    made.register_error_handler(TypeError, lambda e: _json({"error": "unknown key or type"}, 400))
    return made


class _Routes:
    def __init__(self, sandbox: AgiloftSandbox) -> None:
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
        modes = self._sandbox.modes
        for name, value in (_body() if request.method == "POST" else {}).items():
            if name not in asdict(modes) or type(value) is not type(getattr(modes, name)):
                raise ConfigurationError(f"unknown mode or wrong type: {name}")
            setattr(modes, name, value)
        return _json(asdict(modes))

    def lock(self) -> Response:
        """``{"table", "id", "by", "minutes"}`` locks as a person would; DELETE takes it off."""
        body = _body()
        table, record_id = str(body["table"]), str(body["id"])
        if request.method == "DELETE":
            self._sandbox.store.unlock(table, record_id, "", force=True)
        else:
            who, minutes = str(body.get("by", "alice")), int(body.get("minutes", 25))
            self._sandbox.store.lock(table, record_id, who, minutes)
        return _json({"ok": True})

    def expire(self) -> Response:
        """All access tokens end now."""
        self._sandbox.sessions.expire_all()
        return _json({"ok": True})

    def tick(self) -> Response:
        """Send the webhook notifications that are due."""
        return _json({"tried": self._sandbox.hooks.run_due()})

    def reset(self) -> Response:
        """Back to the seed."""
        self._sandbox.reset()
        return _json({"ok": True})

    def calls(self) -> Response:
        """The call log."""
        return _json(self._sandbox.gate.calls())

    def counts(self) -> Response:
        """Calls and effects per operation, sign-ins, notifications by state."""
        states: dict[str, int] = {}
        for notice in self._sandbox.hooks.notices:
            states[notice.state] = states.get(notice.state, 0) + 1
        more = {"logins": self._sandbox.sessions.logins, "notices": states}
        return _json({**self._sandbox.gate.counts(), **more})

    def notices(self) -> Response:
        """Webhook notifications with their tries; addresses hold secrets and are left out."""
        rows = [
            {"state": n.state, "tries": n.tries, "due": n.due.isoformat(), "log": n.log}
            for n in self._sandbox.hooks.notices
        ]
        return _json(rows)

    def snapshot(self) -> Response:
        """Every record of every table."""
        store = self._sandbox.store
        return _json({name: store.search(name, "") for name in store.kb.tables})

    def search(self, table: str) -> Response:
        """The records of a table, those of ``?query=`` only if given."""
        return _json(self._sandbox.store.search(table, request.args.get("query", "")))

    def record(self, table: str, record_id: int) -> Response:
        """One record; a PUT writes fields as a person in the browser would."""
        store = self._sandbox.store
        if request.method == "PUT":
            store.update(table, record_id, _body(), Actor("alice", "Web"))
        return _json(store.read(table, record_id))

    def history(self, table: str, record_id: int) -> Response:
        """What was changed in a record, by whom, which way."""
        return _json(
            [
                {"event": c.event, "by": c.actor.login, "source": c.actor.source,
                 "at": c.at.isoformat(), "fields": {k: list(v) for k, v in c.fields.items()}}
                for c in self._sandbox.store.history
                if (c.table, c.id) == (table, record_id)
            ]
        )  # fmt: skip

    def press(self, table: str, record_id: int, name: str) -> Response:
        """Press a button field as a person in the browser would."""
        self._sandbox.press(table, record_id, name)
        return _json({"ok": True})


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ConfigurationError("a JSON object is expected")
    return body


def _json(body: Any, status: int = 200) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
