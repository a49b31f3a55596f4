"""Who goes first where several processes write. SQLite has one writer at a time; on PostgreSQL the
readers of a row that is about to change have to queue, or two of them decide on the same past.

Two rules, each in one place: in a transaction that writes, whoever reads a request by its id (or
one of its orders) holds the request until the commit; and ``alone`` queues on a name where there is
no row to hold yet.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.orm import Session

from hub.storage.models import Request, SigningOrder
from hub.storage.prepared import Prepared

_r, _o = Request.__table__.c, SigningOrder.__table__.c
_HOLD = Prepared.of(select(_r.id).where(_r.id == bindparam("id")).with_for_update())
_HOLD_OF_ORDER = Prepared.of(
    select(_r.id)
    .where(_r.id == select(_o.request_id).where(_o.id == bindparam("id")).scalar_subquery())
    .with_for_update()
)
_HOLDS: dict[Any, Prepared] = {Request: _HOLD, SigningOrder: _HOLD_OF_ORDER}
_ALONE = text("SELECT pg_advisory_xact_lock(:number)").bindparams(
    bindparam("number", type_=BigInteger)
)


class WritingSession(Session):
    """A session of a writing transaction on PostgreSQL: reading a request by its id holds it."""

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """As the session's own, after the request is ours."""
        hold(self, entity, ident)
        return super().get(entity, ident, **options)

    def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        """As the session's own, after the request is ours."""
        hold(self, entity, ident)
        return super().get_one(entity, ident, **options)


def hold(session: Session, entity: Any, ident: Any) -> None:
    """Wait until the request behind a row is ours until the commit. What was read of it before
    is not read again: hold first."""
    statement = _HOLDS.get(entity)
    if statement is None or not isinstance(session, WritingSession):
        return
    held: set[tuple[Any, str]] = session.info.setdefault("held", set())
    if (entity, ident) not in held:
        statement.first(session, {"id": ident})
        held.add((entity, ident))


def alone(session: Session, name: str) -> None:
    """Wait until no other transaction is in here under ``name``; until the commit."""
    if isinstance(session, WritingSession):
        digest = hashlib.sha256(name.encode()).digest()[:8]
        number = int.from_bytes(digest, "big", signed=True)
        session.execute(_ALONE, {"number": number})
