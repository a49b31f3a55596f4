"""The life of a signature request: its states, the legal moves, why it can fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.contracts.events import EventKind


class RequestState(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"  # known, nothing prepared
    PREPARING = "preparing"  # mapped and stored; the first message is owed
    SENT = "sent"  # the customer has been given the link
    OPENED = "opened"  # the customer has looked at it
    SIGNED = "signed"  # at least one signature is in
    COMPLETED = "completed"  # all signatures are in
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


S = RequestState
OPEN_STATES = frozenset({S.DRAFT, S.PREPARING, S.SENT, S.OPENED, S.SIGNED})
FINAL_STATES = frozenset(S) - OPEN_STATES

# event kind → state that it leads to, from the states in which it counts.
MOVES: dict[EventKind, tuple[frozenset[RequestState], RequestState]] = {
    EventKind.STARTED: (frozenset({S.DRAFT}), S.PREPARING),
    EventKind.INVITED: (frozenset({S.DRAFT, S.PREPARING}), S.SENT),
    EventKind.OPENED: (frozenset({S.PREPARING, S.SENT}), S.OPENED),
    EventKind.SIGNED: (frozenset({S.PREPARING, S.SENT, S.OPENED, S.SIGNED}), S.SIGNED),
    # from SENT and OPENED: an approval was cleared and given again, the signatures stayed
    EventKind.COMPLETED: (frozenset({S.SENT, S.OPENED, S.SIGNED}), S.COMPLETED),
    EventKind.DECLINED: (OPEN_STATES, S.DECLINED),  # also after others have signed
    EventKind.EXPIRED: (OPEN_STATES, S.EXPIRED),
    EventKind.CLEARED: (frozenset({S.SIGNED, S.COMPLETED}), S.SENT),
    EventKind.FAILED: (OPEN_STATES, S.FAILED),
    EventKind.CANCELLED: (OPEN_STATES, S.CANCELLED),
    EventKind.DECIDED: (OPEN_STATES, S.CANCELLED),  # ``Request.decision`` says what was decided
}


def next_state(state: RequestState, kind: EventKind) -> RequestState | None:
    """The state that ``kind`` leads to from ``state``; None when it moves nothing.

    A late or repeated event gives None; it never moves a request backwards and never raises.
    """
    move = MOVES.get(kind)
    if move is None or state not in move[0] or state == move[1]:
        return None
    return move[1]


class Reason(StrEnum):
    """Why a request failed. ``REASON_TEXTS`` has the sentence for the upstream's user."""

    NO_ANSWER = "no_answer"
    NEVER_RETURNED = "never_returned"
    BAD_NUMBER = "bad_number"
    MISSING_NUMBER = "missing_number"
    BAD_ADDRESS = "bad_address"
    MISSING_ADDRESS = "missing_address"
    UNREACHABLE = "unreachable"
    MESSAGE_REFUSED = "message_refused"
    UNKNOWN_RECORD = "unknown_record"
    BAD_RECORD = "bad_record"
    BAD_DOCUMENT = "bad_document"
    PROVIDER_REJECTED = "provider_rejected"
    SYSTEM_REFUSED = "system_refused"
    GAVE_UP = "gave_up"


@dataclass(frozen=True)
class RecipientView:
    """A recipient as providers and channels see one. ``national_id`` only where one is named."""

    key: str
    name: str
    language: str
    role: str = "signer"
    mobile: str | None = None
    email: str | None = None
    national_id: str | None = None


@dataclass(frozen=True)
class ClientContext:
    """The customer's browser, as this server saw it."""

    ip: str
    user_agent: str = ""
    device_id: str = ""
    host: str = ""


@dataclass(frozen=True)
class SigningTask:
    """One recipient is to sign one text. ``order_id`` is our own external id at the provider.

    ``visible_text`` is shown by the signing method and signed; ``hidden_data`` is signed but not
    shown. ``return_url`` is set for the same-device flow and holds a one-time nonce; without it the
    customer uses another device. ``document_sha256`` binds documents.
    """

    order_id: str
    request_id: str
    recipient: RecipientView
    title: str
    sender: str
    language: str
    visible_text: str
    hidden_data: bytes = b""
    return_url: str | None = None
    client: ClientContext | None = None
    document_sha256: tuple[str, ...] = ()
    requested_at: datetime | None = None
    options: Mapping[str, str] = field(default_factory=dict)
