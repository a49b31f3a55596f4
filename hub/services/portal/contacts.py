"""Contacts: whom documents are shared with, as mappings tell them each time something is shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.kernel.ids import new_id
from hub.services.core import Core
from hub.services.portal import addresses
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Contact

_MOST = 500  # addresses in one statement


@dataclass(frozen=True)
class Person:
    """Somebody as the mapping tells them; ``key`` is the upstream's name of the contact."""

    key: str
    name: str
    email: str
    mobile: str
    language: str

    @classmethod
    def of(cls, data: Mapping[str, Any], language: str) -> Person:
        """From a plan's data."""
        return cls(
            key=data.get("key") or "",
            name=data.get("name") or "",
            email=addresses.email_of(data.get("email") or ""),
            mobile=data.get("mobile") or "",
            language=data.get("language") or language,
        )

    @property
    def reachable(self) -> bool:
        """Whether they could sign in at all."""
        return bool(self.email or self.mobile)


@dataclass(frozen=True)
class Of:
    """Whose contacts: a customer of the workspace's, or nobody's where ``customer`` is empty."""

    workspace_id: str
    customer: str
    customer_name: str


def keep(
    core: Core,
    session: Session,
    of: Of,
    people: Sequence[Person],
    *,
    afresh: bool,
    all_of_them: bool = False,
) -> list[Contact]:
    """Store these contacts and return them. ``afresh``: the upstream has just told them, so who had
    left is back, and names and addresses are renewed. ``all_of_them``: whom the customer has beside
    them has left."""
    workspace_id, customer = of.workspace_id, of.customer
    wanted = {_keys(core, workspace_id, one)[0]: one for one in people if one.reachable}
    known = {row.key: row for row in _stored(core, session, workspace_id, customer, people)}
    kept = []
    for key, person in wanted.items():
        row = next((known[k] for k in _keys(core, workspace_id, person) if k in known), None)
        if row is None:
            row = Contact(
                id=new_id(),
                workspace_id=workspace_id,
                customer=customer,
                key=key,
                created_at=core.clock.now(),
            )
            session.add(row)
            _write(core, row, person, of.customer_name)
        elif afresh:
            _write(core, row, person, of.customer_name)
        kept.append(row)
    if all_of_them and customer:
        _left(core, session, workspace_id, customer, kept)
    session.flush()
    return kept


def with_address(
    core: Core, session: Session, workspace_id: str, way: str, address: str
) -> list[Contact]:
    """Everybody who has this address and has not left."""
    stored = addresses.indexes(core, workspace_id, way, address)
    column = Contact.email_index if way == EMAIL else Contact.mobile_index
    query = select(Contact).where(
        Contact.workspace_id == workspace_id, column.in_(stored), Contact.left_at.is_(None)
    )
    return list(session.scalars(query.order_by(Contact.id)))


def _write(core: Core, row: Contact, person: Person, customer_name: str) -> None:
    def index(way: str, address: str) -> str | None:
        return next(iter(addresses.indexes(core, row.workspace_id, way, address)), None)

    row.name, row.customer_name, row.language = person.name, customer_name, person.language
    row.email, row.mobile = person.email or None, person.mobile or None
    row.email_index, row.mobile_index = index(EMAIL, person.email), index(SMS, person.mobile)
    row.left_at = None


def _stored(
    core: Core, session: Session, workspace_id: str, customer: str, people: Sequence[Person]
) -> list[Contact]:
    keys = [key for one in people if one.reachable for key in _keys(core, workspace_id, one)]
    mine = Contact.workspace_id == workspace_id, Contact.customer == customer
    found: list[Contact] = []
    for at in range(0, len(keys), _MOST):
        query = select(Contact).where(*mine, Contact.key.in_(keys[at : at + _MOST]))
        found += session.scalars(query)
    return found


def _keys(core: Core, workspace_id: str, person: Person) -> list[str]:
    """Under which keys somebody may be stored: the upstream's own name of the contact, else the
    address."""
    name = f"id:{person.key}" if person.key else f"at:{person.email or person.mobile}"
    return [mac[:64] for mac in core.vault.macs("contact-key", f"{workspace_id}:{name}")]


def _left(
    core: Core, session: Session, workspace_id: str, customer: str, stay: Sequence[Contact]
) -> None:
    mine = Contact.workspace_id == workspace_id, Contact.customer == customer
    query = select(Contact).where(*mine, Contact.left_at.is_(None))
    for row in session.scalars(query):
        if all(row is not one for one in stay):
            row.left_at = core.clock.now()
