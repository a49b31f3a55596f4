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


REASON_TEXTS: dict[Reason, Mapping[str, str]] = {
    Reason.NO_ANSWER: {
        "en": "The customer did not answer, not after the reminders either.",
        "sv": "Kunden svarade inte, inte heller efter påminnelserna.",
    },
    Reason.NEVER_RETURNED: {
        "en": "The customer approved in the app but never came back to the page, so nothing is "
        "signed. The reminders were not answered either.",
        "sv": "Kunden godkände i appen men kom aldrig tillbaka till sidan, så inget är "
        "undertecknat. Påminnelserna besvarades inte heller.",
    },
    Reason.BAD_NUMBER: {
        "en": "The mobile number cannot receive SMS. Correct it and press the button again.",
        "sv": "Mobilnumret kan inte ta emot SMS. Rätta det och tryck på knappen igen.",
    },
    Reason.MISSING_NUMBER: {
        "en": "The mobile number is missing. Fill it in and press the button again.",
        "sv": "Mobilnumret saknas. Fyll i det och tryck på knappen igen.",
    },
    Reason.BAD_ADDRESS: {
        "en": "The e-mail address cannot receive e-mail. Correct it and press the button again.",
        "sv": "E-postadressen kan inte ta emot e-post. Rätta den och tryck på knappen igen.",
    },
    Reason.MISSING_ADDRESS: {
        "en": "The e-mail address is missing. Fill it in and press the button again.",
        "sv": "E-postadressen saknas. Fyll i den och tryck på knappen igen.",
    },
    Reason.UNREACHABLE: {
        "en": "The message did not reach the customer.",
        "sv": "Meddelandet nådde inte kunden.",
    },
    Reason.MESSAGE_REFUSED: {
        "en": "The message was refused. Check the number or address, or contact support.",
        "sv": "Meddelandet avvisades. Kontrollera numret eller adressen, eller kontakta supporten.",
    },
    Reason.UNKNOWN_RECORD: {
        "en": "The record was not found, or the hub may not read it.",
        "sv": "Posten hittades inte, eller så får navet inte läsa den.",
    },
    Reason.BAD_RECORD: {
        "en": "Something in the record does not fit. The details say which field.",
        "sv": "Något i posten stämmer inte. Detaljerna säger vilket fält.",
    },
    Reason.BAD_DOCUMENT: {
        "en": "A document or attachment cannot be used. The details say which and why.",
        "sv": "Ett dokument eller en bilaga kan inte användas. Detaljerna säger vilket och varför.",
    },
    Reason.PROVIDER_REJECTED: {
        "en": "The signing service refused the request.",
        "sv": "Signeringstjänsten avvisade begäran.",
    },
    Reason.SYSTEM_REFUSED: {
        "en": "A needed system said no. Contact support: the hub's deliveries say which and why.",
        "sv": "Ett system som behövs sade nej. Kontakta supporten: navets leveranser visar vilket "
        "och varför.",
    },
    Reason.GAVE_UP: {
        "en": "A needed system could not be reached for several days.",
        "sv": "Ett system som behövs gick inte att nå på flera dagar.",
    },
}


ENDING_TEXTS: dict[RequestState, Mapping[str, str]] = {
    S.DECLINED: {"en": "The customer declined.", "sv": "Kunden avböjde."},
    S.EXPIRED: {
        "en": "The time ran out before the customer had signed.",
        "sv": "Tiden gick ut innan kunden hade skrivit under.",
    },
    S.CANCELLED: {"en": "The request was withdrawn.", "sv": "Begäran drogs tillbaka."},
}


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
