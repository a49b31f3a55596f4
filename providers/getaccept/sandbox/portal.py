"""The sender's side in the browser: documents by status, one of them with its story and chat."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from providers.getaccept.sandbox.account import Account
from providers.getaccept.sandbox.model import OPEN, Document
from providers.getaccept.sandbox.refusals import PageRefusal, Refusal
from providers.getaccept.sandbox.seed import OWNER

# What the tabs are called; they come in this order.
TABS = {
    "draft": "Draft",
    "scheduled": "Scheduled",
    "sealed": "Link shared",
    "sent": "Unopened",
    "viewed": "Opened",
    "reviewed": "Read",
    "signed": "Signed",
    "rejected": "Declined",
    "expired": "Expired",
    "hardbounced": "Bounced",
    "recalled": "Deleted",
    "lost": "Lost",
}
_ALWAYS = ("draft", "sent", "viewed", "reviewed", "signed", "rejected", "expired", "recalled")
_LATEST = 8
# event → how the timeline says it.
STORY = {
    "created": "made the document",
    "imported": "File imported",
    "sent": "sent the document",
    "viewed": "opened it",
    "reviewed": "read it to the end",
    "partially_signed": "signed",
    "signed": "signed: complete",
    "approved": "approved it",
    "rejected": "declined",
    "commented": "wrote",
    "hardbounced": "E-mail came back",
    "expired": "Expired",
    "recalled": "deleted it",
    "signer_recalled": "need not sign any more",
    "forwarded": "forwarded it",
    "downloaded": "downloaded it",
    "printed": "printed it",
    "reminded": "sent a reminder",
    "expiration_changed": "moved the expiry",
    "lost": "marked it lost",
}


class Portal:
    """Nobody signs in here: whoever can open the sandbox is the workshop."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("portal", __name__)
        add = made.add_url_rule
        add("/", "home", lambda: redirect(url_for("portal.documents")))
        add("/documents", "documents", self._documents)
        add("/document/view/<document_id>", "view", self._view)
        add("/document/edit/<document_id>", "edit", self._view)
        add("/document/<document_id>/answer", "answer", self._answer, methods=["POST"])
        add("/document/<document_id>/send", "send", self._send, methods=["POST"])
        add("/document/<document_id>/remind", "remind", self._remind, methods=["POST"])
        add("/document/<document_id>/delete", "delete", self._delete, methods=["POST"])
        made.app_context_processor(lambda: {"tabs": TABS, "story": STORY, "owner": OWNER})
        made.register_error_handler(Refusal, _refused)
        made.register_error_handler(PageRefusal, _refused)
        return made

    def _documents(self) -> str:
        """All of them, or those with one status."""
        self._account.settle()
        wanted = request.args.get("status", "")
        with self._account.store.guard:
            every = sorted(
                self._account.store.documents.values(), key=lambda one: one.created, reverse=True
            )
            counts = Counter(_tab(one) for one in every)
            latest = sorted(
                (
                    (event.at, place, one, event)
                    for one in every[:200]
                    for place, event in list(enumerate(one.happened))[-4:]
                ),
                key=lambda row: row[:2],
                reverse=True,
            )
            return render_template(
                "documents.html",
                documents=[one for one in every if wanted in ("", _tab(one))][:200],
                tab_of=_tab,
                counts=counts,
                total=len(every),
                wanted=wanted,
                shown=[key for key in TABS if key in _ALWAYS or counts[key]],
                latest=latest[:_LATEST],
                now=self._account.clock.now(),
            )

    def _view(self, document_id: str) -> str:
        self._account.settle()
        with self._account.store.guard:
            document = self._account.store.document(document_id)
            return render_template(
                "document_view.html",
                document=document,
                tab=_tab(document),
                is_open=document.status in OPEN,
                link=self._account.messenger.link,
            )

    def _answer(self, document_id: str) -> Answer:
        text = request.form.get("text", "").strip()
        with self._account.store.guard:
            document = self._account.store.document(document_id)
            if text:
                self._account.acting.answer(document, text)
        return redirect(url_for("portal.view", document_id=document_id, _anchor="chat"), 303)

    def _send(self, document_id: str) -> Answer:
        return self._then_back(document_id, self._account.lifecycle.send)

    def _delete(self, document_id: str) -> Answer:
        return self._then_back(document_id, self._account.lifecycle.recall)

    def _remind(self, document_id: str) -> Answer:
        def run(document: Document) -> None:
            for one in document.recipients:
                if one.told and one.acts and not one.is_done:
                    kind = "email" if one.email else "sms"
                    text = "Hello {{recipient.first_name}}, please look at {{document.name}}."
                    self._account.messenger.remind(document, one, kind, text)
            self._account.lifecycle.note(document, "reminded")

        return self._then_back(document_id, run)

    def _then_back(self, document_id: str, act: Any) -> Answer:
        self._account.settle()
        with self._account.store.guard:
            act(self._account.store.document(document_id))
        return redirect(url_for("portal.view", document_id=document_id), 303)


def _tab(document: Document) -> str:
    if document.before_expiry:
        return "expired"
    return "draft" if document.status in ("importing", "processing") else document.status


def _refused(error: Exception) -> tuple[str, int]:
    text = getattr(error, "text", str(error))
    return render_template("notice.html", title="That did not work", text=text), 409
