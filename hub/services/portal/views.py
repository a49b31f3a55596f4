"""What the portal's pages get to show, and what they may have to tell.

Pages know these shapes only. Everything here may be shown to whoever holds the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.contracts.requests import RequestState
from hub.kernel.errors import ParaphError
from hub.services.views import LinkInvalid, SenderView

# What the list can be narrowed to → the states of a request that it shows.
OPEN, SIGNED, ENDED, ARCHIVE = "open", "signed", "ended", "archive"
FILTERS: dict[str, tuple[RequestState, ...]] = {
    OPEN: (RequestState.SENT, RequestState.OPENED),
    SIGNED: (RequestState.SIGNED, RequestState.COMPLETED),
    ENDED: (RequestState.DECLINED, RequestState.EXPIRED, RequestState.CANCELLED),
}


class NoPortal(ParaphError):
    """There is no such workspace, or it has no portal. Says nothing about which."""

    code = "no_portal"


class NotSignedIn(ParaphError):
    """Nobody is signed in here, or not any more: sign in first."""

    code = "not_signed_in"


class SignedOut(LinkInvalid):
    """A document's page that was opened from the portal, and whose session is over or belongs to
    another browser. ``workspace`` is where to sign in again; ``public`` is the request whose public
    link it was opened by, if it was."""

    def __init__(self, workspace: str, public: str = "") -> None:
        super().__init__("the portal's session is over")
        self.workspace = workspace
        self.public = public


# What the page of a public link does: it asks for the password, or tells that all is over.
ASKS, GONE = "asks", "gone"


@dataclass(frozen=True)
class PortalView:
    """Whose portal it is."""

    workspace: str
    sender: SenderView
    language: str
    zone: str
    ways: tuple[str, ...]  # by which a code can be sent: email, sms


@dataclass(frozen=True)
class Asked:
    """A code was asked for: whether it was sent is told to nobody. ``wait`` is how many seconds
    until another one may be asked for."""

    way: str
    wait: int


@dataclass(frozen=True)
class ShownDocument:
    """A row of the list. ``waits``: it is this person's turn to answer; ``archived``: it stands in
    the archive; ``unread``: how many messages of the sender this person has not seen."""

    request_id: str
    title: str
    number: str
    customer: str
    state: RequestState
    shared_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    archived: bool
    unread: int = 0


@dataclass(frozen=True)
class Shelf:
    """A page of the list: newest first. ``holder`` is who is signed in, and ``language`` what they
    read by the sender's records; ``more`` is the cursor of the next page."""

    holder: str
    language: str
    documents: tuple[ShownDocument, ...]
    more: str | None
    several_customers: bool
