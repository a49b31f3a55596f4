"""What somebody wants to be told: the mapping gives what is usual, the reader's own choice comes
first.

A row for each address in a workspace, found by its keyed hash: whoever changes the address begins
anew. Its page has a link that nobody can guess, derived like a customer's link (``Links``), of
which only the hash is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.papers import CONTACT_NEWS, NEWS
from hub.kernel.ids import new_id
from hub.mapping.notify import DIGEST, NONE, TOLD
from hub.services.core import Core
from hub.services.links import token_hash
from hub.services.portal import addresses
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Preference
from hub.storage.prepared import insert

USER, CONTACT = "user", "contact"
# Who reads → what they can be told.
EVENTS: Mapping[str, tuple[str, ...]] = {USER: tuple(NEWS), CONTACT: tuple(CONTACT_NEWS)}
_SEEN_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Reader:
    """Somebody who is to be told. ``offered`` is what the mapping gives: event → way."""

    audience: str
    email: str
    mobile: str
    name: str
    language: str
    offered: Mapping[str, str]
    contact_id: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """By which address the choice is found; that is empty where there is none."""
        email = _plain(self.email)
        return (EMAIL, email) if email else (SMS, self.mobile)


@dataclass(frozen=True)
class Chosen:
    """A reader with the stored choice; ``new``: nothing was ever told there before."""

    reader: Reader
    row: Preference
    new: bool


def of_all(
    core: Core, session: Session, workspace_id: str, readers: Sequence[Reader], event: str
) -> list[Chosen]:
    """The stored choices of these readers, all of one audience, in one statement. Whoever is told
    for the first time, of an event that the mapping offers, gets a row; who was never told anything
    has nothing to choose by."""
    known = _stored(core, session, workspace_id, readers)
    found: dict[str, Chosen] = {}
    for reader in readers:
        if not reader.key[1]:
            continue
        indexes = _indexes(core, workspace_id, reader)
        row = next((known[one] for one in indexes if one in known), None)
        new = row is None
        if row is None and event not in reader.offered:
            continue
        if row is None:
            row = _begin(core, session, workspace_id, reader, indexes[0])
            known[row.address_index] = row
        _renew(core, row, reader)
        found.setdefault(row.id, Chosen(reader, row, new))
    return list(found.values())


def way_of(core: Core, one: Chosen, event: str) -> str:
    """How the reader is told of an event: sms, email, digest, or none. None too where the address
    for it is not known, or takes nothing any more."""
    way = shown(one.row, event)
    if way == NONE:
        return NONE
    return way if takes(core, one.row, SMS if way == SMS else EMAIL) else NONE


def shown(row: Preference, event: str) -> str:
    """The same, whether its address takes anything or not."""
    way: str = row.choices.get(event) or row.offered.get(event, NONE)
    return way


def takes(core: Core, row: Preference, way: str) -> bool:
    """Whether there is an address for a way, and none that messages came back from."""
    address = _address(row, way)
    known = row.undelivered.get(way)
    return bool(address) and known not in _address_hashes(core, row.workspace_id, way, address)


def came_back(core: Core, row: Preference, way: str, address: str) -> None:
    """A message to this address did not arrive: nothing more goes there."""
    if _same(way, address, _address(row, way)):
        hashes = _address_hashes(core, row.workspace_id, way, address)
        row.undelivered = {**row.undelivered, way: hashes[0]}


def choose(row: Preference, choices: Mapping[str, str]) -> None:
    """Keep what the reader said of each event. Whoever says something reads: what came back before
    counts no more."""
    known = {key: way for key, way in choices.items() if key in EVENTS[row.audience]}
    kept = {
        key: way
        for key, way in known.items()
        if way in (*TOLD, NONE)
        and way != shown(row, key)  # what was left alone stays the mapping's
    }
    row.choices = {**row.choices, **kept}
    row.undelivered = {}


def refuse_all(row: Preference) -> None:
    """Nothing more, by one click in a mail program (RFC 8058)."""
    row.choices = dict.fromkeys(EVENTS[row.audience], NONE)


def token_of(core: Core, row: Preference) -> str:
    """The token of the row's page: the one that was handed out, also when the master key has
    changed since."""
    tokens = core.links.choice_tokens(row.id)
    return next((one for one in tokens if token_hash(one) == row.token_sha256), tokens[0])


def by_token(session: Session, token: str) -> Preference | None:
    """The row behind a page's token."""
    return session.scalar(select(Preference).where(Preference.token_sha256 == token_hash(token)))


def ways(row: Preference) -> tuple[str, ...]:
    """Between which ways its reader can choose."""
    by_mail = (EMAIL, DIGEST) if row.email else ()
    return (*by_mail, *((SMS,) if row.mobile else ()), NONE)


def _stored(
    core: Core, session: Session, workspace_id: str, readers: Iterable[Reader]
) -> dict[str, Preference]:
    """By the address's hash."""
    mine = [(one.audience, _indexes(core, workspace_id, one)) for one in readers if one.key[1]]
    if not mine:
        return {}
    query = select(Preference).where(
        Preference.workspace_id == workspace_id,
        Preference.audience == mine[0][0],
        Preference.address_index.in_([key for _, keys in mine for key in keys]),
    )
    return {row.address_index: row for row in session.scalars(query)}


def _begin(
    core: Core, session: Session, workspace_id: str, reader: Reader, index: str
) -> Preference:
    """A new row, or the one that another process has made at this moment."""
    ident, now = new_id(), core.clock.now()
    values: dict[str, Any] = {
        "id": ident,
        "workspace_id": workspace_id,
        "audience": reader.audience,
        "address_index": index,
        "token_sha256": token_hash(core.links.choice_tokens(ident)[0]),
        "email": None,
        "mobile": None,
        "name": reader.name,
        "language": reader.language,
        "offered": dict(reader.offered),
        "choices": {},
        "undelivered": {},
        "created_at": now,
        "seen_at": now,
    }
    insert(Preference, ("workspace_id", "audience", "address_index")).run(session, values)
    mine = (Preference.workspace_id == workspace_id, Preference.audience == reader.audience)
    return session.scalars(select(Preference).where(*mine, Preference.address_index == index)).one()


def _renew(core: Core, row: Preference, reader: Reader) -> None:
    """What is told of somebody now; written where it differs."""
    now = core.clock.now()
    told = {
        "email": reader.email.strip() or None,
        "mobile": reader.mobile or None,
        "name": reader.name,
        "language": reader.language,
        "offered": dict(reader.offered),
    }
    for name, value in told.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    if now - row.seen_at >= _SEEN_EVERY:
        row.seen_at = now


def _indexes(core: Core, workspace_id: str, reader: Reader) -> list[str]:
    return _address_hashes(core, workspace_id, *reader.key)


def _address_hashes(core: Core, workspace_id: str, way: str, address: str) -> list[str]:
    plain = address if way == SMS else _plain(address)
    return core.vault.macs(f"preference:{way}", f"{workspace_id}:{plain}")


def _address(row: Preference, way: str) -> str:
    return (row.mobile if way == SMS else row.email) or ""


def _same(way: str, one: str, other: str) -> bool:
    return one == other if way == SMS else _plain(one) == _plain(other)


def _plain(email: str) -> str:
    """As it is compared; what is no address is tried all the same, and the gateway says so."""
    return addresses.email_of(email) or email.strip().casefold()
