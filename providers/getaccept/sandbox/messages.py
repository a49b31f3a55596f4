"""What the service writes to people: SMS and e-mails, shown on the sandbox's phone and mailbox."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import formataddr
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.contracts.sandbox import Mail, PhoneMessage, SandboxContext
from providers.getaccept.sandbox import papers
from providers.getaccept.sandbox.model import Comment, Document, Recipient
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.seed import ENTITIES

FROM = "no-reply@getaccept.example"
SMS_SENDER = "GetAccept"
_TAG = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")
_THUMB = 480  # pixels
_PICTURED = ("invitation", "reminder", "receipt")  # these show the first page
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
)


class Messenger:
    """Writes, and keeps a list of what it wrote for tests to look at."""

    def __init__(self, context: SandboxContext, modes: Modes) -> None:
        self._context = context
        self._modes = modes
        self.outbox: deque[dict[str, Any]] = deque(maxlen=10_000)

    def link(self, person: Recipient) -> str:
        """The personal address of a recipient."""
        return f"{self._context.base_url}/v/{person.token}"

    def portal(self, document: Document) -> str:
        """Where the sender sees the document."""
        return f"{self._context.base_url}/document/view/{document.id}"

    def invite(self, document: Document, person: Recipient) -> None:
        """The first message with the link, by e-mail and where asked for by SMS."""
        subject = document.fact("email_send_subject") or "{{document.name}}"
        text = document.fact("email_send_message") or (
            "Hello {{recipient.first_name}}, {{sender.fullname}} has sent you a document."
        )
        if person.email:
            self._write_to(document, person, "invitation", subject, text, self._asks(person))
        if document.facts.get("is_sms_sending"):
            what = f"{_entity(document)}: {document.name}. Read and answer here:"
            self.sms(document, person, "invitation", what)

    def remind(self, document: Document, person: Recipient, kind: str, text: str) -> None:
        """Ask again, by ``email``, ``sms`` or ``video`` (which is an e-mail, too)."""
        if kind == "sms":
            self.sms(document, person, "reminder", merged(text, document, person))
        elif person.email:
            subject = "Reminder: {{document.name}}"
            self._write_to(document, person, "reminder", subject, text, self._asks(person))

    def expiry_moved(self, document: Document) -> None:
        """Tell everybody that there is more time."""
        moment = document.expires.date().isoformat() if document.expires else ""
        for person in document.recipients:
            if person.email and person.told:
                text = f"You can answer until {moment}."
                self._write_to(document, person, "expiry", "{{document.name}}", text, "Open")

    def receipts(self, document: Document) -> None:
        """All have signed: everybody gets the signed PDF."""
        text = "Everybody has signed {{document.name}}. The signed document is attached."
        if not self._modes.receipt_attached:
            text = "Everybody has signed {{document.name}}. The button leads to it."
        files: list[tuple[str, bytes]] = []
        if self._modes.receipt_attached:
            files = [(f"{document.name}.pdf", signed_copy(document))]
        for person in document.recipients:
            if person.email:
                subject = "Signed: {{document.name}}"
                self._write_to(document, person, "receipt", subject, text, "Open", files)
            elif document.facts.get("is_sms_sending"):
                self.sms(document, person, "receipt", f"Signed: {document.name}. Your copy:")
        self._to_sender(document, "receipt", f"Signed: {document.name}", merged(text, document),
                        "Open the document", files)  # fmt: skip

    def rejected(self, document: Document, person: Recipient) -> None:
        """Tell the sender that somebody declined."""
        text = f"{person.fullname} declined {document.name}. Reason: {person.reason or 'none'}"
        self._to_sender(document, "rejected", f"Declined: {document.name}", text, "Open")

    def code(self, document: Document, person: Recipient) -> None:
        """A code that proves that the person holds this telephone."""
        self.sms(document, person, "code", f"Your code is {person.code}", link=False)

    def chat_to_sender(self, document: Document, said: Comment) -> None:
        """A recipient wrote; the account's address gets it with a link to answer."""
        subject = f"{said.name} wrote about {document.name}"
        self._to_sender(document, "chat", subject, said.text, "Answer", anchor="#chat")

    def chat_to_recipient(self, document: Document, person: Recipient, said: Comment) -> None:
        """The sender wrote."""
        if person.email:
            subject = f"{said.name} wrote about {document.name}"
            self._write_to(document, person, "chat", subject, said.text, "Answer", anchor="#chat")
        else:
            self.sms(document, person, "chat", f"{said.name} wrote about {document.name}:")

    def webhook_failed(self, to: str, event: str, target: str) -> None:
        """A webhook was not taken."""
        text = f"{event} could not be delivered to {target}. It is tried again."
        self._mail("webhook", to, "A webhook was not delivered", text, "")
        self._keep("email", "webhook", to, text, "")

    def sms(self, document: Document, person: Recipient, kind: str, text: str, *,
            link: bool = True) -> None:  # fmt: skip
        """One SMS, if there is a number."""
        if not person.mobile:
            return
        address = self.link(person) if link else ""
        whole = f"{text} {address}".strip()
        now = self._context.clock.now()
        self._context.show_sms(PhoneMessage(person.mobile, SMS_SENDER, whole, now))
        self._keep("sms", kind, person.mobile, whole, address, document)

    def _asks(self, person: Recipient) -> str:
        return "Read and sign" if person.role == "signer" else "Open the document"

    def _write_to(
        self,
        document: Document,
        person: Recipient,
        kind: str,
        subject: str,
        text: str,
        button: str,
        files: Iterable[tuple[str, bytes]] = (),
        anchor: str = "",
    ) -> None:
        link = self.link(person) + anchor
        subject = merged(subject, document, person)
        text = merged(text, document, person)
        picture = self._picture(document) if kind in _PICTURED else b""
        html = self._html(document, subject, text, button, link, bool(picture))
        self._mail(kind, person.email, subject, f"{text}\n\n{link}", html, picture, files,
                   sender=document.user.name)  # fmt: skip
        self._keep("email", kind, person.email, text, link, document)

    def _to_sender(
        self,
        document: Document,
        kind: str,
        subject: str,
        text: str,
        button: str,
        files: Iterable[tuple[str, bytes]] = (),
        anchor: str = "",
    ) -> None:
        link = self.portal(document) + anchor
        html = self._html(document, subject, text, button, link, False)
        self._mail(kind, document.user.email, subject, f"{text}\n\n{link}", html, b"", files)
        self._keep("email", kind, document.user.email, text, link, document)

    def _html(
        self, document: Document, subject: str, text: str, button: str, link: str, picture: bool
    ) -> str:
        return _templates.get_template("mail.html").render(
            subject=subject,
            paragraphs=text.split("\n"),
            button=button,
            link=link,
            document=document,
            entity=_entity(document),
            picture=picture,
            personal=link.startswith(f"{self._context.base_url}/v/"),
        )

    def _picture(self, document: Document) -> bytes:
        return papers.picture(document.content, 1, _THUMB) if self._modes.mail_pictures else b""

    def _mail(
        self,
        kind: str,
        to: str,
        subject: str,
        text: str,
        html: str,
        picture: bytes = b"",
        files: Iterable[tuple[str, bytes]] = (),
        *,
        sender: str = "GetAccept",
    ) -> None:
        message = EmailMessage()
        message["From"] = formataddr((f"{sender} via GetAccept" if picture else sender, FROM))
        message["To"], message["Subject"] = to, subject.replace("\n", " ")
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        if picture:
            *_, page = message.iter_parts()
            page.add_related(picture, "image", "png", cid="<first-page>", disposition="inline")
        for name, content in files:
            message.add_attachment(content, "application", "pdf", filename=name)
        now = self._context.clock.now()
        self._context.show_mail(
            Mail((to,), FROM, subject, text, html or None, message.as_bytes(), now)
        )

    def _keep(
        self, channel: str, kind: str, to: str, text: str, link: str,
        document: Document | None = None,
    ) -> None:  # fmt: skip
        self.outbox.append(
            {"channel": channel, "kind": kind, "to": to, "text": text, "link": link,
             "document": document.id if document else ""}
        )  # fmt: skip


def merged(text: str, document: Document, person: Recipient | None = None) -> str:
    """The text with its tags filled in; unknown tags stay."""
    known = {
        "sender.first_name": document.user.first_name,
        "sender.fullname": document.user.name,
        "document.name": document.name,
        "recipient.first_name": person.first_name if person else "",
        "recipient.fullname": person.fullname if person else "",
    }
    return _TAG.sub(lambda match: known.get(match.group(1), match.group(0)), text)


def signed_copy(document: Document) -> bytes:
    """The document with a certificate page: who, how, when, and what was chosen."""
    if not document.signed_copy:
        moment = document.sign_date.isoformat(timespec="seconds") if document.sign_date else ""
        lines = [f"Document: {document.name}", f"Id: {document.id}", f"Completed: {moment}", ""]
        for one in document.recipients:
            if one.role == "internalApprover":  # these stay within the house
                continue
            how = ", ".join(str(method["type"]) for method in one.methods)
            when = one.done_at.isoformat(timespec="seconds") if one.done_at else ""
            lines += [f"{one.fullname} ({one.role})  {one.status}  {when}  {how}"]
        answers = [box for box in document.boxes if box.label and box.value]
        for box in answers:
            shown = {"1": "yes", "0": "no"}.get(box.value, box.value) if box.is_check else box.value
            lines += ["", f"{box.label}: {shown}"]
        page = papers.made("Signing certificate", lines)
        document.signed_copy = papers.joined(document.content, page)
    return document.signed_copy


def _entity(document: Document) -> str:
    return ENTITIES[document.entity].name
