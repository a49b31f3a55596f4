"""A CRM in one process: its API, its webhooks, and a page where a person changes a case."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template_string, request
from werkzeug.wrappers import Response as Answer

from connectors.crm_rest.sandbox.api import Api
from connectors.crm_rest.sandbox.gate import Gate
from connectors.crm_rest.sandbox.signins import TOKEN, SignIns
from connectors.crm_rest.sandbox.store import CASES, CONTACTS, Refusal, Store
from hub.contracts.sandbox import Sandbox, SandboxContext, SandboxLink
from hub.kernel.errors import ParaphError
from hub.kernel.logging import get_logger
from hub.toolkit.http import HttpClient

_log = get_logger(__name__)
_LARGEST_CALL = 30_000_000
HOOK_SECRET = "sandbox-hook-secret"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>CRM</title>
<body style="font-family: sans-serif; margin: 2rem"><h1>CRM</h1>
<table><tr><th>Case<th>Subject<th>Status<th>Remarks<th></tr>
{% for row in cases %}<tr id="case-{{ row.id }}">
<td>{{ row.fields.number }}<td>{{ row.fields.subject }}
<td>{{ row.fields.status }}<td>{{ row.fields.remarks or "" }}<td>
<form method="post" action="{{ base }}/cases/{{ row.id }}">
<button>Ask for a signature</button></form></tr>{% endfor %}</table>
<h2>Contacts</h2><ul>{% for row in contacts %}
<li>{{ row.fields.name }}, {{ row.fields.mobile }}</li>{% endfor %}</ul>"""


class CrmRestSandbox(Sandbox):
    """State lives in memory."""

    title = "CRM with a JSON API"

    def __init__(self, context: SandboxContext) -> None:
        super().__init__(context)
        self.store = Store(context.clock)
        self.gate = Gate()
        self.sign_ins = SignIns(context.clock)
        self._api = Api(self.store, self.gate, self.sign_ins, context.base_url)
        self._hook = ""
        self.store.changed = self._notify
        self._app = self._make_app()

    def wsgi(self) -> Callable[..., Any]:
        """The app to mount under ``/crm_rest``."""
        return self._app

    def settings(self) -> Mapping[str, Any]:
        """How the hub reaches this CRM."""
        common: dict[str, Any] = {
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
        return {
            "base_url": f"{self.context.base_url}/api/v2",
            "auth": "bearer",
            "token": TOKEN,
            "error_code": "error.code",
            "paging": {"style": "next_link", "next": "links.next"},
            "tables": {
                CONTACTS: {"path": "/contacts", **common},
                CASES: {
                    "path": "/cases",
                    **common,
                    "note": {"table": "case_notes"},
                    "attach": {"path": "/cases/{id}/files", "listed": "/cases/{id}/files",
                               "items": "data", "size": "size"},
                    "record_link": f"{self.context.base_url}/#case-{{id}}",
                },
                "case_notes": {"path": "/cases/{parent}/notes", "record": "data", "items": "data",
                               "wrap": "data"},
            },
            "hook": {"check": "hmac", "header": "X-Crm-Signature", "prefix": "sha256=",
                     "timestamp_header": "X-Crm-Timestamp", "signed": "{timestamp}.{body}",
                     "id": "record.id", "table_at": "record.type", "event": "event_id"},
            "hook_secret": HOOK_SECRET,
        }  # fmt: skip

    def links(self) -> tuple[SandboxLink, ...]:
        """What the start page shows."""
        return (SandboxLink("CRM", "/", "Cases and contacts; a button asks for a signature."),)

    def reset(self) -> None:
        """Back to the seed."""
        self.gate.reset()
        self.sign_ins.end_tokens()
        self._api.reset()
        self.store.reset()

    def connect(self, links: Mapping[str, str]) -> None:
        """Learn the address of the hub's hook."""
        self._hook = links.get("hook", "")

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
        if not self._hook:
            return
        revision = self.store.row(table, record_id).revision
        event = {"event_id": f"e{revision}", "record": {"type": table, "id": record_id}}
        body = json.dumps(event).encode()
        client = HttpClient(self._hook)
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
        app.add_url_rule(
            "/_control/<what>", view_func=self._control, methods=["GET", "POST", "DELETE"]
        )
        return app

    def _people(self) -> Blueprint:
        made = Blueprint("people", __name__)
        made.add_url_rule("/", view_func=self._page)
        made.add_url_rule("/cases/<record_id>", view_func=self._ask, methods=["POST"])
        return made

    def _page(self) -> str:
        with self.store.guard:
            rows = {name: list(self.store.rows[name].values()) for name in (CASES, CONTACTS)}
        return render_template_string(_PAGE, base=request.script_root, **rows)

    def _ask(self, record_id: str) -> Answer:
        try:
            self.store.by_person(CASES, record_id, {"status": "Signature wanted"})
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
