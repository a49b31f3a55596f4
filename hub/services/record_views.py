"""What the pages behind a record's buttons get to show, and the facade that gives it.

They are for the sender's own people, who see the record: names stand in them, addresses do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.services.document_views import (
    EnclosedView,
    FileView,
    GivenFile,
    LineView,
    PersonView,
)
from hub.services.views import SenderView

# Why what a button does cannot be done now.
NOTHING = "nothing"  # the record never had a request
OVER = "over"  # the request has ended
IN_HAND = "in_hand"  # somebody has signed, and the signature is being checked
HERE = "here"  # signed on the hub's own pages: there is no provider to look at
PLACING = "placing"  # on its way to the provider
GONE = "gone"  # taken back or deleted at the provider


@dataclass(frozen=True)
class AgreementView:
    """How it stands at the provider that keeps the document. ``status`` is the hub's own word
    (placing, standing, over, withdrawn, lost), ``state`` of ``AgreementState``, ``word`` the
    provider's. ``reading``: it is being read; ``away``: it could not be read, and is tried
    again."""

    title: str
    status: str
    state: str
    word: str
    reference: str
    url: str
    looked_at: datetime | None
    reading: bool
    away: bool


@dataclass(frozen=True)
class NotedView:
    """An answer as it was noted by hand: ``by`` is empty where it was erased."""

    decision: str
    by: str
    how: str
    remark: str
    at: datetime


@dataclass(frozen=True)
class SpokenView:
    """A message of a record's talk: ``name`` of the customer who wrote it, or whom the sender's
    people wrote it to (``ours``). ``new``: a customer's that nobody has read."""

    name: str
    ours: bool
    text: str
    at: datetime
    files: tuple[EnclosedView, ...] = ()
    new: bool = False


@dataclass(frozen=True)
class RecordView:
    """A record's newest open request, else its newest one, and whether ``action`` can be done.
    ``request_id`` is empty where there never was one. ``others``: more of its requests are
    open; ``unread``: messages of customers that nobody has read. ``public_link`` is where anybody
    with the password reads it. ``talk`` is what was written, ``writers`` key and name of those who
    can be answered, who wrote last first."""

    action: str
    sender: SenderView
    language: str
    zone: str
    record_title: str
    upstream_url: str | None
    request_id: str = ""
    state: str = ""
    reason: str = ""
    obstacle: str = ""
    people: tuple[PersonView, ...] = ()
    agreement: AgreementView | None = None
    noted: NotedView | None = None
    lines: tuple[LineView, ...] = ()
    currency: str = ""
    others: bool = False
    unread: int = 0
    talk: tuple[SpokenView, ...] = ()
    writers: tuple[tuple[str, str], ...] = ()
    public_link: str = ""


@dataclass(frozen=True)
class Said:
    """What was filled in to note an answer by hand, as it came."""

    decision: str
    by: str
    how: str
    remark: str
    lines: frozenset[str]  # the ticked ones


class RecordDesk(Protocol):
    """What the pages of a record's buttons call: ``check``, ``cancel``, ``decide`` and ``talk`` of
    an instance's record, whatever mapping reads it. ``query`` is the link's whole query. Each
    raises ``LinkInvalid``.

    What changes something is told which request was shown, so that a page that stood open touches
    no later one; done twice, it is done once.
    """

    def check(self, instance: str, action: str, query: Mapping[str, str]) -> None:
        """Raise ``LinkInvalid`` unless the link is one of ours."""
        ...

    def view(
        self, instance: str, action: str, query: Mapping[str, str], request_id: str = ""
    ) -> RecordView:
        """How it stands, or how this request of the record does. Changes nothing and asks nobody
        outside."""
        ...

    def look(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        """Have it read at once how the request stands at its provider. Raises ``Refused``."""
        ...

    def cancel(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        """Withdraw the request. Raises ``Refused`` where it ended otherwise, or is in hand."""
        ...

    def decide(self, instance: str, query: Mapping[str, str], request_id: str, said: Said) -> None:
        """Note the customer's answer. Raises ``Unfit`` with the field at fault, and ``Refused`` as
        ``cancel`` does."""
        ...

    def read(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        """Somebody of the sender's has seen what customers wrote."""
        ...

    def answer(
        self,
        instance: str,
        query: Mapping[str, str],
        request_id: str,
        to: str,
        text: str,
        files: Sequence[GivenFile] = (),
    ) -> None:
        """Write to one of the request's people. Raises ``Unfit``, ``Retryable``."""
        ...

    def enclosed(
        self, instance: str, query: Mapping[str, str], request_id: str, file_id: str
    ) -> FileView:
        """A file that came with a message of the request."""
        ...
