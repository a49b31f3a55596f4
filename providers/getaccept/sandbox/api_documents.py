"""The part of the API about whole documents: make, list, read, send and what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, request

from providers.getaccept.sandbox import shapes
from providers.getaccept.sandbox.api_files import fetched, form_file
from providers.getaccept.sandbox.calls import NOTHING, Calls, is_yes
from providers.getaccept.sandbox.making import moment, person, sender
from providers.getaccept.sandbox.model import OPEN, Document, StoredFile, User
from providers.getaccept.sandbox.moments import wire
from providers.getaccept.sandbox.refusals import Refusal, not_found
from providers.getaccept.sandbox.tokens import Caller

_DENIED = ("read", "attachments")  # these alone are published to answer 403
_USUAL = 100  # rows of a page
_PLACES = {
    "name": lambda one: one.name.lower(),
    "value": lambda one: float(one.facts.get("value") or 0),
    "created": lambda one: one.created,
    "recipient": lambda one: one.recipients[0].fullname.lower() if one.recipients else "",
    "status": lambda one: one.status,
    "owner": lambda one: one.user.name.lower(),
}  # type: Mapping[str, Callable[[Document], Any]]


class DocumentsApi:
    """Routes under ``/v1/documents``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._account = calls.account
        self._store = calls.account.store
        self._life = calls.account.lifecycle

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("api_documents", __name__)
        add = made.add_url_rule
        add("/v1/documents", "list", self._list)
        add("/v1/documents", "create", self._create, methods=["POST"])
        add("/v1/documents/external/<external_id>", view_func=self._external)
        one = "/v1/documents/<document_id>"
        add(one, "read", self._read)
        add(one, "change", self._change, methods=["PUT"])
        add(one, "delete", self._delete, methods=["DELETE"])
        add(f"{one}/status", view_func=self._status)
        for name in ("send", "seal", "expiration", "reminders", "forward", "revisions", "preview"):
            view = getattr(self, f"_{name}")
            add(f"{one}/{name}", name, view, methods=["POST"])
        return made

    def _list(self) -> Response:
        def run(caller: Caller) -> Any:
            asked = request.args
            found = [one for one in self._store.documents.values() if one.entity == caller.entity]
            if not is_yes("showteam") and not is_yes("showall"):
                found = [one for one in found if one.user.id == caller.user.id]
            if "filter" in asked:
                found = [one for one in found if one.status == asked["filter"]]
            if "external_id" in asked:
                found = [one for one in found if one.fact("external_id") == asked["external_id"]]
            down = asked.get("sort_order", "desc") == "desc"
            found.sort(key=_PLACES[asked.get("sort_by", "created")], reverse=down)
            start = int(asked.get("offset", 0))
            size = int(asked.get("limit", _USUAL))
            return [self._account.shapes.listed(one) for one in found[start : start + size]]

        return self._calls.run("list", run)

    def _create(self) -> Response:
        def run(caller: Caller) -> Any:
            body, file = self._form() if request.files else (self._calls.body("create"), None)
            if body.get("file_url") and not body.get("file_content"):
                name, content = fetched(str(body.get("file_name") or ""), str(body["file_url"]))
                file = self._store.add_file(name, content)
            with self._store.guard:
                document = self._account.maker.create(caller, body, file)
                self._advise(body)
                return self._account.shapes.document(document)

        return self._calls.run("create", run, locked=False)

    def _form(self) -> tuple[dict[str, Any], StoredFile]:
        """A create as a form: the file as a part, everything else as JSON in a part each."""
        given = {name: _loose(text) for name, text in request.form.items()}
        body = self._calls.checked("create", given)
        return body, self._store.add_file(*form_file())

    def _advise(self, body: Mapping[str, Any]) -> None:
        if "is_automatic_sending" not in body:
            self._calls.advise("create", "is_automatic_sending is missing; its default is unknown")
        only_mobile = [one for one in body.get("recipients", ()) if not one.get("email")]
        if only_mobile and not body.get("is_sms_sending"):
            self._calls.advise("create", "a recipient without e-mail and no is_sms_sending")
        if body.get("is_signing_order") is None and any(
            one.get("order_num", 0) > 1 for one in body.get("recipients", ())
        ):
            self._calls.advise("create", "order_num without is_signing_order has no effect")

    def _external(self, external_id: str) -> Response:
        def run(caller: Caller) -> Any:
            found = [
                one
                for one in self._store.documents.values()
                if one.entity == caller.entity and one.fact("external_id") == external_id
            ]
            if not found:
                raise not_found("Document")
            return self._account.shapes.document(found[-1])

        return self._calls.run("external", run)

    def _read(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            answer = self._account.shapes.document(document)
            if is_yes("with_pages"):
                numbers = range(1, document.pages + 1)
                answer["pages"] = [shapes.page(document, number) for number in numbers]
                answer["page_count"] = document.pages
            if is_yes("with_attachments"):
                answer["attachments"] = [
                    shapes.attachment(one, self._account.storage.attachment_url(document, one))
                    for one in document.attachments
                ]
            return answer

        return self._on("read", document_id, run)

    def _change(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            document.facts.update(self._calls.body("change"))
            return self._account.shapes.document(document)

        return self._on("change", document_id, run)

    def _delete(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            self._life.recall(document)
            return NOTHING

        return self._on("delete", document_id, run)

    def _status(self, document_id: str) -> Response:
        return self._on("status", document_id, lambda caller, document: {"status": document.status})

    def _send(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            self._life.send(document, self._sender("send", caller))
            return self._account.shapes.document(document)

        return self._on("send", document_id, run)

    def _seal(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            self._life.seal(document, self._sender("seal", caller))
            return {
                "recipients": [
                    self._account.shapes.recipient(document, one) for one in document.recipients
                ]
            }

        return self._on("seal", document_id, run)

    def _expiration(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            body = self._calls.body("expiration")
            until = moment(body, "expiration_date", self._now())
            if until is None:
                raise Refusal(400, "expiration_date is empty")
            if document.is_over and not document.before_expiry:
                raise Refusal(400, "The document is over")
            self._life.expire_at(document, until)
            self._life.note(document, "expiration_changed", meta=str(wire(until)))
            if body.get("send_notification"):
                self._account.messenger.expiry_moved(document)
            return {"status": 1}

        return self._on("expiration", document_id, run)

    def _reminders(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            body = self._calls.body("reminders")
            if document.status not in OPEN or document.before_expiry:
                raise Refusal(400, "The document is not with its recipients")
            for one in document.recipients:
                idle = one.is_done or not one.told
                opened = body.get("not_opened") and one.opened_at is not None
                passive = body.get("not_signed") and not one.acts
                if not (idle or opened or passive):
                    self._account.messenger.remind(
                        document, one, str(body["type"]), str(body["text"])
                    )
            self._life.note(document, "reminded", meta=str(body["type"]))
            return {"status": 1}

        return self._on("reminders", document_id, run)

    def _forward(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            body = self._calls.body("forward")
            if document.status not in OPEN:
                raise Refusal(400, "The document is not with its recipients")
            source = None
            if body.get("transfer"):
                source = self._life.recipient(document, str(body.get("recipient_id") or ""))
                if source.is_done:
                    raise Refusal(400, "This recipient has signed already")
            new = person({"role": "cc", **body})
            self._life.forward(document, new, source)
            return NOTHING

        return self._on("forward", document_id, run)

    def _revisions(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            body = self._calls.body("revisions")
            self._account.maker.revise(document, send=bool(body.get("send_document")))
            return NOTHING

        return self._on("revisions", document_id, run)

    def _preview(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            self._calls.body("preview")
            return {"preview_url": self._account.storage.preview_url(document)}

        return self._on("preview", document_id, run)

    def _on(
        self, operation: str, document_id: str, run: Callable[[Caller, Document], Any]
    ) -> Response:
        return on_document(self._calls, operation, document_id, run)

    def _sender(self, operation: str, caller: Caller) -> User | None:
        body = self._calls.body(operation)
        return sender(body, caller.user) if body else None

    def _now(self) -> datetime:
        return self._store.clock.now()


def _loose(text: str) -> Any:
    """A part of a form: JSON where it is some, else the text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def on_document(
    calls: Calls, operation: str, document_id: str, run: Callable[[Caller, Document], Any]
) -> Response:
    """Answer a call about one document of the caller's entity."""

    def found(caller: Caller) -> Any:
        document = calls.account.store.document(document_id)
        if document.entity != caller.entity:
            raise Refusal(403, "Access denied") if operation in _DENIED else not_found("Document")
        return run(caller, document)

    return calls.run(operation, found)
