"""The alrest surface: JSON, token only, ``/ewws/alrest/{KB}/...``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.agiloft.sandbox.buttons import press
from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.ew_operations import file_at, info_of
from connectors.agiloft.sandbox.gate import Gate
from connectors.agiloft.sandbox.sessions import Sessions
from connectors.agiloft.sandbox.store import Actor, Store, StoredFile

# last path piece → (word in log and faults, method name here)
_ON_RECORD = {
    "attach": ("attach", "attach"),
    "attachInfo": ("attach_info", "attach_info"),
    "retrieveAttach": ("retrieve", "retrieve"),
    "removeAttach": ("remove_attachment", "remove"),
    "actionButton": ("button", "button"),
}
_BY_METHOD = {"GET": "read", "PUT": "update", "DELETE": "delete"}


class AlrestSurface:
    """Routes and answers of the JSON surface."""

    def __init__(self, store: Store, sessions: Sessions, gate: Gate) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate

    def blueprint(self) -> Blueprint:
        """The routes. Unlike a real server this one needs no Swagger page."""
        blueprint = Blueprint("alrest", __name__)
        root = "/ewws/alrest/<kb>"
        add = blueprint.add_url_rule
        add(f"{root}/login", view_func=self._login, methods=["POST"])
        add(f"{root}/logout", view_func=self._logout, methods=["POST"])
        add(f"{root}/<table>", view_func=self._create, methods=["POST"])
        add(f"{root}/<table>/search", view_func=self._search, methods=["POST"])
        add(f"{root}/<table>/upsert", view_func=self._upsert, methods=["POST"])
        add(f"{root}/<table>/<int:record_id>", view_func=self._record, methods=[*_BY_METHOD])
        add(f"{root}/<table>/<word>/<int:record_id>", view_func=self._on_record, methods=["POST"])
        return blueprint

    def _login(self, kb: str) -> Response:
        def run() -> Response:
            body = _body()
            if not body.get("lang"):
                raise EwError(400, "Missing required parameter lang")
            self._sessions.check_kb(kb)
            given = (str(body.get(name) or "") for name in ("KB", "login", "password"))
            session = self._sessions.sign_in(*given)
            return _good(self._sessions.answer(session, seconds=True))

        return self._gate.run("login", "alrest", lambda: _guarded(run))

    def _logout(self, kb: str) -> Response:
        def run() -> Response:
            self._sessions.sign_out(self._session(kb).access)
            return _good(None)

        return self._gate.run("logout", "alrest", lambda: _guarded(run))

    def _create(self, kb: str, table: str) -> Response:
        def run(actor: Actor) -> Response:
            record_id = self._store.create(table, _body(), actor)
            return _good({"id": record_id})

        return self._call(kb, "create", run)

    def _search(self, kb: str, table: str) -> Response:
        def run(actor: Actor) -> Response:
            body = _body()
            if "search" in body or "query" not in body:
                raise EwError(400, "Wrong query: only the key query is understood")
            names = body.get("field") or []
            for name in names:
                if name not in self._store.table(table).fields:
                    raise EwError(400, f"No column {name} in table {table}")
            rows = self._store.search(table, str(body["query"]))
            return _good([{n: row.get(n) for n in names} if names else row for row in rows])

        return self._call(kb, "search", run)

    def _upsert(self, kb: str, table: str) -> Response:
        def run(actor: Actor) -> Response:
            found = self._store.search(table, request.args.get("query", ""))
            if len(found) > 1:
                raise EwError(409, "The upsert matched several records")
            if not found:
                return _good({"id": self._store.create(table, _body(), actor)}, 201)
            self._store.update(table, found[0]["id"], _body(), actor)
            return _good({"id": found[0]["id"]})

        return self._call(kb, "upsert", run)

    def _record(self, kb: str, table: str, record_id: int) -> Response:
        operation = _BY_METHOD[request.method]

        def run(actor: Actor) -> Response:
            if operation == "delete":
                self._store.delete(table, record_id, actor)
                return _good(None)
            if operation == "update":
                self._store.update(table, record_id, _body(), actor)
            return _good(self._store.read(table, record_id))

        return self._call(kb, operation, run)

    def _on_record(self, kb: str, table: str, word: str, record_id: int) -> Response:
        operation, method = _ON_RECORD.get(word, ("unknown", "unknown"))

        def run(actor: Actor) -> Response:
            if method == "unknown":
                raise EwError(404, f"Unknown operation {word}")
            answer: Response = getattr(self, f"_{method}")(table, record_id, actor)
            return answer

        return self._call(kb, operation, run)

    def _attach(self, table: str, record_id: int, actor: Actor) -> Response:
        part = request.files.get("uploadFile")
        if part is None:
            raise EwError(400, "Missing required parameter uploadFile")
        name = request.args.get("fileName", "")
        file = StoredFile(name, part.content_type or "application/octet-stream", part.read())
        return _good(self._store.attach(table, record_id, _need("field"), file, actor))

    def _attach_info(self, table: str, record_id: int, actor: Actor) -> Response:
        return _good(info_of(self._store.files(table, record_id, _need("field"))))

    def _retrieve(self, table: str, record_id: int, actor: Actor) -> Response:
        files = self._store.files(table, record_id, _need("field"))
        position = request.args.get("filePosition", "")
        if not position.isdecimal() or int(position) >= len(files):
            # seen on live servers: the failure comes with status 200
            return _bad(EwError(200, "No data for this file position"))
        file = files[int(position)]
        response = Response(file.content, content_type=file.content_type)
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
        return response

    def _remove(self, table: str, record_id: int, actor: Actor) -> Response:
        files = self._store.files(table, record_id, _need("field"))
        del files[file_at(files, _need("filePosition"))]
        return _good(len(files))

    def _button(self, table: str, record_id: int, actor: Actor) -> Response:
        press(self._store, table, record_id, _need("name"), actor)
        return _good({"id": record_id})

    def _call(self, kb: str, operation: str, run: Callable[[Actor], Response]) -> Response:
        def guarded() -> Response:
            session = self._session(kb)
            with self._store.guard:
                return run(Actor(session.login, "API"))

        return self._gate.run(operation, "alrest", lambda: _guarded(guarded))

    def _session(self, kb: str) -> Any:
        session = self._sessions.bearer(request.headers.get("Authorization", ""))
        self._sessions.check_kb(kb)
        if not request.args.get("lang"):
            raise EwError(400, "Missing required parameter lang")
        return session


def _guarded(run: Callable[[], Response]) -> Response:
    try:
        return run()
    except EwError as error:
        return _bad(error)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise EwError(400, "Wrong format: a JSON object is expected")
    return body


def _need(name: str) -> str:
    value = request.args.get(name, "")
    if not value:
        raise EwError(400, f"Missing required parameter {name}")
    return value


def _good(result: Any, status: int = 200) -> Response:
    response = jsonify({"success": True, "message": "", "result": result})
    response.status_code = status
    return response


def _bad(error: EwError) -> Response:
    errors = [{"message": f"{error.name}: {error.text}"}]
    response = jsonify({"success": False, "message": error.text, "errors": errors})
    response.status_code = error.status
    return response
