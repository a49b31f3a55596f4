"""A recipient's page, made for a phone: read, choose, look at attachments, write, sign, decline.

Works without scripts; with them choices are kept at once and a signature can be drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from providers.getaccept.sandbox import papers
from providers.getaccept.sandbox.account import Account
from providers.getaccept.sandbox.acting import REASONS
from providers.getaccept.sandbox.messages import signed_copy
from providers.getaccept.sandbox.model import COPY, SIGNER, Document, Recipient
from providers.getaccept.sandbox.refusals import PageRefusal, Refusal
from providers.getaccept.sandbox.seed import ENTITIES
from providers.getaccept.sandbox.words import say

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
_IMAGES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "pdf": "application/pdf"}
View = Callable[[Document, Recipient], Any]


class SignerPages:
    """Routes under ``/v``."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._acting = account.acting

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("signer", __name__, url_prefix="/v")
        add = made.add_url_rule
        add("/<token>", "show", self._mine(self._show))
        add("/<token>/pages/<int:page>.png", "page", self._page)
        add("/preview/<document_id>", "preview", self._preview)
        add("/preview/<document_id>/<int:page>.png", "preview_page", self._preview_page)
        add("/<token>/sign", "sign", self._mine(self._sign_page))
        add("/<token>/file.pdf", "file", self._mine(self._file))
        add("/<token>/attachments/<key>", "attachment", self._attachment)
        posts = ("read", "boxes", "chat", "code", "enter", "sign", "approve", "decline", "deliver")
        for name in posts:
            act = self._mine(getattr(self, f"_do_{name}"))
            add(f"/<token>/{name}", f"do_{name}", act, methods=["POST"])
        made.after_request(_guarded)
        return made

    def _mine(self, view: View) -> Callable[[str], Any]:
        """A view for whoever holds the link; a refusal is shown where it belongs."""

        def answer(token: str) -> Any:
            self._account.settle()
            with self._account.store.guard:
                found = self._account.store.by_link(token)
                if found is None:
                    return _notice("This link leads nowhere", "Ask the sender for a new one."), 404
                try:
                    return view(*found)
                except PageRefusal as refusal:
                    return self._refused(*found, say(str(refusal)))

        return answer

    def _refused(self, document: Document, person: Recipient, text: str) -> Any:
        if request.method == "POST" and request.headers.get("X-Requested-With"):
            return {"error": text}, 409
        if request.path.endswith(("/sign", "/code")):
            return self._sign_page(document, person, text), 409
        if self._must_enter(person) and not self._acting.closed(document):
            return self._entrance(document, person, text), 409
        return self._shown(document, person, text), 409

    def _show(self, document: Document, person: Recipient) -> Any:
        """The document."""
        if document.status != "signed" and self._acting.closed(document):
            return self._over(document, person)
        if self._must_enter(person):
            return self._entrance(document, person)
        if document.status != "signed":
            self._acting.open(document, person)
        return self._shown(document, person)

    def _shown(self, document: Document, person: Recipient, error: str = "") -> str:
        return render_template(
            "document.html",
            document=document,
            person=person,
            entity=ENTITIES[document.entity].name,
            error=error,
            boxes=[box for box in self._acting.boxes(document, person) if box.is_check],
            texts=[box for box in self._acting.boxes(document, person) if box.kind.lower() in
                   ("text", "merge")],
            missing=self._acting.missing(document, person),
            wait=self._acting.may_act(document, person),
            is_signer=person.role == SIGNER,
            is_copy=person.role == COPY,
            reasons=REASONS,
            when=document.sign_date,
        )  # fmt: skip

    def _sign_page(self, document: Document, person: Recipient, error: str = "") -> Any:
        """The last step on a page of its own."""
        reason = self._acting.may_act(document, person)
        if reason or person.role != SIGNER or self._must_enter(person):
            return redirect(url_for("signer.show", token=person.token))
        verify = person.verify
        return render_template(
            "sign.html",
            document=document,
            person=person,
            entity=ENTITIES[document.entity].name,
            error=error,
            missing=self._acting.missing(document, person),
            boxes=[box for box in self._acting.boxes(document, person) if box.is_check],
            by_sms=person.asked_by_sms,
            question=verify.get("verify_qna_question")
            if verify.get("verify_qna_sign") or verify.get("verify_qna")
            else "",
            by_eid=verify.get("verify_eid"),
        )

    def _over(self, document: Document, person: Recipient) -> Any:
        asks = say("Questions? Write to {address}.", address=document.user.email)
        text = f"{say(self._acting.closed(document))} {asks}"
        done = {"rejected": "You declined" if person.reason else "Declined"}
        title = done.get(document.status, "This link is no longer valid")
        return _notice(title, text), 410 if document.status == "recalled" else 200

    def _must_enter(self, person: Recipient) -> bool:
        asked = person.verify.get("verify_sms_open") or person.verify.get("verify_qna_open")
        return bool(asked) and not person.let_in

    def _entrance(self, document: Document, person: Recipient, error: str = "") -> str:
        by_sms = bool(person.verify.get("verify_sms_open"))
        if by_sms and not person.code:
            self._acting.send_code(document, person)
        return render_template(
            "entrance.html",
            person=person,
            entity=ENTITIES[document.entity].name,
            by_sms=by_sms,
            question=person.verify.get("verify_qna_question", ""),
            error=error,
        )

    def _page(self, token: str, page: int) -> Any:
        with self._account.store.guard:
            found = self._account.store.by_link(token)
            if found is None or self._must_enter(found[1]) or found[0].status == "recalled":
                return Response(status=404)
            content = found[0].content
        return _picture(content, page)

    def _preview(self, document_id: str) -> Any:
        """What the recipients will see, for the sender; nothing can be done here."""
        document = self._previewed(document_id)
        if document is None:
            return _notice("This link leads nowhere", "Ask for a new preview."), 404
        return render_template(
            "preview.html",
            document=document,
            entity=ENTITIES[document.entity].name,
            token=request.args["token"],
        )

    def _preview_page(self, document_id: str, page: int) -> Response:
        document = self._previewed(document_id)
        return Response(status=404) if document is None else _picture(document.content, page)

    def _previewed(self, document_id: str) -> Document | None:
        if not self._account.storage.is_preview(document_id, request.args.get("token", "")):
            return None
        try:
            return self._account.store.document(document_id)
        except Refusal:
            return None

    def _file(self, document: Document, person: Recipient) -> Any:
        if self._must_enter(person) or document.status == "recalled":
            raise PageRefusal("This document cannot be opened.")
        signed = self._account.lifecycle.signed_copy_is_there(document)
        answer = Response(
            signed_copy(document) if signed else document.content, content_type="application/pdf"
        )
        answer.headers.set("Content-Disposition", "attachment", filename=f"{document.name}.pdf")
        self._account.lifecycle.tell(document, "downloaded", person)
        return answer

    def _attachment(self, token: str, key: str) -> Any:
        """Opening it counts as having seen it."""

        def view(document: Document, person: Recipient) -> Any:
            if self._must_enter(person):
                raise PageRefusal("This document cannot be opened.")
            one = self._acting.view_attachment(document, person, key)
            if one.kind == "external":
                return redirect(one.url)
            if not one.content:
                raise PageRefusal("There is no file yet.")
            ending = one.file_name.rpartition(".")[2].lower()
            answer = Response(
                one.content, content_type=_IMAGES.get(ending, "application/octet-stream")
            )
            how = "inline" if ending in _IMAGES else "attachment"
            answer.headers.set("Content-Disposition", how, filename=one.file_name)
            return answer

        return self._mine(view)(token)

    def _do_read(self, document: Document, person: Recipient) -> Any:
        self._acting.read(document, person)
        return {}

    def _do_boxes(self, document: Document, person: Recipient) -> Any:
        """The choices; those check fields that the form leaves out are 0."""
        for box in self._acting.boxes(document, person):
            if box.is_check:
                self._acting.fill(document, person, box.id, "1" if box.id in request.form else "0")
            elif box.id in request.form:
                self._acting.fill(document, person, box.id, request.form[box.id])
        if request.headers.get("X-Requested-With"):
            return {}
        where = "sign" if "go" in request.form else "show"
        return redirect(url_for(f"signer.{where}", token=person.token), 303)

    def _do_chat(self, document: Document, person: Recipient) -> Answer:
        self._acting.comment(document, person, request.form.get("text", ""))
        return redirect(url_for("signer.show", token=person.token, _anchor="chat"), 303)

    def _do_code(self, document: Document, person: Recipient) -> Any:
        self._acting.send_code(document, person)
        where = "show" if self._must_enter(person) else "sign"
        return redirect(url_for(f"signer.{where}", token=person.token), 303)

    def _do_enter(self, document: Document, person: Recipient) -> Answer:
        self._acting.let_in(person, request.form.get("answer", "").strip())
        return redirect(url_for("signer.show", token=person.token), 303)

    def _do_sign(self, document: Document, person: Recipient) -> Answer:
        if not request.form.get("name", "").strip():
            raise PageRefusal("Write your name first.")
        if self._must_enter(person):
            raise PageRefusal("This document cannot be opened.")
        self._acting.sign(document, person, request.form.to_dict())
        return redirect(url_for("signer.show", token=person.token), 303)

    def _do_approve(self, document: Document, person: Recipient) -> Answer:
        self._acting.approve(document, person)
        return redirect(url_for("signer.show", token=person.token), 303)

    def _do_decline(self, document: Document, person: Recipient) -> Answer:
        reason = request.form.get("reason", "")
        more = request.form.get("more", "").strip()
        if reason not in map(say, REASONS):
            raise PageRefusal("Choose a reason first.")
        self._acting.reject(document, person, f"{reason}: {more}" if more else reason)
        return redirect(url_for("signer.show", token=person.token), 303)

    def _do_deliver(self, document: Document, person: Recipient) -> Answer:
        part = request.files.get("file")
        if part is None or not part.filename:
            raise PageRefusal("Choose a file first.")
        key = request.form.get("attachment", "")
        self._acting.deliver(document, person, key, part.filename, part.read())
        return redirect(url_for("signer.show", token=person.token, _anchor="files"), 303)


def _picture(content: bytes, page: int) -> Response:
    try:
        return Response(papers.picture(content, page), content_type="image/png")
    except papers.Unreadable:
        return Response(status=404)


def _notice(title: str, text: str) -> str:
    return render_template("notice.html", title=say(title), text=say(text))


def _guarded(response: Response) -> Response:
    if response.mimetype == "text/html":  # a policy would break the browser's own PDF viewer
        response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
