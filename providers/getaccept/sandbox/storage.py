"""Where files lie: a server of its own on another port, with addresses that end after 10 minutes.

As object stores do, it refuses a call that comes with both a signed address and a token; tests can
see that one was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from hub.contracts.sandbox import SandboxContext
from hub.kernel.ids import random_token
from providers.getaccept.sandbox import papers
from providers.getaccept.sandbox.gate import Gate, dropped
from providers.getaccept.sandbox.lifecycle import Lifecycle
from providers.getaccept.sandbox.messages import signed_copy
from providers.getaccept.sandbox.model import Attachment, Document
from providers.getaccept.sandbox.refusals import Refusal
from providers.getaccept.sandbox.store import Store

LIFE = timedelta(minutes=10)
_BUCKET = "ga-eu-sandbox"
_PAGE = "<!DOCTYPE html><html><body>Not what you are looking for</body></html>"


class Storage:
    """Signed addresses, and the server behind them. ``leaks`` lists calls that brought a token."""

    def __init__(
        self, context: SandboxContext, store: Store, lifecycle: Lifecycle, gate: Gate
    ) -> None:
        self.leaks: list[dict[str, str]] = []
        self._context = context
        self._store = store
        self._life = lifecycle
        self._gate = gate
        self._secret = random_token().encode()
        self._port = 0
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._app = self._make_app()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve."""
        if self._server is not None:
            return
        port = self._port or self._context.free_port("getaccept_storage")
        self._server = make_server(
            "127.0.0.1", port, self._app, threaded=True, request_handler=_Quiet
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="getaccept-storage", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; may be called twice."""
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            self._thread.join(5)
            server.server_close()

    def document_url(self, document: Document) -> str:
        """The PDF: the original, or once it exists the signed copy."""
        kind = "signed" if document.status == "signed" else "original"
        return self._signed(f"/{_BUCKET}/{kind}/{document.id}.pdf")

    def picture_url(self, document: Document) -> str:
        """The first page as a picture."""
        return self._signed(f"/{_BUCKET}/thumbs/{document.id}.png")

    def attachment_url(self, document: Document, one: Attachment) -> str:
        """A file beside the document."""
        if one.kind == "external":
            return one.url
        return self._signed(f"/{_BUCKET}/attachments/{document.id}/{one.id}")

    def preview_url(self, document: Document) -> str:
        """A page to look at the document as its recipients will see it."""
        path = f"/v/preview/{document.id}"
        mark = self._mark(path, "0")
        return f"{self._context.base_url}{path}?token={mark}"

    def is_preview(self, document_id: str, token: str) -> bool:
        """Whether the token of a preview page is right."""
        return hmac.compare_digest(self._mark(f"/v/preview/{document_id}", "0"), token)

    def _signed(self, path: str) -> str:
        ends = str(int((self._context.clock.wall() + LIFE).timestamp()))
        query = (
            f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={int(LIFE.total_seconds())}"
            f"&X-Amz-Date={ends}&X-Amz-Signature={self._mark(path, ends)}"
        )
        return f"{self.origin}{path}?{query}"

    def _mark(self, path: str, ends: str) -> str:
        return hmac.new(self._secret, f"{path} {ends}".encode(), hashlib.sha256).hexdigest()

    def _make_app(self) -> Flask:
        app = Flask("getaccept_storage", static_folder=None)
        app.add_url_rule(f"/{_BUCKET}/<path:rest>", view_func=self._serve)
        return app

    def _serve(self, rest: str) -> Response:
        """Not part of the API: no rate limit, faults of its own."""
        with self._gate.board.call("storage"):
            slow = self._gate.board.strikes("storage.slow")
            if slow:
                self._gate.board.hold(slow.seconds)
            if self._gate.board.strikes("storage.error_500"):
                return _refused(500, "InternalError")
            if self._gate.board.strikes("storage.drop_before"):
                return dropped()
            if self._gate.board.strikes("storage.html") or self._gate.board.strikes(
                "storage.not_pdf"
            ):
                return Response(_PAGE, 200, content_type="text/html")
            response = self._file(rest)
            return dropped() if self._gate.board.strikes("storage.drop_after") else response

    def _file(self, rest: str) -> Response:
        given = request.headers.get("Authorization")
        if given:
            self.leaks.append({"path": request.path, "scheme": given.partition(" ")[0]})
            return _refused(400, "InvalidArgument")
        ends = request.args.get("X-Amz-Date", "0")
        mark = request.args.get("X-Amz-Signature", "")
        if not hmac.compare_digest(self._mark(request.path, ends), mark):
            return _refused(403, "SignatureDoesNotMatch")
        if int(ends) <= self._context.clock.wall().timestamp():
            return _refused(403, "AccessDenied")
        try:
            with self._store.guard:
                return self._content(*rest.split("/"))
        except Refusal:
            return _refused(404, "NoSuchKey")

    def _content(self, kind: str, name: str, part: str = "") -> Response:
        document = self._store.document(name.partition(".")[0])
        if kind == "signed":
            if not self._life.signed_copy_is_there(document):
                return _refused(404, "NoSuchKey")
            return Response(signed_copy(document), content_type="application/pdf")
        if kind == "original":
            return Response(document.content, content_type="application/pdf")
        if kind == "thumbs":
            return Response(papers.picture(document.content, 1, 240), content_type="image/png")
        for one in document.attachments:
            if one.id == part and one.content:
                answer = Response(one.content, content_type="application/octet-stream")
                answer.headers.set("Content-Disposition", "attachment", filename=one.file_name)
                return answer
        return _refused(404, "NoSuchKey")


class _Quiet(WSGIRequestHandler):
    """Says nothing: addresses are secret."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


def _refused(status: int, code: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Response(body, status, content_type="application/xml")
