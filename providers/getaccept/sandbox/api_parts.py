"""The part of the API about what belongs to a document: people, fields, chat, files, history."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from providers.getaccept.sandbox import shapes
from providers.getaccept.sandbox.api_documents import on_document
from providers.getaccept.sandbox.api_files import form_file
from providers.getaccept.sandbox.calls import NOTHING, Calls, is_yes
from providers.getaccept.sandbox.messages import signed_copy
from providers.getaccept.sandbox.model import Box, Document
from providers.getaccept.sandbox.refusals import Refusal, not_found
from providers.getaccept.sandbox.store import short_id
from providers.getaccept.sandbox.tokens import Caller

# path → operation; these only show something.
_SHOWN = ("recipients", "fields", "comments", "attachments", "events", "log", "pages", "download")


class PartsApi:
    """Routes under ``/v1/documents/{id}/…``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._account = calls.account

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("api_parts", __name__)
        add = made.add_url_rule
        one = "/v1/documents/<document_id>"
        for name in _SHOWN:
            add(f"{one}/{name}", name, self._view(name, getattr(self, f"_{name}")))
        add(f"{one}/recipients/<recipient_id>", view_func=self._recall, methods=["DELETE"])
        add(f"{one}/fields", "add_field", self._add_field, methods=["POST"])
        add(f"{one}/fields", "set_fields", self._set_fields, methods=["PUT"])
        add(f"{one}/comments", "add_comment", self._add_comment, methods=["POST"])
        add(f"{one}/attachments/<key>/upload", view_func=self._deliver, methods=["POST"])
        return made

    def _view(self, operation: str, show: Callable[[Document], Any]) -> Callable[[str], Response]:
        def answer(document_id: str) -> Response:
            return on_document(
                self._calls, operation, document_id, lambda caller, document: show(document)
            )

        return answer

    def _recipients(self, document: Document) -> Any:
        shown = self._account.shapes.recipient
        return {"recipients": [shown(document, one) for one in document.recipients]}

    def _fields(self, document: Document) -> Any:
        if not document.boxes:
            if self._account.modes.no_fields == 404:
                raise not_found("Fields")
            return NOTHING
        values = self._account.modes.check_values
        old = [shapes.old_field(document, one, values) for one in document.boxes if not one.editor]
        new = [shapes.editor_field(one, values) for one in document.boxes if one.editor]
        answer: dict[str, Any] = {"fields": old}
        return {**answer, "editor_fields": new} if is_yes("resolveEditorFields") else answer

    def _comments(self, document: Document) -> Any:
        return [shapes.comment(one, document.user) for one in document.comments]

    def _attachments(self, document: Document) -> Any:
        url = self._account.storage.attachment_url
        return {
            "attachments": [
                shapes.attachment(one, url(document, one)) for one in document.attachments
            ]
        }

    def _events(self, document: Document) -> Any:
        return [shapes.event(document, one) for one in document.happened]

    def _log(self, document: Document) -> Any:
        return [shapes.logged(document, one) for one in document.happened]

    def _pages(self, document: Document) -> Any:
        numbers = range(1, document.pages + 1)
        pages = [shapes.page(document, number) for number in numbers]
        return {"pages": pages, "page_count": document.pages}

    def _download(self, document: Document) -> Any:
        if not is_yes("direct") and not is_yes("with_file_content"):
            return {"document_url": self._account.storage.document_url(document)}
        content = document.content
        if document.status == "signed":
            if not self._account.lifecycle.signed_copy_is_there(document):
                raise not_found("File")
            content = signed_copy(document)
        name = f"{document.name}.pdf"
        if is_yes("direct"):
            answer = Response(content, content_type="application/pdf")
            answer.headers.set("Content-Disposition", "attachment", filename=name)
            return answer
        return {"file": name, "file_content": base64.b64encode(content).decode()}

    def _recall(self, document_id: str, recipient_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            self._account.lifecycle.recall_signer(document, recipient_id)
            return NOTHING

        return on_document(self._calls, "recall", document_id, run)

    def _add_field(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            body = self._calls.body("add_field")
            if document.status != "draft":
                raise Refusal(400, "Fields are added to drafts")
            person = str(body.get("recipient_id") or "")
            if person:
                self._account.lifecycle.recipient(document, person)
            box = Box(
                short_id(),
                str(body["field_type"]),
                str(body.get("field_label") or ""),
                str(body.get("field_value", "")),
                person,
                required=bool(body.get("is_required", False)),
                editable=bool(body.get("is_editable", True)),
                collectable=bool(body.get("is_collectable", True)),
                page=_page(document, body),
                place=(
                    float(body["field_left"]), float(body["field_top"]),
                    float(body["field_width"]), float(body["field_height"]),
                ),
            )  # fmt: skip
            if box.is_check and box.value not in ("", "0", "1"):
                raise Refusal(400, "A check field's value is 1 or 0")
            document.boxes.append(box)
            return {"field_id": box.id}

        return on_document(self._calls, "add_field", document_id, run)

    def _set_fields(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            for given in self._calls.body("set_fields")["editor_fields"]:
                wanted = given.get("id") or given.get("name")
                found = [one for one in document.boxes if wanted in (one.id, one.label)]
                if not found:
                    raise Refusal(400, "There is no such field")
                for box in found:
                    box.value = str(given["value"])
            return NOTHING

        return on_document(self._calls, "set_fields", document_id, run)

    def _add_comment(self, document_id: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            text = str(self._calls.body("add_comment")["text"])
            if document.status in ("importing", "draft", "scheduled", "recalled"):
                raise Refusal(400, "The document is not with its recipients")
            return {"comment_id": self._account.acting.answer(document, text).id}

        return on_document(self._calls, "add_comment", document_id, run)

    def _deliver(self, document_id: str, key: str) -> Response:
        def run(caller: Caller, document: Document) -> Any:
            name, content = form_file()
            for one in document.attachments:
                if one.id == key and one.kind == "upload":
                    one.file_name, one.content = name, content
                    return NOTHING
            raise not_found("Attachment")

        return on_document(self._calls, "upload_requested", document_id, run)


def _page(document: Document, body: dict[str, Any]) -> int:
    number = int(body.get("page_num") or 1)
    if body.get("page_id"):
        number = int(str(body["page_id"]).rpartition("p")[2] or 1)
    if not 1 <= number <= document.pages:
        raise Refusal(400, "The document has no such page")
    return number
