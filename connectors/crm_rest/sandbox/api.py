"""The API: ``/api/v2/<table>``, with envelopes, every way of paging, ETags, keys and locks.

A list offers all its next-page marks at once (number, offset, cursor, link in the body, ``Link``
and ``Next-Page`` headers); a client takes the one that it knows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from connectors.crm_rest.sandbox.gate import Gate
from connectors.crm_rest.sandbox.signins import SignIns
from connectors.crm_rest.sandbox.store import Refusal, Row, Store, StoredFile

_MOST = 100
_MARKS = ("page", "offset", "cursor")


class Api:
    """Routes and answers."""

    def __init__(self, store: Store, gate: Gate, sign_ins: SignIns, base_url: str) -> None:
        self._store = store
        self._gate = gate
        self._sign_ins = sign_ins
        self._base_url = base_url
        self._known: dict[str, tuple[int, Any]] = {}
        self._known_lock = threading.Lock()

    def reset(self) -> None:
        """Forget idempotency keys."""
        with self._known_lock:
            self._known.clear()

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("api", __name__)
        add = made.add_url_rule
        add("/oauth/token", view_func=self._token, methods=["POST"])
        root = "/api/v2/<table>"
        add(root, "list", self._list, methods=["GET"])
        add(root, "create", self._create, methods=["POST"])
        add(f"{root}/<record_id>", "read", self._read, methods=["GET"])
        add(f"{root}/<record_id>", "update", self._update, methods=["PATCH", "PUT"])
        add(f"{root}/<record_id>/notes", "notes", self._notes, methods=["GET"])
        add(f"{root}/<record_id>/notes", "note", self._note, methods=["POST"])
        add(f"{root}/<record_id>/files", "files", self._files, methods=["GET"])
        add(f"{root}/<record_id>/files/<name>", "file", self._file, methods=["GET"])
        add(f"{root}/<record_id>/files", "attach", self._attach, methods=["POST"])
        return made

    def _token(self) -> Response:
        return self._gate.run("token", self._sign_ins.token)

    def _list(self, table: str) -> Response:
        return self._call("list", lambda: self._found(self._store.table(table)))

    def _read(self, table: str, record_id: str) -> Response:
        return self._call("read", lambda: _one(self._store.row(table, record_id)))

    def _create(self, table: str) -> Response:
        return self._once("create", lambda: _one(self._store.create(table, _data()), 201))

    def _update(self, table: str, record_id: str) -> Response:
        etag = request.headers.get("If-Match", "")
        return self._call(
            "update", lambda: _one(self._store.update(table, record_id, _data(), etag))
        )

    def _notes(self, table: str, record_id: str) -> Response:
        return self._call("list", lambda: self._listed(self._store.row(table, record_id).notes))

    def _note(self, table: str, record_id: str) -> Response:
        def run() -> Response:
            note = self._store.add_note(table, record_id, str(_data().get("text", "")))
            return _json({"data": note}, 201)

        return self._once("note", run)

    def _files(self, table: str, record_id: str) -> Response:
        def run() -> Response:
            files = self._store.row(table, record_id).files
            return self._listed([{"name": f.name, "size": len(f.content)} for f in files])

        return self._call("list", run)

    def _file(self, table: str, record_id: str, name: str) -> Response:
        def run() -> Response:
            files = [f for f in self._store.row(table, record_id).files if f.name == name]
            if not files:
                raise Refusal(404, "not_found", f"no file {name}")
            answer = Response(files[-1].content, content_type=files[-1].type)
            answer.headers.set("Content-Disposition", "attachment", filename=files[-1].name)
            return answer

        return self._call("read", run)

    def _attach(self, table: str, record_id: str) -> Response:
        def run() -> Response:
            part = request.files.get("file")
            if part is None or not part.filename:
                raise Refusal(422, "no_file", "a form with the part file is expected")
            content = part.read()
            kind = part.content_type or "application/octet-stream"
            self._store.attach(table, record_id, StoredFile(part.filename, kind, content))
            return _json({"data": {"name": part.filename, "size": len(content)}}, 201)

        return self._once("attach", run)

    def _found(self, rows: dict[str, Row]) -> Response:
        found = sorted(rows.values(), key=lambda row: row.revision)
        for name, value in request.args.items():
            if name.startswith("filter[") and name.endswith("]"):
                found = [row for row in found if _text(row.fields.get(name[7:-1])) == value]
        after = request.args.get("after_revision")
        if after is not None:
            found = [row for row in found if row.revision > int(after)]
        since = request.args.get("updated_since")
        if since is not None:
            moment = datetime.fromisoformat(since)
            found = [row for row in found if row.at >= moment]
        return self._listed([row.shown() for row in found])

    def _listed(self, items: list[dict[str, Any]]) -> Response:
        """One page, with every mark of the next one."""
        args = request.args
        size = min(int(args.get("per_page", args.get("limit", _MOST))), _MOST)
        start = int(args.get("cursor", args.get("offset", 0)))
        if "page" in args:
            start = (int(args["page"]) - 1) * size
        body: dict[str, Any] = {"data": items[start : start + size]}
        body["meta"] = {"total": len(items), "next_cursor": None}
        body["links"] = {"next": None}
        headers = {"X-Total-Count": str(len(items))}
        if start + size < len(items):
            kept = {name: value for name, value in args.items() if name not in _MARKS}
            query = urlencode({**kept, "per_page": size, "cursor": start + size})
            path = request.path.lstrip("/")
            url = f"{self._base_url}/{path}?{query}"
            body["meta"]["next_cursor"] = str(start + size)
            body["links"]["next"] = url
            headers |= {"Link": f'<{url}&x=1>; rel="last", <{url}>; rel="next"', "Next-Page": url}
        revisions = [str(item["revision"]) for item in items if "revision" in item]
        headers["X-Revision"] = revisions[-1] if revisions else args.get("after_revision", "0")
        response = _json(body)
        response.headers.update(headers)
        return response

    def _once(self, operation: str, run: Callable[[], Response]) -> Response:
        """A POST with a key that was seen before gives its first answer again."""
        key = request.headers.get("Idempotency-Key", "")

        def keyed() -> Response:
            known = self._known.get(key) if key else None
            if known:
                response = _json(known[1], known[0])
                response.headers["Idempotent-Replayed"] = "true"
                return response
            response = run()
            if key:
                self._known[key] = (response.status_code, response.get_json())
            return response

        return self._call(operation, keyed)

    def _call(self, operation: str, run: Callable[[], Response]) -> Response:
        def guarded() -> Response:
            try:
                self._sign_ins.check()
                with self._store.guard:
                    return run()
            except Refusal as refusal:
                return _refused(refusal)

        return self._gate.run(operation, guarded)


def _data() -> dict[str, Any]:
    body = request.get_json(silent=True)
    found = body.get("data") if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise Refusal(400, "bad_json", "an object data is expected")
    return found


def _one(row: Row, status: int = 200) -> Response:
    response = _json({"data": row.shown()}, status)
    response.headers["ETag"] = row.etag
    return response


def _refused(refusal: Refusal) -> Response:
    error = {"code": refusal.code, "message": refusal.text}
    response = _json({"error": error}, refusal.status)
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _json(body: Any, status: int = 200) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _text(value: Any) -> str:
    return "" if value is None else str(value)
