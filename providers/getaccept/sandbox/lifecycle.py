"""A document's way from import to its end, as far as the account and the clock move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from providers.getaccept.sandbox import reminding
from providers.getaccept.sandbox.messages import Messenger
from providers.getaccept.sandbox.model import (
    COPY,
    IMPORTING,
    OPEN,
    SIGNER,
    Document,
    Happening,
    Recipient,
    User,
)
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.refusals import Refusal, not_found
from providers.getaccept.sandbox.store import Store, short_id

Told = Callable[[Document, str, Recipient | None], None]


class Lifecycle:
    """Moves documents on and tells what happened. Call with the store's guard held."""

    def __init__(self, store: Store, modes: Modes, messenger: Messenger, told: Told) -> None:
        self._store = store
        self._modes = modes
        self.messenger = messenger
        self._told = told

    def settle(self) -> None:
        """Do what the clock has made due."""
        for document in self._store.take_due():
            self._look(document)

    def begin(self, document: Document) -> None:
        """A document was made; its file is imported a moment later."""
        self._store.keep(document)
        self.tell(document, "created")
        after = timedelta(milliseconds=self._modes.import_delay_ms)
        document.imported_at = self._store.clock.wall() + after
        self._store.look_again(document, document.imported_at, wall=True)
        self.expire_at(document, document.expires)

    def finish_import(self, document: Document) -> None:
        """The file is there: a draft, or already on its way."""
        document.status = "draft"
        self.tell(document, "imported")
        if document.scheduled:
            document.status = "scheduled"
            self._store.look_again(document, document.scheduled)
        elif document.sends:
            self.send(document)

    def send(self, document: Document, user: User | None = None) -> None:
        """Send a draft: everybody whose turn it is gets a link. Raises ``Refusal``."""
        self._seal(document, user)
        document.status, document.send_date = "sent", self._now()
        self.tell(document, "sent")
        self.invite(document)
        for moment in reminding.moments(document):
            self._store.look_again(document, moment)
        self.complete(document)

    def seal(self, document: Document, user: User | None = None) -> None:
        """Freeze a draft, whose links somebody else hands out. Raises ``Refusal``."""
        self._seal(document, user)
        document.send_date = self._now()
        for recipient in document.recipients:
            recipient.told = True
            recipient.status = recipient.status or "added"

    def invite(self, document: Document) -> None:
        """Write to those whose turn has come and who were not told yet."""
        for recipient in document.recipients:
            if recipient.is_done or recipient.told:
                continue
            if not self.is_turn(document, recipient):
                recipient.status = "waiting"
                continue
            recipient.told, recipient.status = True, "sent"
            self.messenger.invite(document, recipient)

    def is_turn(self, document: Document, recipient: Recipient) -> bool:
        """Whether people of an earlier step have all done their part."""
        if not document.facts.get("is_signing_order") or not recipient.acts:
            return True
        waiting = [one.order for one in document.recipients if one.acts and not one.is_done]
        return recipient.order <= min(waiting, default=recipient.order)

    def complete(self, document: Document, last: Recipient | None = None) -> bool:
        """If nobody has anything left to do, the document is signed; whether that is so."""
        asked = [one for one in document.recipients if one.acts]
        signers = [one for one in asked if one.role == SIGNER]
        if document.status not in OPEN or not signers or not all(one.is_done for one in asked):
            return False
        document.status, document.sign_date = "signed", self._now()
        self.tell(document, "signed", last)
        self.messenger.receipts(document)
        return True

    def expire_at(self, document: Document, moment: datetime | None) -> None:
        """Set the moment of expiry; one that had expired lives again."""
        document.expires = moment
        if moment is None:
            return
        if document.before_expiry and moment > self._now():
            document.status, document.before_expiry = document.before_expiry, ""
        self._store.look_again(document, moment)

    def expire(self, document: Document) -> None:
        """Its time is over. Nobody in particular did that."""
        document.before_expiry = document.status
        if self._modes.expired_status == "expired":
            document.status = "expired"
        self.tell(document, "expired")

    def recall(self, document: Document) -> None:
        """Deleted by the sender: the links say so, no webhook does. Raises ``Refusal``."""
        if document.status == "recalled":
            raise not_found("Document")
        if document.status == "signed":
            raise Refusal(400, "A signed document cannot be deleted")
        document.status = "recalled"
        self.note(document, "recalled")

    def recall_signer(self, document: Document, recipient_id: str) -> None:
        """One person need not sign any more, and may still look. Raises ``Refusal``."""
        recipient = self.recipient(document, recipient_id)
        if document.status not in OPEN:
            raise Refusal(400, "The document is not with its recipients")
        if recipient.is_done or not recipient.acts:
            raise Refusal(400, "This recipient cannot be recalled")
        recipient.role, recipient.status = COPY, "viewed" if recipient.opened_at else "sent"
        self.note(document, "signer_recalled", recipient)
        if not self.complete(document):
            self.invite(document)

    def forward(self, document: Document, person: Recipient, source: Recipient | None) -> None:
        """Somebody new gets the document; with ``source`` also that person's right to sign."""
        if source is not None:
            person.role, person.order, source.role = source.role, source.order, COPY
            for box in document.boxes:
                if box.recipient == source.id:
                    box.recipient = person.id
        document.recipients.append(person)
        self._store.link(document, person)
        self.tell(document, "forwarded", source)
        self.invite(document)

    def tell(self, document: Document, name: str, recipient: Recipient | None = None,
             meta: str = "") -> None:  # fmt: skip
        """Keep an event, and let the webhooks know."""
        self.note(document, name, recipient, meta)
        self._told(document, name, recipient)

    def note(self, document: Document, name: str, recipient: Recipient | None = None,
             meta: str = "") -> None:  # fmt: skip
        """Keep an event that no webhook tells."""
        who = recipient or document.user
        document.happened.append(
            Happening(
                name,
                self._now(),
                document.status,
                who.first_name,
                who.last_name,
                who.email,
                recipient.company_name if recipient else "",
                meta,
            )
        )

    def recipient(self, document: Document, recipient_id: str) -> Recipient:
        """One person of a document. Raises ``Refusal``."""
        for one in document.recipients:
            if one.id == recipient_id:
                return one
        raise not_found("Recipient")

    def signed_copy_is_there(self, document: Document) -> bool:
        """Whether the signed PDF exists already; it may lag behind the last signature."""
        if document.status != "signed" or document.sign_date is None:
            return False
        return self._now() >= document.sign_date + timedelta(seconds=self._modes.file_lag)

    def _seal(self, document: Document, user: User | None) -> None:
        if document.status not in ("draft", "scheduled"):
            raise Refusal(400, "Only a draft can be sent or sealed")
        check_people(document)
        document.status = "sealed"
        if document.facts.get("is_selfsign"):
            self._sign_self(document, user or document.user)

    def _sign_self(self, document: Document, user: User) -> None:
        now = self._now()
        own = Recipient(
            short_id(), short_id(32), user.first_name, user.last_name, user.email, user.mobile,
            SIGNER, status="signed", told=True, done_at=now, written=user.name,
        )  # fmt: skip
        own.methods.append(
            {"type": "signature", "verified_name": "", "verified_phone": "", "signed_at": now}
        )
        document.recipients.append(own)
        self._store.link(document, own)

    def _look(self, document: Document) -> None:
        now = self._now()
        due = document.imported_at
        if document.status in IMPORTING and due and self._store.clock.wall() >= due:
            self.finish_import(document)
        if document.status == "scheduled" and document.scheduled and document.scheduled <= now:
            self.send(document)
        live = document.status in OPEN and not document.before_expiry
        if live and document.expires and document.expires <= now:
            self.expire(document)
        elif live:
            for person in reminding.due(document, now):
                kind = "email" if person.email else "sms"
                self.messenger.remind(document, person, kind, reminding.TEXT)

    def _now(self) -> datetime:
        return self._store.clock.now()


def check_people(document: Document) -> None:
    """Whether there is somebody to send it to, and to sign it. Raises ``Refusal``."""
    signs = document.facts.get("is_signing", True)
    if not document.recipients:
        raise Refusal(400, "The document has no recipients")
    if signs and not any(one.role == SIGNER for one in document.recipients):
        raise Refusal(400, "The document has no signer")
