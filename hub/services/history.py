"""The one place where something happens to a request: append the event, move the state, owe what
follows. All in the caller's transaction, so that an event and what it causes are one commit (F1).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from hub.contracts.events import EventKind
from hub.contracts.requests import FINAL_STATES, RequestState, next_state
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.storage import queries_request as queries
from hub.storage.db import Database
from hub.storage.models import Request, RequestEvent
from hub.storage.prepared import insert

_log = get_logger(__name__)
_FOLLOWER = "history_follower"


@dataclass(frozen=True)
class Appended:
    """An event that was appended just now; ``state`` is the request's after it."""

    kind: EventKind
    seq: int
    at: datetime
    state: str
    data: Mapping[str, Any]


class Follower(Protocol):
    """Told of each event in its own transaction, in workspaces that have active subscriptions."""

    def __call__(self, session: Session, request: Request, event: Appended) -> None:
        """An event was appended: owe what follows."""
        ...

    def owed(self, request: Any, event: Appended, followers: str) -> list[dict[str, Any]]:
        """What follows, for ``hub.engine.outbox.owe``, made ready outside of a transaction.
        ``followers`` as ``queries_request.FOLLOWERS`` gives them."""
        ...


def follow(db: Database, follower: Follower) -> None:
    """Have ``follower`` told of every event that is appended. For the composition root."""
    db.shared[_FOLLOWER] = follower


def append(
    session: Session,
    request: Request,
    kind: EventKind,
    at: datetime,
    *,
    dedupe: str,
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> bool:
    """Append one event unless ``dedupe`` is known; True when it was new.

    ``personal`` goes into the chain as salted commitments only, so that it can be erased later
    without breaking the chain. The state moves where ``contracts.requests.MOVES`` says so.
    """
    seen = queries.KNOWN_EVENT.first(
        session,
        {"request_id": request.id, "dedupe": dedupe, "workspace_id": request.workspace_id},
    )
    if seen.known:
        return False
    row, moved = event(request, kind, at, dedupe=dedupe, data=data, personal=personal)
    insert(RequestEvent).run(session, row)
    _store(session, request, moved)
    if seen.followed:
        tell(session, request, Appended(kind, row["seq"], at, request.state, data or {}))
    return True


def known(session: Session, request: Request, dedupe: str) -> bool:
    """Whether the event of this key was appended."""
    key = {"request_id": request.id, "dedupe": dedupe, "workspace_id": request.workspace_id}
    return bool(queries.KNOWN_EVENT.first(session, key).known)


def event(
    request: Request,
    kind: EventKind,
    at: datetime,
    *,
    dedupe: str,
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row of the event that comes next, and the columns of the request that it changes."""
    sealed, commitments = _commit(personal or {})
    seq = request.event_seq + 1
    body = {
        "request": request.id,
        "seq": seq,
        "kind": kind.value,
        "at": at.isoformat(),
        "data": dict(data or {}),
        "commitments": commitments,
    }
    previous = request.event_hash
    head = chain_hash(previous, body)
    row = {
        "id": new_id(), "workspace_id": request.workspace_id, "request_id": request.id,
        "seq": seq, "kind": kind.value, "at": at, "dedupe": dedupe,
        "data": {**(data or {}), "_commitments": commitments}, "personal": sealed,
        "previous": previous, "hash": head,
    }  # fmt: skip
    return row, {"event_seq": seq, "event_hash": head, **_move(request, kind, at)}


def tell(session: Session, request: Request, event: Appended) -> None:
    """Tell the follower. ``append`` does; whoever stores an event in another way has to."""
    follower: Follower | None = session.info.get(_FOLLOWER)
    if follower is not None:
        follower(session, request, event)


def owed(
    db: Database, request: Any, event: Appended, followers: str | None
) -> list[dict[str, Any]]:
    """What ``tell`` would have the follower owe, for an event that is made ready. Whoever stores it
    does so only ``while_same`` followers are there."""
    follower: Follower | None = db.shared.get(_FOLLOWER)
    return follower.owed(request, event, followers) if follower and followers else []


def chain_hash(previous: str, body: Mapping[str, Any]) -> str:
    """``SHA-256(previous hash, newline, canonical JSON of the event)``, in hex."""
    return sha256_hex(previous.encode() + b"\n" + canonical_json(body))


def verify_chain(events: list[RequestEvent]) -> int | None:
    """The ``seq`` of the first event that does not fit the chain; None when all fit."""
    previous = ""
    for number, event in enumerate(events, start=1):
        data = dict(event.data)
        commitments = data.pop("_commitments", {})
        body = {
            "request": event.request_id,
            "seq": event.seq,
            "kind": event.kind,
            "at": event.at.isoformat(),
            "data": data,
            "commitments": commitments,
        }
        fits = event.seq == number and event.previous == previous
        if not fits or event.hash != chain_hash(previous, body):
            return event.seq
        previous = event.hash
    return None


def is_open(request: Request) -> bool:
    """Whether anything can still happen to it."""
    return RequestState(request.state) not in FINAL_STATES


def _move(request: Request, kind: EventKind, at: datetime) -> dict[str, Any]:
    moved = next_state(RequestState(request.state), kind)
    if moved is None:
        return {}
    _log.info("request moved", request_id=request.id, from_state=request.state, to_state=moved)
    if moved in FINAL_STATES:
        return {"state": moved.value, "open_key": None, "finished_at": at}
    return {"state": moved.value}


def _store(session: Session, request: Request, changed: Mapping[str, Any]) -> None:
    """Store at once where the request stands now; the object follows without a second update."""
    names = ("state", "open_key", "finished_at", "event_seq", "event_hash")
    values = {f"b_{name}": changed.get(name, getattr(request, name)) for name in names}
    queries.MOVE.run(session, {"b_id": request.id, **values})
    for name, value in changed.items():
        set_committed_value(request, name, value)


def _commit(personal: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, str]]:
    sealed: dict[str, Any] = {}
    commitments: dict[str, str] = {}
    for name, value in personal.items():
        salt = secrets.token_hex(16)
        sealed[name] = {"salt": salt, "value": value}
        commitments[name] = sha256_hex(canonical_json([salt, value]))
    return sealed or None, commitments
