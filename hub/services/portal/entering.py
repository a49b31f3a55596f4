"""Signing in by a one-time link or code, sent to an address that the sender knows (B5).

Nobody is told whether an address is known: the same row is written and the same page shown for
every address. A code works in the browser that asked, for five tries, so that whoever guesses
spoils nobody else's; the link works in any browser. How many may be asked for is counted for the
address together with the network that asks, so that a stranger cannot use up somebody's, and more
widely for the address alone, so that nobody is flooded.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.requests import ClientContext
from hub.engine.outbox import owe
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Unfit
from hub.kernel.ids import new_id, random_token
from hub.services import addressing, mail_pages, owed_kinds
from hub.services.core import Core
from hub.services.portal import addresses, contacts, sessions
from hub.services.portal.networks import network_of
from hub.services.portal.views import Asked
from hub.services.portal.words import sign_in
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Contact, PortalEntry

DIGITS = 6
LIVES = timedelta(minutes=15)
AGAIN = 30  # seconds
MOST_TRIES = 5
HOUR = timedelta(hours=1)
MOST_FROM_NETWORK = 40  # in an hour, whatever addresses they are for
MOST_OF_BOTH = 5  # in an hour, for one address from one network
MOST_FOR_ADDRESS = 15  # in an hour, from wherever


def ask(
    core: Core, session: Session, workspace_id: str, text: str, client: ClientContext, browser: str
) -> Asked:
    """Send a code and a link to an address, if it is one of somebody's. Raises ``Unfit`` for what
    is no address, and where this network has asked too often."""
    region = sessions.settings(core, workspace_id).region
    way, address = addresses.given(core, workspace_id, region, text)
    index = addresses.indexes(core, workspace_id, way, address)[0]
    network = network_of(core, workspace_id, client.ip)
    now = core.clock.now()
    recent = PortalEntry.workspace_id == workspace_id, PortalEntry.created_at > now - HOUR
    there = session.scalar(select(func.count()).where(*recent, PortalEntry.asked_by == network))
    if (there or 0) >= MOST_FROM_NETWORK:
        raise Unfit("too_many_sign_ins", "too many codes were asked for here", field="address")
    columns = PortalEntry.asked_by, PortalEntry.session_hash, PortalEntry.created_at
    mine = session.execute(select(*columns).where(*recent, PortalEntry.address_index == index))
    who, before = (network, sha256_hex(browser.encode())), mine.all()
    last = max((at for _, whose, at in before if whose == who[1]), default=None)
    if last is not None and (now - last).total_seconds() < AGAIN:
        return Asked(way, AGAIN)  # a double tap: it is on its way
    from_here = sum(one.asked_by == network for one in before)
    silent = from_here >= MOST_OF_BOTH or len(before) >= MOST_FOR_ADDRESS
    row, code, link = _entry(core, workspace_id, (way, address), index, who, now)
    session.add(row)
    people = contacts.with_address(core, session, workspace_id, way, address)
    person = people[0] if people and not silent else None
    message = _written(core, row, person, code, link)  # also for nobody: it takes as long
    if person is not None:
        _send(core, session, row, message)
    return Asked(way, AGAIN)


def enter_by_code(
    core: Core, session: Session, workspace_id: str, given: str, browser: str
) -> tuple[str, Unfit | None]:
    """The token of a new session for the code that was sent to this browser; else what is wrong. A
    wrong try is counted, so the caller commits before it raises."""
    now = core.clock.now()
    query = select(PortalEntry).where(
        PortalEntry.workspace_id == workspace_id,
        PortalEntry.session_hash == sha256_hex(browser.encode()),
        PortalEntry.used_at.is_(None),
        PortalEntry.expires_at > now,
        PortalEntry.tries < MOST_TRIES,
    )
    row = session.scalars(query.order_by(PortalEntry.id.desc()).limit(1).with_for_update()).first()
    if row is None:
        return "", Unfit("code_expired", "there is no code that still holds", field="code")
    digits = "".join(one for one in given if one.isdecimal())
    if not core.vault.mac_matches("portal-code", f"{row.id}:{digits}", row.code_mac):
        row.tries += 1
        return "", Unfit("wrong_code", "that is not the code", field="code")
    token = _enter(core, session, row, now)
    if not token:
        return "", Unfit("code_expired", "nobody has the address any more", field="code")
    return token, None


def known_link(core: Core, session: Session, workspace_id: str, link: str) -> PortalEntry | None:
    """The sign-in that a one-time link is for, if it still holds. Looking uses nothing up: programs
    open links in mails before people do."""
    digest = sha256_hex(link.encode("utf-8", "replace"))
    row = session.scalar(select(PortalEntry).where(PortalEntry.link_sha256 == digest))
    if row is None or row.workspace_id != workspace_id or row.used_at is not None:
        return None
    return row if core.clock.now() < row.expires_at else None


def enter_by_link(core: Core, session: Session, workspace_id: str, link: str) -> str:
    """The token of a new session; empty where the link holds no more."""
    row = known_link(core, session, workspace_id, link)
    if row is None:
        return ""
    session.refresh(row, with_for_update=True)  # two clicks at one moment are one
    return _enter(core, session, row, core.clock.now()) if row.used_at is None else ""


def _enter(core: Core, session: Session, row: PortalEntry, now: datetime) -> str:
    """A new session; none where nobody has the address any more."""
    row.used_at = now
    workspace_id, way = row.workspace_id, row.way
    if not contacts.with_address(core, session, workspace_id, way, row.address):
        return ""
    return sessions.begin(core, session, workspace_id, way, row.address)


def _entry(
    core: Core,
    workspace_id: str,
    to: tuple[str, str],
    index: str,
    who: tuple[str, str],
    now: datetime,
) -> tuple[PortalEntry, str, str]:
    """A sign-in under way, with its code and its link, of which only hashes are kept."""
    code, link, ident = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", random_token(), new_id()
    row = PortalEntry(
        id=ident,
        workspace_id=workspace_id,
        way=to[0],
        address=to[1],
        address_index=index,
        asked_by=who[0],
        session_hash=who[1],
        code_mac=core.vault.mac("portal-code", f"{ident}:{code}"),
        link_sha256=sha256_hex(link.encode()),
        tries=0,
        created_at=now,
        expires_at=now + LIVES,
    )
    return row, code, link


def _written(
    core: Core, row: PortalEntry, person: Contact | None, code: str, link: str
) -> dict[str, Any]:
    """The message with the code and the link."""
    workspace = core.workspace(row.workspace_id)
    language = person.language if person is not None else workspace.language
    address = f"{core.links.portal(workspace.key)}enter/{link}"
    text, subject = sign_in(row.way, language, workspace.name, code, address)
    html: dict[str, Any] = {"html": None}
    if row.way == EMAIL:
        html = mail_pages.written(
            workspace, text, subject, address, about="sign_in", language=language
        )
    return {
        "to": row.address,
        "to_name": person.name if person is not None else "",
        "text": text,
        "sender": workspace.sender if row.way == SMS else workspace.name,
        "subject": " ".join(subject.split()),
        **html,
        "language": language,
        "files": [],
    }


def _send(core: Core, session: Session, row: PortalEntry, message: dict[str, Any]) -> None:
    """Owe it."""
    channel = addressing.channel_of(core, row.workspace_id, row.way)
    if channel is None:
        return
    owe(
        session,
        workspace_id=row.workspace_id,
        request_id=None,
        entity=f"portal:{row.id}",
        kind=owed_kinds.NOTICE,
        step="sign_in",
        destination=channel,
        payload=message,
        key=f"portal:{row.id}",
        seq=0,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )
