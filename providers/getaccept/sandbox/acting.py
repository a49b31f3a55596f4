"""What a recipient does: open, read, look at attachments, fill in, sign, decline, write."""

from __future__ import annotations

import secrets
from typing import Any

from providers.getaccept.sandbox.lifecycle import Lifecycle
from providers.getaccept.sandbox.model import (
    APPROVERS,
    OPEN,
    SIGNER,
    Attachment,
    Box,
    Comment,
    Document,
    Recipient,
)
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.refusals import PageRefusal
from providers.getaccept.sandbox.store import Store, short_id
from providers.getaccept.sandbox.words import say

REASONS = (
    "The price is too high",
    "I do not need this now",
    "I chose somebody else",
    "Something in it is wrong",
    "Another reason",
)
_CLOSED = {
    "recalled": "This document was withdrawn by its sender.",
    "expired": "This document has expired.",
    "rejected": "This document was declined.",
    "lost": "This document was closed by its sender.",
    "signed": "This document is signed.",
}


class Acting:
    """One method for each thing that a person may do. Call with the store's guard held; raises
    ``PageRefusal`` with words for the person."""

    def __init__(self, store: Store, lifecycle: Lifecycle, modes: Modes) -> None:
        self._store = store
        self._life = lifecycle
        self._modes = modes

    def closed(self, document: Document) -> str:
        """Why nothing can be done any more, if so."""
        if document.before_expiry:
            return _CLOSED["expired"]
        if document.status in OPEN:
            return ""
        return _CLOSED.get(document.status, "This document is not ready yet.")

    def open(self, document: Document, person: Recipient) -> None:
        """The link was opened."""
        self._live(document)
        if person.opened_at is not None:
            self._life.note(document, "viewed", person)  # only the first time is told
            return
        person.opened_at = self._now()
        if not person.is_done:
            person.status = "viewed"
        if document.status in ("sealed", "sent", "hardbounced"):
            document.status = "viewed"
        self._life.tell(document, "viewed", person)

    def read(self, document: Document, person: Recipient, seconds: int = 4) -> None:
        """Every page was looked at."""
        self._live(document)
        if person.opened_at is None:
            self.open(document, person)
        for page in range(1, document.pages + 1):
            document.page_seconds[page] = document.page_seconds.get(page, 0) + seconds
        if person.reviewed_at is not None:
            return
        person.reviewed_at = self._now()
        if not person.is_done:
            person.status = "reviewed"
        if document.status == "viewed":
            document.status = "reviewed"
        self._life.tell(document, "reviewed", person)

    def view_attachment(self, document: Document, person: Recipient, key: str) -> Attachment:
        """An attachment was opened."""
        found = self._attachment(document, key)
        found.last_view = self._now()
        person.seen.add(found.id)
        return found

    def deliver(
        self, document: Document, person: Recipient, key: str, name: str, content: bytes
    ) -> None:
        """A file that was asked for was brought."""
        self._live(document)
        found = self._attachment(document, key)
        if found.kind != "upload" or not content:
            raise PageRefusal("No file is asked for there, or it is empty.")
        found.file_name, found.content = name, content
        person.seen.add(found.id)

    def fill(self, document: Document, person: Recipient, key: str, value: str) -> None:
        """A field was filled in; a check field takes 1 and 0."""
        self._live(document)
        box = next((one for one in document.boxes if key in (one.id, one.label)), None)
        if box is None or box.recipient not in ("", person.id) or not box.editable:
            raise PageRefusal("This field is not yours to fill in.")
        if person.is_done or (box.is_check and value not in ("0", "1")):
            raise PageRefusal("The field cannot be changed.")
        box.value = value

    def send_code(self, document: Document, person: Recipient) -> None:
        """Send a code by SMS."""
        self._live(document)
        if not person.mobile:
            raise PageRefusal("There is no mobile number to send a code to.")
        person.code = f"{secrets.randbelow(1_000_000):06d}"
        self._life.messenger.code(document, person)

    def let_in(self, person: Recipient, given: str) -> None:
        """What is asked before the document opens: a code, or the answer to a question."""
        if person.verify.get("verify_sms_open") and (not person.code or given != person.code):
            raise PageRefusal("That is not the code. Look at the last SMS.")
        if person.verify.get("verify_qna_open") and not _answers(person, given):
            raise PageRefusal("That is not the answer.")
        person.let_in = True

    def sign(self, document: Document, person: Recipient, given: dict[str, Any]) -> None:
        """Sign; ``given`` holds ``name``, ``strokes``, ``code``, ``answer`` and ``eid``."""
        self._may_act(document, person)
        if person.role != SIGNER:
            raise PageRefusal("You are not asked to sign.")
        name = str(given.get("name") or person.fullname).strip()
        missing = self.missing(document, person)
        if missing:
            raise PageRefusal(missing[0])
        self._verify(person, given)
        now, strokes = self._now(), str(given.get("strokes") or "")
        person.status, person.done_at = "signed", now
        person.written, person.strokes = name, strokes
        person.methods = [self._method(kind, person) for kind in _methods(person, strokes)]
        if not self._life.complete(document, person):
            self._life.tell(document, "partially_signed", person)
            self._life.invite(document)

    def approve(self, document: Document, person: Recipient) -> None:
        """An approver agrees."""
        self._may_act(document, person)
        if person.role not in APPROVERS:
            raise PageRefusal("You are not asked to approve.")
        person.status, person.done_at = "approved", self._now()
        self._life.tell(document, "approved", person)
        if not self._life.complete(document, person):
            self._life.invite(document)

    def reject(self, document: Document, person: Recipient, reason: str) -> None:
        """Decline: the flow stops for everybody, and the sender is told."""
        self._may_act(document, person)
        person.status, person.reason, person.done_at = "rejected", reason, self._now()
        document.status = "rejected"
        self._life.tell(document, "rejected", person, reason)
        self._life.messenger.rejected(document, person)

    def comment(self, document: Document, person: Recipient, text: str) -> Comment:
        """Write to the sender, who gets an e-mail."""
        if not text.strip():
            raise PageRefusal("Write something first.")
        if document.status == "recalled":
            raise PageRefusal(_CLOSED["recalled"])
        said = Comment(
            short_id(), person.fullname, person.email, text.strip(), self._now(), person.id
        )
        document.comments.append(said)
        self._life.tell(document, "commented", person, said.text)
        self._life.messenger.chat_to_sender(document, said)
        return said

    def answer(self, document: Document, text: str) -> Comment:
        """The sender writes; everybody who was told of the document gets the message."""
        user = document.user
        said = Comment(short_id(), user.name, user.email, text, self._now(), user=user.id)
        document.comments.append(said)
        tell = self._life.tell if self._modes.own_comment_events else self._life.note
        tell(document, "commented", None, text)
        for person in document.recipients:
            if person.told:
                self._life.messenger.chat_to_recipient(document, person, said)
        return said

    def bounce(self, document: Document, person: Recipient) -> None:
        """The e-mail came back."""
        self._live(document)
        person.status, document.status = "hardbounced", "hardbounced"
        self._life.tell(document, "hardbounced", person)

    def missing(self, document: Document, person: Recipient) -> list[str]:
        """What is still to be done before signing, in words."""
        found = []
        for one in document.attachments:
            if one.id in person.seen:
                continue
            if one.kind == "upload" and not one.content:
                found.append(say("Add the file that is asked for: {title}", title=one.title))
            elif one.require_view:
                found.append(say("Open this first: {title}", title=one.title))
        for box in self.boxes(document, person):
            if box.required and not box.value and not box.is_check:
                found.append(say("Fill in: {label}", label=box.label))
        return found

    def boxes(self, document: Document, person: Recipient) -> list[Box]:
        """The fields that this person may fill in."""
        return [box for box in document.boxes if box.recipient in ("", person.id) and box.editable]

    def may_act(self, document: Document, person: Recipient) -> str:
        """Empty when it is this person's turn, else why not."""
        if not person.acts:
            return "You got this to look at."
        if person.is_done:
            return "You have done your part."
        if not self._life.is_turn(document, person):
            return "Somebody else has to sign first. You will get a message."
        return self.closed(document)

    def _verify(self, person: Recipient, given: dict[str, Any]) -> None:
        asked = person.verify
        if person.asked_by_sms and (not person.code or given.get("code") != person.code):
            raise PageRefusal("That is not the code. Look at the last SMS.")
        by_question = asked.get("verify_qna_sign") or asked.get("verify_qna")
        if by_question and not _answers(person, str(given.get("answer") or "")):
            raise PageRefusal("That is not the answer.")
        if asked.get("verify_eid") and not given.get("eid"):
            raise PageRefusal("Identify yourself with your eID first.")
        person.identified = bool(asked.get("verify_eid"))

    def _method(self, kind: str, person: Recipient) -> dict[str, Any]:
        return {
            "type": kind,
            "verified_name": person.fullname if kind == "eid" else "",
            "verified_phone": person.mobile if kind == "sms" else "",
            "signed_at": self._now(),
        }

    def _may_act(self, document: Document, person: Recipient) -> None:
        reason = self.may_act(document, person)
        if reason:
            raise PageRefusal(reason)
        if person.opened_at is None:
            self.open(document, person)

    def _live(self, document: Document) -> None:
        reason = self.closed(document)
        if reason:
            raise PageRefusal(reason)

    def _attachment(self, document: Document, key: str) -> Attachment:
        for one in document.attachments:
            if key in (one.id, one.title):
                return one
        raise PageRefusal("There is no such attachment.")

    def _now(self) -> Any:
        return self._store.clock.now()


def _answers(person: Recipient, given: str) -> bool:
    wanted = str(person.verify.get("verify_qna_answer") or "")
    return given.strip().lower() == wanted.strip().lower()


def _methods(person: Recipient, strokes: str) -> list[str]:
    found = ["biometric" if strokes else "signature"]
    if person.asked_by_sms:
        found.append("sms")
    return [*found, "eid"] if person.verify.get("verify_eid") else found
