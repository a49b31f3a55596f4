"""A CRM in one process: its API, its webhooks, and a page where a person changes a case."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from connectors.crm_rest.sandbox import service
from connectors.crm_rest.sandbox.api import Api
from connectors.crm_rest.sandbox.gate import Gate
from connectors.crm_rest.sandbox.quote_screen import QuoteScreen
from connectors.crm_rest.sandbox.quotes import QUOTES
from connectors.crm_rest.sandbox.service_screen import ServiceScreen
from connectors.crm_rest.sandbox.signins import TOKEN, SignIns
from connectors.crm_rest.sandbox.store import CASES, CONTACTS, OFFERS, Refusal, Row, Store
from hub.contracts.sandbox import Sandbox, SandboxContext, SandboxLink
from hub.kernel.errors import ParaphError
from hub.kernel.logging import get_logger
from hub.toolkit.http import HttpClient

_log = get_logger(__name__)
_LARGEST_CALL = 30_000_000
HOOK_SECRET = "sandbox-hook-secret"


class CrmRestSandbox(Sandbox):
    """State lives in memory."""

    title = "CRM with a JSON API"

    def __init__(self, context: SandboxContext) -> None:
        super().__init__(context)
        self.store = Store(context.clock)
        self.gate = Gate()
        self.sign_ins = SignIns(context.clock)
        self._api = Api(self.store, self.gate, self.sign_ins, context.base_url)
        self._quotes = QuoteScreen(self.store)
        self._service = ServiceScreen(self.store, context.clock, context.base_url)
        self._hook = self._service_hook = ""
        self.store.changed = self._notify
        self._app = self._make_app()

    def wsgi(self) -> Callable[..., Any]:
        """The app to mount under ``/crm_rest``."""
        return self._app

    def settings(self) -> Mapping[str, Any]:
        """How the hub reaches this CRM."""
        return {
            "base_url": f"{self.context.base_url}/api/v2",
            "auth": "bearer",
            "token": TOKEN,
            "error_code": "error.code",
            "paging": {"style": "next_link", "next": "links.next"},
            "tables": self._tables(),
            "hook": {"check": "hmac", "header": "X-Crm-Signature", "prefix": "sha256=",
                     "timestamp_header": "X-Crm-Timestamp", "signed": "{timestamp}.{body}",
                     "id": "record.id", "table_at": "record.type", "event": "event_id"},
            "hook_secret": HOOK_SECRET,
        }  # fmt: skip

    def _tables(self) -> dict[str, Any]:
        envelope = {"record": "data", "items": "data", "wrap": "data"}
        found: dict[str, Any] = {CONTACTS: {"path": "/contacts", **_common()}}
        for name, one in ((CASES, "case"), (OFFERS, "offer"), (QUOTES, "quote")):
            files = f"/{name}/{{id}}/files"
            found[name] = {
                "path": f"/{name}",
                **_common(),
                "note": {"table": f"{one}_notes"},
                "attach": {"path": files, "listed": files, "items": "data", "size": "size"},
                "files": {"path": f"{files}/{{file}}"},
                "record_link": f"{self.context.base_url}/#{one}-{{id}}",
            }
            found[f"{one}_notes"] = {"path": f"/{name}/{{parent}}/notes", **envelope}
        # what a quote's mapping calls them
        found["quote"] = found.pop(QUOTES)
        found["quote"]["record_link"] = f"{self.context.base_url}/quotes/{{id}}"
        for one in ("order", "order_line", "invoice"):
            found[one] = {"path": f"/{one}s", **_common()}
            found[one]["record_link"] = f"{self.context.base_url}/quotes#{one}-{{id}}"
        return found | service.tables(_common, self.context.base_url)

    def links(self) -> tuple[SandboxLink, ...]:
        """What the start page shows."""
        return (
            SandboxLink(
                "CRM", "/", "Offers and cases; a button asks for signatures.", begins="offer"
            ),
            SandboxLink(
                "Quotes",
                "/quotes",
                "A heating firm's quotes, in French: send, chase, follow.",
                begins="quote",
            ),
            SandboxLink(
                "Field service",
                "/service/",
                "Offers that are shared in the customer's portal, and what came of each.",
                begins="share",
            ),
        )

    def reset(self) -> None:
        """Back to the seed."""
        self.gate.reset()
        self.sign_ins.end_tokens()
        self._api.reset()
        self.store.reset()

    def connect(self, links: Mapping[str, str]) -> None:
        """Learn the addresses of the hub's hooks, of its button for an offer and of the portal."""
        self._hook = links.get("hook", "")
        self._quotes.button = links.get("button.quote.quote", "")
        self._service_hook = links.get("hook.service", "")
        self._service.chase = links.get("button.portal_offer", "")
        self._service.portal = links.get("portal.service", "")

    def signed(self, body: bytes, moment: str) -> dict[str, str]:
        """The headers of a webhook with this body."""
        text = f"{moment}.".encode() + body
        digest = hmac.new(HOOK_SECRET.encode(), text, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Crm-Timestamp": moment,
            "X-Crm-Signature": f"sha256={digest}",
        }

    def _notify(self, table: str, record_id: str) -> None:
        hook = self._service_hook if table in service.FIELDS else self._hook
        if not hook:
            return
        revision = self.store.row(table, record_id).revision
        event = {"event_id": f"e{revision}", "record": {"type": table, "id": record_id}}
        body = json.dumps(event).encode()
        client = HttpClient(hook)
        try:
            client.call("POST", "", data=body, headers=self.signed(body, str(int(time.time()))))
        except ParaphError as error:
            _log.warning("crm_sandbox_webhook_not_taken", reason=error.code)
        finally:
            client.close()

    def _make_app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        app.config["MAX_CONTENT_LENGTH"] = _LARGEST_CALL
        app.register_blueprint(self._api.blueprint())
        app.register_blueprint(self._people())
        app.register_blueprint(self._quotes.blueprint())
        app.register_blueprint(self._service.blueprint())
        app.add_url_rule(
            "/_control/<what>", view_func=self._control, methods=["GET", "POST", "DELETE"]
        )
        return app

    def _people(self) -> Blueprint:
        made = Blueprint("people", __name__)
        made.add_url_rule("/", view_func=self._page)
        asked = f"/<any({CASES}, {OFFERS}):table>/<record_id>"
        made.add_url_rule(asked, view_func=self._ask, methods=["POST"])
        made.add_url_rule(f"/{OFFERS}/<record_id>.json", view_func=self._shown)
        made.add_url_rule(f"/{OFFERS}/<record_id>/files/<int:number>", view_func=self._file)
        return made

    def _page(self) -> str:
        with self.store.guard:
            rows = {
                name: list(self.store.rows[name].values()) for name in (CASES, OFFERS, CONTACTS)
            }
        return render_template("crm.html", base=request.script_root, **rows)

    def _shown(self, record_id: str) -> Response:
        """An offer as its screen shows it."""
        try:
            row: Row = self.store.row(OFFERS, record_id)
        except Refusal as refusal:
            return Response(refusal.text, refusal.status)
        place = f"{self.context.base_url}/{OFFERS}/{record_id}/files"
        files = [{"name": one.name, "url": f"{place}/{n}"} for n, one in enumerate(row.files)]
        return jsonify(fields=row.fields, files=files)

    def _file(self, record_id: str, number: int) -> Response:
        """A file of an offer, for a person to look at."""
        try:
            row: Row = self.store.row(OFFERS, record_id)
        except Refusal as refusal:
            return Response(refusal.text, refusal.status)
        if number >= len(row.files):
            return Response("no such file", 404)
        file = row.files[number]
        answer = Response(file.content, content_type=file.type)
        answer.headers.set("Content-Disposition", "inline", filename=file.name)
        return answer

    def _ask(self, table: str, record_id: str) -> Answer:
        try:
            self.store.by_person(table, record_id, {"status": "Signature wanted"})
        except Refusal as refusal:
            return Response(refusal.text, refusal.status)
        return redirect(f"{request.script_root}/")

    def _control(self, what: str) -> Response:
        """``faults`` and ``calls`` of the switchboard, ``effects``, ``tokens`` (DELETE)."""
        if what == "effects":
            return jsonify(self.gate.effects())
        if what == "tokens" and request.method == "DELETE":
            self.sign_ins.end_tokens()
            return jsonify({})
        data = request.get_json(silent=True)
        status, body = self.gate.board.control(
            request.method, what, data if isinstance(data, dict) else {}
        )
        answer = jsonify(body)
        answer.status_code = status
        return answer


def _common() -> dict[str, Any]:
    """What all tables have; made anew for each, since a file of settings holds nothing twice."""
    return {
        "record": "data",
        "items": "data",
        "wrap": "data",
        "match_parameter": "filter[{field}]",
        "external_id_field": "external_id",
        "if_match": True,
        "changes": {
            "field": "revision",
            "parameter": "after_revision",
            "sort": {"sort": "revision"},
        },
    }
