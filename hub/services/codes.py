"""One-time codes by SMS or e-mail, before somebody signs or passes the link on.

Six digits, ten minutes, five wrong tries; for one browser session and purpose; only a MAC is
stored. They
go out like every message: a delivery row, written in the transaction that makes the code.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Unfit
from hub.kernel.ids import new_id
from hub.mapping.signing import ADDRESSES
from hub.services import addressing, notices, offers, places
from hub.services.core import Core
from hub.services.document_views import CodeView
from hub.services.masked import masked
from hub.services.wordings import SMS
from hub.storage.models import OneTimeCode, Recipient, Request

DIGITS = 6
LIVES = timedelta(minutes=10)
AGAIN = 30  # seconds
MOST_TRIES = 5
MOST_CODES = 5  # in an hour, for one recipient
SIGN, FORWARD = "sign", "forward"


def send(core: Core, rows: Session, place: places.Place, session: str, purpose: str) -> CodeView:
    """Make a code and owe its message. Raises ``Unfit`` when there were too many, or no address is
    known."""
    request, recipient = place.request, place.recipient
    way = _way(core, request, recipient, purpose)
    channel = addressing.channel_for(core, request, way)
    to = recipient.contact.get("mobile" if way == SMS else "email")
    if not way or not to or channel is None:
        raise Unfit("no_code_address", "no address is known for a code", field="code")
    now = core.clock.now()
    mine = _for(session, purpose)
    last, many = _sent(rows, recipient, mine, now - timedelta(hours=1))
    if last is not None and (now - last).total_seconds() < AGAIN:
        return CodeView(masked(recipient.contact, way), AGAIN)  # a double tap: it is on its way
    if many >= MOST_CODES:
        raise Unfit("too_many_codes", "too many codes were asked for", field="code")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = _row(recipient, mine, channel, now)
    row.mac = _mac(core, row.id, code)
    rows.add(row)
    notices.owe_notice(
        core,
        rows,
        request,
        way=way,
        about="code",
        key=row.id,
        to=to,
        to_name=recipient.contact.get("name") or "",
        language=recipient.language,
        values={"code": code},
    )
    return CodeView(masked(recipient.contact, way), AGAIN)


def _row(recipient: Recipient, session_hash: str, channel: str, now: datetime) -> OneTimeCode:
    return OneTimeCode(
        id=new_id(),
        workspace_id=recipient.workspace_id,
        request_id=recipient.request_id,
        recipient_id=recipient.id,
        session_hash=session_hash,
        mac="",
        channel=channel,
        tries=0,
        created_at=now,
        expires_at=now + LIVES,
    )


def check(
    core: Core, rows: Session, recipient: Recipient, session: str, purpose: str, given: str
) -> Unfit | None:
    """Whether ``given`` is the code that was sent to this browser session for this ``purpose``:
    what is wrong, if anything. A wrong try is counted, so the caller commits before it raises."""
    now = core.clock.now()
    query = select(OneTimeCode).where(
        OneTimeCode.recipient_id == recipient.id,
        OneTimeCode.session_hash == _for(session, purpose),
        OneTimeCode.used_at.is_(None),
        OneTimeCode.expires_at > now,
        OneTimeCode.tries < MOST_TRIES,
    )
    row = rows.scalars(query.order_by(OneTimeCode.id.desc()).limit(1)).first()
    if row is None:
        return Unfit("code_expired", "there is no code that still holds", field="code")
    digits = "".join(one for one in given if one.isdecimal())
    if not core.vault.mac_matches("one-time-code", f"{row.id}:{digits}", row.mac):
        row.tries += 1
        return Unfit("wrong_code", "that is not the code", field="code")
    row.used_at = now
    return None


def confirmed(
    rows: Session, recipient: Recipient, session: str, purpose: str, now: datetime
) -> str:
    """The id of a code that this browser session has given rightly and that still holds; so that a
    signature that must be mended needs no second code."""
    query = select(OneTimeCode.id).where(
        OneTimeCode.recipient_id == recipient.id,
        OneTimeCode.session_hash == _for(session, purpose),
        OneTimeCode.used_at.is_not(None),
        OneTimeCode.expires_at > now,
    )
    return rows.scalar(query.order_by(OneTimeCode.id.desc()).limit(1)) or ""


def _for(session: str, purpose: str) -> str:
    """Whose code it is, and what for."""
    return sha256_hex(f"{purpose}:{session}".encode())


def _mac(core: Core, row_id: str, code: str) -> str:
    return core.vault.mac("one-time-code", f"{row_id}:{code}")


def _way(core: Core, request: Request, recipient: Recipient, purpose: str) -> str:
    """By which way the code goes: as the mapping says for signing, else where there is one. None
    where the mapping asks for no such code."""
    if purpose == SIGN:
        return offers.code_way(request, recipient)
    if not offers.signing(request).get("forward"):
        return ""
    known = [way for way, name in ADDRESSES.items() if recipient.contact.get(name)]
    there = [way for way in known if addressing.channel_for(core, request, way)]
    return there[0] if there else ""


def _sent(
    rows: Session, recipient: Recipient, mine: str, since: datetime
) -> tuple[datetime | None, int]:
    """When the last code went to this browser session for this purpose, and how many went to the
    recipient at all."""
    query = select(OneTimeCode.session_hash, OneTimeCode.created_at).where(
        OneTimeCode.recipient_id == recipient.id, OneTimeCode.created_at > since
    )
    sent = rows.execute(query).all()
    return max((at for whose, at in sent if whose == mine), default=None), len(sent)
