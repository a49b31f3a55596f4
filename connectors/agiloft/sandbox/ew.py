"""The EW surface: ``/ewws/EWOperation`` with its decorators, authentication and answer styles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.datastructures import MultiDict

from connectors.agiloft.sandbox import ewrest
from connectors.agiloft.sandbox.errors import SESSION, EwError
from connectors.agiloft.sandbox.ew_operations import OPERATIONS, Reply
from connectors.agiloft.sandbox.gate import Gate
from connectors.agiloft.sandbox.modes import Modes
from connectors.agiloft.sandbox.sessions import Sessions, inline_credentials
from connectors.agiloft.sandbox.store import Actor, Store

_DECORATORS = {"async", "redirect"}
_TOKEN_ONLY = {"EWTable", "EWSavedSearch"}
_NO_TABLE = {"EWTable", "EWAsyncStatus", "EWLogin", "EWLogout"}
_ASYNC = {"EWCreate", "EWUpdate", "EWDelete", "EWActionButton"}


@dataclass(frozen=True)
class EwCall:
    """One call as the operations see it."""

    store: Store
    modes: Modes
    params: MultiDict[str, str]
    actor: Actor
    callbacks: dict[str, int]

    @property
    def table(self) -> str:
        return self.params.get("$table", "")

    def need(self, name: str) -> str:
        """A parameter that must be there."""
        value = self.params.get(name, "")
        if not value:
            raise EwError(400, f"Missing required parameter {name}")
        return value

    def fields(self) -> dict[str, Any]:
        """The data among the parameters: everything but system parameters and the id."""
        skipped = {"id", "err_code_resp", "KB", "lang", "login", "password"}
        names = [n for n in self.params if not n.startswith("$") and n not in skipped]
        lists = {name: self.params.getlist(name) for name in names}
        return {name: v if len(v) > 1 else v[0] for name, v in lists.items()}


class EwSurface:
    """Dispatches ``/ewws/<path>``."""

    def __init__(self, store: Store, sessions: Sessions, gate: Gate, modes: Modes) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._modes = modes
        self._callbacks: dict[str, int] = {}

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("ew", __name__)
        blueprint.add_url_rule(
            "/ewws/<path:path>", view_func=self._view, methods=["GET", "POST", "PUT", "DELETE"]
        )
        return blueprint

    def _view(self, path: str) -> Response:
        pieces = path.split("/")
        operation = next((p for p in pieces if p.lstrip(".") not in {*_DECORATORS, "json"}), "")
        decorators = {p.lstrip(".") for p in pieces if p != operation}
        short = {"EWLogin": "login", "EWLogout": "logout"}.get(operation)
        name = short or (OPERATIONS[operation].log if operation in OPERATIONS else "unknown")
        return self._gate.run(name, "ew", lambda: self._answer(operation, decorators))

    def _answer(self, operation: str, decorators: set[str]) -> Response:
        params: MultiDict[str, str] = request.values.copy()
        try:
            reply = self._reply(operation, decorators, params)
        except EwError as error:
            if "redirect" in decorators and params.get("$errorurl"):
                return _redirect(params["$errorurl"])
            return self._refusal(operation, error, "json" in decorators)
        if "redirect" in decorators and params.get("$exiturl"):
            return _redirect(params["$exiturl"])
        if reply.response is not None:
            return reply.response
        if "json" in decorators:
            body = {"success": True, "message": "", "result": reply.json}
            return _json(body, reply.status)
        text = ewrest.assignments(reply.lines, crlf=self._modes.crlf, spaced=reply.spaced)
        return Response(text, reply.status, content_type="text/plain; charset=utf-8")

    def _reply(self, operation: str, decorators: set[str], params: MultiDict[str, str]) -> Reply:
        if operation == "EWLogin":
            return Reply(response=self._login(params))
        if operation == "EWLogout":
            self._sessions.sign_out(self._sessions.bearer(_authorization()).access)
            return Reply(response=Response("", 200, content_type="text/plain"))
        handler = OPERATIONS.get(operation)
        if handler is None:
            raise EwError(404, f"Unknown operation {operation}")
        if request.method not in handler.methods:
            raise EwError(405, "Method not supported by this URL")
        if operation in _TOKEN_ONLY and "json" not in decorators:
            raise EwError(400, "This operation answers through /.json only")
        login = self._authenticate(operation, params)
        if not params.get("$KB") or not (params.get("$lang") or params.get("lang")):
            raise EwError(400, "Missing required parameter $KB or $lang")
        if operation not in _NO_TABLE and not params.get("$table"):
            raise EwError(400, "Missing required parameter $table")
        actor = Actor(login, "API")
        call = EwCall(self._store, self._modes, params, actor, self._callbacks)
        with self._store.guard:
            return self._run(handler.run, call, "async" in decorators and operation in _ASYNC)

    def _run(self, run: Callable[[EwCall], Reply], call: EwCall, queued: bool) -> Reply:
        reply = run(call)
        if not queued or "EWCALLBACK_ID" in reply.lines:
            return reply
        callback = f"{10_100 + len(self._callbacks)}_1"
        self._callbacks[callback] = 0
        return Reply({"EWCALLBACK_ID": callback}, {"callback_id": callback}, status=202)

    def _authenticate(self, operation: str, params: MultiDict[str, str]) -> str:
        inline, header = inline_credentials(params), _authorization()
        if inline and header:
            raise EwError(400, "Both login/password and token are given", SESSION)
        if inline:
            if operation in _TOKEN_ONLY:
                raise EwError(400, "Neither login nor token fits: a token is needed", SESSION)
            return self._sessions.check_credentials(params.get("$KB", ""), *inline).login
        if not header:
            raise EwError(400, "Neither login/password nor token is given", SESSION)
        if not self._modes.token_on_ew and operation not in _TOKEN_ONLY:
            raise EwError(401, "Wrong authorization scheme", SESSION)
        login = self._sessions.bearer(header).login
        if params.get("$KB"):
            self._sessions.check_kb(params["$KB"])
        return login

    def _login(self, params: MultiDict[str, str]) -> Response:
        if not (params.get("$lang") or params.get("lang")):
            raise EwError(400, "Missing required parameter $lang")
        refresh = params.get("refresh_token")
        if refresh:
            session = self._sessions.refresh(_authorization(), refresh)
        else:
            login, password = inline_credentials(params) or ("", "")
            session = self._sessions.sign_in(params.get("$KB", ""), login, password)
        return _json(self._sessions.answer(session, seconds=False), 200)

    def _refusal(self, operation: str, error: EwError, as_json: bool) -> Response:
        if operation == "EWLock":
            return _json({"error": error.code, "error_description": error.text}, error.status)
        if as_json:
            honest = request.values.get("err_code_resp") == "1"
            body = {"success": False, "message": f"{error.name}: {error.text}", "result": None}
            return _json(body, error.status if honest else 200)
        page = ewrest.error_page(error, int(self._store.clock.wall().timestamp() * 1000))
        return Response(page, error.status, content_type="text/html; charset=utf-8")


def _authorization() -> str:
    return request.headers.get("Authorization", "")


def _json(body: Any, status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _redirect(address: str) -> Response:
    return Response("", redirect(address).status_code, {"Location": address})
