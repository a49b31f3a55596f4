"""What a customer's contacts are told of documents that are shared with them (B3): those who may
see it now, each as they chose."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.papers import CONTACT_NEWS
from hub.services.core import Core
from hub.services.notifying import preferences, telling
from hub.services.notifying.preferences import CONTACT, Reader
from hub.services.notifying.telling import News
from hub.services.portal import addresses
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Contact, Recipient, Request, Share

SHARED, CHANGED, REPLIED = "shared", "changed", "replied"
_ALL_OF = "customer:"  # how a holder begins that stands for all contacts of a customer


def tell(core: Core, session: Session, request: Request, event: str) -> int:
    """Owe the news to everybody who may see the document; how many. Of a shared one nobody is told
    who was sent its link."""
    plan = request.plan.get("share") or {}
    if event not in plan.get("tell", ()):
        return 0
    people = _who_see_it(session, request)
    if event == SHARED:
        people = _without(people, request.recipients)
    workspace = core.workspace(request.workspace_id)
    news = News(
        event=event,
        about=f"contact_{event}",
        key=f"{event}:{request.event_seq}",
        values={
            "name": "",
            "number": request.plan["number"] or request.source_id,
            "link": f"{core.links.portal(workspace.key)}documents/{request.id}",
        },
        quiet=request.plan["reminders"]["quiet"],
    )
    readers = [reader(one) for one in people]
    found = preferences.of_all(core, session, request.workspace_id, readers, event)
    return sum(telling.tell(core, session, request, one, news) for one in found)


def tell_person(
    core: Core, session: Session, request: Request, person: Recipient, key: str, text: str
) -> None:
    """Owe the sender's answer to whom it is for, as they chose; ``key`` makes it count once."""
    news = News(
        event=REPLIED,
        about="answer",
        key=key,
        values={"text": text, "link": core.links.customer(person.id)},
        writer=person,
    )
    readers = [reader_of(person)]
    for one in preferences.of_all(core, session, request.workspace_id, readers, REPLIED):
        telling.tell(core, session, request, one, news)


def reader(contact: Contact) -> Reader:
    """A contact as somebody who is told by e-mail, or by SMS where there is no address."""
    return _reader(
        contact.email or "", contact.mobile or "", contact.name, contact.language, contact.id
    )


def reader_of(person: Recipient) -> Reader:
    """The same of a recipient, whether the portal knows them or not."""
    contact = person.contact
    email, mobile = contact.get("email") or "", contact.get("mobile") or ""
    return _reader(email, mobile, contact.get("name") or "", person.language, None)


def _reader(email: str, mobile: str, name: str, language: str, contact_id: str | None) -> Reader:
    way = EMAIL if email else SMS
    return Reader(
        CONTACT, email, mobile, name, language, dict.fromkeys(CONTACT_NEWS, way), contact_id
    )


def _who_see_it(session: Session, request: Request) -> list[Contact]:
    """Everybody who is named in its shares and has not left."""
    shares = select(Share.holder).where(Share.request_id == request.id)
    holders = set(session.scalars(shares))
    customers = {one.removeprefix(_ALL_OF) for one in holders if one.startswith(_ALL_OF)}
    named = Contact.id.in_(holders) | Contact.customer.in_(customers)
    query = select(Contact).where(
        Contact.workspace_id == request.workspace_id, named, Contact.left_at.is_(None)
    )
    return list(session.scalars(query.order_by(Contact.id)))


def _without(people: Sequence[Contact], asked: Sequence[Recipient]) -> list[Contact]:
    """Those whom no recipient is, by either address."""
    emails = {addresses.email_of(one.contact.get("email") or "") for one in asked} - {""}
    mobiles = {one.contact.get("mobile") for one in asked} - {None, ""}
    return [one for one in people if one.email not in emails and one.mobile not in mobiles]
