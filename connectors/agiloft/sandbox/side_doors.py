"""Two more addresses of the vendor: OAuth2 tokens (``/ewws/otoken``) and the webhook API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.gate import Gate
from connectors.agiloft.sandbox.hooks import Hook, Hooks
from connectors.agiloft.sandbox.sessions import Sessions, inline_credentials

# refusals of the sign-in as the webhook API words them
_CODES = {400: "INVALID_ACCESS_TOKEN", 401: "INVALID_ACCESS_TOKEN", 403: "INVALID_LOGIN"}


class SideDoors:
    """Routes outside the three surfaces."""

    def __init__(self, sessions: Sessions, hooks: Hooks, gate: Gate) -> None:
        self._sessions = sessions
        self._hooks = hooks
        self._gate = gate

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("side_doors", __name__)
        add = blueprint.add_url_rule
        add("/ewws/otoken", view_func=self._otoken, methods=["POST"])
        methods = ["GET", "POST", "PUT", "DELETE"]
        add("/ewws/webhooks", view_func=self._webhooks, methods=methods)
        add("/ewws/webhooks/<int:number>", view_func=self._webhooks, methods=methods)
        return blueprint

    def _otoken(self) -> Response:
        def run() -> Response:
            form = request.form
            if form.get("grant_type") != "client_credentials":
                return _json({"error": "unsupported_grant_type"}, 400)
            try:
                session = self._sessions.client_credentials(
                    form.get("client_id", ""), form.get("client_secret", ""), form.get("kb", "")
                )
            except EwError as error:
                return _json({"error": error.text}, error.status)
            answer = self._sessions.answer(session, seconds=True)
            kept = {k: v for k, v in answer.items() if k != "refresh_token"}
            return _json({**kept, "token_type": "Bearer"}, 200)

        return self._gate.run("otoken", "oauth", run)

    def _webhooks(self, number: int = 0) -> Response:
        def run() -> Response:
            try:
                self._authenticate()
                answers: dict[str, Callable[[int], Response]] = {
                    "GET": self._list,
                    "POST": self._register,
                    "PUT": self._change,
                    "DELETE": self._delete,
                }
                return answers[request.method](number)
            except EwError as error:
                return _json({"error": error.code, "error_description": error.text}, error.status)

        return self._gate.run("webhooks", "webhooks", run)

    def _authenticate(self) -> None:
        header, inline = request.headers.get("Authorization", ""), inline_credentials(request.args)
        try:
            if inline and not header:
                self._sessions.check_credentials(request.args.get("$KB", ""), *inline)
            else:
                self._sessions.bearer(header)
        except EwError as error:
            code = _CODES.get(error.status, "UNAUTHORIZED")
            raise EwError(401, error.text, code=code) from None

    def _list(self, number: int) -> Response:
        key, table = request.args.get("wh_key"), request.args.get("byTable")
        found = [self._hooks.by_key(key)] if key else list(self._hooks.hooks)
        found = [h for h in found if not number or h.id == number]
        return _json([_shown(h) for h in found if table in (None, h.facts["table_name"])], 200)

    def _register(self, number: int) -> Response:
        hook = self._hooks.register(_body())
        response = _json({"id": hook.id, "webhook_key": hook.key}, 201)
        response.headers["Location"] = f"/ewws/webhooks/{hook.id}"
        return response

    def _change(self, number: int) -> Response:
        hook = self._found(number)
        self._hooks.change(hook, _body())
        return _json(_shown(hook), 200)

    def _delete(self, number: int) -> Response:
        self._hooks.delete(self._found(number))
        return Response("", 204)

    def _found(self, number: int) -> Hook:
        hook = next((h for h in self._hooks.hooks if number and h.id == number and h.key), None)
        return hook or self._hooks.by_key(request.args.get("wh_key", ""))


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise EwError(400, "The body is not a JSON object", code="INVALID_JSON")
    return body


def _shown(hook: Hook) -> dict[str, Any]:
    return {"id": hook.id, "webhook_key": hook.key, **hook.facts}


def _json(body: Any, status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
