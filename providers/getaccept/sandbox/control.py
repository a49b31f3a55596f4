"""``/_control/``: how tests look inside, act as the customer and switch faults on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from providers.getaccept.sandbox import shapes
from providers.getaccept.sandbox.account import Account
from providers.getaccept.sandbox.making import person as make_person
from providers.getaccept.sandbox.model import IMPORTING, OPEN, Document, Recipient
from providers.getaccept.sandbox.refusals import PageRefusal, Refusal


class Control:
    """All routes; every body and answer is JSON."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._acting = account.acting

    def blueprint(self) -> Blueprint:
        """The routes under ``/_control``."""
        made = Blueprint("control", __name__, url_prefix="/_control")
        add = made.add_url_rule
        add("/<any(faults, calls):what>", "board", self._board, methods=["GET", "POST", "DELETE"])
        add("/modes", view_func=self._modes, methods=["GET", "POST"])
        add("/violations", view_func=self._violations, methods=["GET", "DELETE"])
        for name in ("effects", "busiest", "leaks", "outbox", "webhooks", "documents"):
            add(f"/{name}", name, self._shown(getattr(self, f"_{name}")))
        add("/documents/<document_id>", view_func=self._document)
        add("/documents/<document_id>/<action>", view_func=self._move, methods=["POST"])
        act = "/documents/<document_id>/recipients/<who>/<action>"
        add(act, view_func=self._act, methods=["POST"])
        add("/tick", view_func=self._tick, methods=["POST"])
        add("/reset", view_func=self._reset, methods=["POST"])
        add("/tokens/revoke", view_func=self._revoke, methods=["POST"])
        add("/password", view_func=self._password, methods=["POST"])
        made.register_error_handler(PageRefusal, lambda error: _json({"error": str(error)}, 409))
        made.register_error_handler(
            Refusal, lambda error: _json({"error": error.text}, error.status)
        )
        made.register_error_handler(ValueError, lambda error: _json({"error": str(error)}, 400))
        return made

    def _board(self, what: str) -> Response:
        status, body = self._account.gate.board.control(request.method, what, _body())
        return _json(body, status)

    def _modes(self) -> Response:
        if request.method == "POST":
            self._account.modes.change(_body())
        return _json(vars(self._account.modes))

    def _violations(self) -> Response:
        if request.method == "DELETE":
            self._account.checker.clear()
        return _json(self._account.checker.violations())

    def _shown(self, look: Callable[[], Any]) -> Callable[[], Response]:
        def view() -> Response:
            self._account.settle()
            with self._account.store.guard:
                return _json(look())

        return view

    def _effects(self) -> Any:
        return self._account.gate.effects()

    def _busiest(self) -> Any:
        return {"calls": self._account.gate.busiest()}

    def _leaks(self) -> Any:
        return self._account.storage.leaks

    def _outbox(self) -> Any:
        return list(self._account.messenger.outbox)

    def _webhooks(self) -> Any:
        return [
            {
                "event": one.subscription.event,
                "document": one.document,
                "subscription": one.subscription.id,
                "state": one.state,
                "tries": one.tries,
                "due": one.due.isoformat(),
                "results": one.results,
            }
            for one in self._account.webhooks.notices
        ]

    def _documents(self) -> Any:
        return [self._whole(one) for one in self._account.store.documents.values()]

    def _document(self, document_id: str) -> Response:
        self._account.settle()
        with self._account.store.guard:
            return _json(self._whole(self._account.store.document(document_id)))

    def _move(self, document_id: str, action: str) -> Response:
        """``expire``, ``lose``, ``finish_import``, or ``set`` with a ``status`` of one's own."""
        self._account.settle()
        with self._account.store.guard:
            document = self._account.store.document(document_id)
            if action == "finish_import" and document.status in IMPORTING:
                self._account.lifecycle.finish_import(document)
            elif action == "expire" and document.status in OPEN:
                self._account.lifecycle.expire(document)
            elif action == "lose" and document.status in OPEN:
                document.status = "lost"
                self._account.lifecycle.note(document, "lost")
            elif action == "set":
                document.status = str(_body().get("status", ""))
            else:
                raise PageRefusal(f"a document that is {document.status} cannot do that: {action}")
            return _json(self._whole(document))

    def _act(self, document_id: str, who: str, action: str) -> Response:
        """Be the customer."""
        self._account.settle()
        with self._account.store.guard:
            document = self._account.store.document(document_id)
            person = _wanted(document, who)
            self._do(document, person, action, _body())
            return _json(self._whole(document))

    def _do(self, document: Document, person: Recipient, action: str, given: dict[str, Any]
            ) -> None:  # fmt: skip
        acting = self._acting
        simple = {"open", "read", "approve", "bounce", "send_code"}
        if action in simple:
            getattr(acting, action)(document, person)
        elif action == "sign":
            if "code" not in given and person.asked_by_sms and not person.code:
                acting.send_code(document, person)
            acting.sign(document, person, {"code": person.code, "eid": True, **given})
        elif action == "reject":
            acting.reject(document, person, str(given.get("reason", "")))
        elif action == "comment":
            acting.comment(document, person, str(given.get("text", "")))
        elif action == "check":
            acting.fill(document, person, str(given.get("field")), str(given.get("value", 1)))
        elif action == "view_attachment":
            acting.view_attachment(document, person, str(given.get("attachment")))
        elif action == "upload_attachment":
            content = str(given.get("content", "file")).encode()
            name = str(given.get("name", "file.pdf"))
            acting.deliver(document, person, str(given.get("attachment")), name, content)
        elif action in ("download", "print"):
            told = {"download": "downloaded", "print": "printed"}[action]
            self._account.lifecycle.tell(document, told, person)
        elif action == "forward":
            new = make_person({"role": "cc", **given})
            self._account.lifecycle.forward(document, new, None)
        else:
            raise ValueError(f"unknown action '{action}'")

    def _whole(self, document: Document) -> dict[str, Any]:
        account = self._account
        return {
            **account.shapes.document(document),
            "before_expiry": document.before_expiry,
            "page_count": document.pages,
            "links": {one.id: account.messenger.link(one) for one in document.recipients},
            "codes": {one.id: one.code for one in document.recipients if one.code},
            "reasons": {one.id: one.reason for one in document.recipients if one.reason},
            "fields": [shapes.old_field(document, one, "string") for one in document.boxes],
            "comments": [shapes.comment(one, document.user) for one in document.comments],
            "attachments": [shapes.attachment(one, one.url) for one in document.attachments],
            "events": [one.name for one in document.happened],
        }

    def _tick(self) -> Response:
        self._account.settle()
        return _json({"tried": self._account.webhooks.run_due()})

    def _reset(self) -> Response:
        self._account.reset()
        return _json({})

    def _revoke(self) -> Response:
        self._account.tokens.revoke_all()
        return _json({})

    def _password(self) -> Response:
        self._account.tokens.change_password(str(_body().get("password", "")))
        return _json({})


def _wanted(document: Document, who: str) -> Recipient:
    """By id, e-mail, mobile number, or place from 1 on."""
    for place, one in enumerate(document.recipients, 1):
        if who and who in (one.id, one.email, one.mobile, str(place)):
            return one
    raise Refusal(404, "no such recipient")


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _json(body: Any, status: int = 200) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    return answer
