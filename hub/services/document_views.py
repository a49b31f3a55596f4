"""What the customer's pages get to show of documents, lines, people, remarks and signatures.

As in ``hub.services.views``: no rows, no providers, in the customer's language, safe to show to the
holder of the link. Amounts are Decimals in ``currency``; pages write them by locale. Moments are
aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class PageView:
    """A rendered page: its image's measures in pixels. Its text is asked for by itself."""

    number: int
    width: int
    height: int


@dataclass(frozen=True)
class DocumentView:
    """The current version of a document. ``size`` in bytes."""

    key: str
    version: int
    title: str
    size: int
    pages: tuple[PageView, ...]


@dataclass(frozen=True)
class FormerView:
    """A former version of a document: shown from ``since`` until ``replaced_at``."""

    key: str
    version: int
    title: str
    since: datetime
    replaced_at: datetime


@dataclass(frozen=True)
class AttachmentView:
    """A file beside the documents. ``picture``: it can be shown in the page, of a PDF the first of
    its ``pages``; ``seen``: this recipient has fetched all of it; ``must_view``: nobody signs
    before."""

    key: str
    title: str
    file_name: str
    media_type: str
    size: int
    picture: bool
    must_view: bool
    seen: bool
    pages: int = 0


@dataclass(frozen=True)
class LineView:
    """A line with its amount. ``chosen`` as it stands now; required ones always are."""

    id: str
    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    vat: Decimal
    amount: Decimal
    optional: bool
    chosen: bool


@dataclass(frozen=True)
class TotalsView:
    """What the chosen lines come to. ``taxes``: rate in per cent, what it is on, the tax."""

    currency: str
    net: Decimal
    taxes: tuple[tuple[Decimal, Decimal, Decimal], ...]
    gross: Decimal


@dataclass(frozen=True)
class PersonView:
    """Somebody of the request. ``state`` is waiting (not this one's turn yet), invited, signed,
    approved, forwarded (to another one of them), or reads (viewers and copies); ``me``: the holder
    of this link. ``ink`` is the drawn signature as SVG, empty where it was typed or given by
    eID."""

    name: str
    role: str
    state: str
    me: bool = False
    at: datetime | None = None
    ink: str = ""


@dataclass(frozen=True)
class EnclosedView:
    """A file that came with a message; ``id`` is in its address."""

    id: str
    name: str
    size: int
    picture: bool


@dataclass(frozen=True)
class GivenFile:
    """A file as somebody gave it, before it was looked at."""

    name: str
    content: bytes


@dataclass(frozen=True)
class RemarkView:
    """What was written: ``mine`` by the holder of the link, else by the sender, or by another one
    of the customer's contacts (``by``). ``to``: whom the sender wrote to, if that is another one.
    ``new``: by the sender, and not shown before."""

    mine: bool
    text: str
    at: datetime
    files: tuple[EnclosedView, ...] = ()
    new: bool = False
    by: str = ""
    to: str = ""


@dataclass(frozen=True)
class SigningOffer:
    """How the holder of the link may act. ``methods`` of ``drawn`` and ``typed``: empty where the
    signing method is another one (an eID). ``code``: sms or email when a one-time code is asked for
    before signing, sent to ``code_to`` (masked)."""

    methods: tuple[str, ...] = ()
    consent: str = ""
    code: str = ""
    code_to: str = ""
    remarks: bool = False
    forward: bool = False
    download: bool = False
    receipt: bool = False


@dataclass(frozen=True)
class PapersView:
    """All of it. ``role`` is the link holder's; ``act`` what is to be done now: sign, approve,
    wait (others come first), read (nothing to do), done. ``unseen``: keys of what must be looked at
    first, as ``<document key>:<page>`` or the key of an attachment. ``files``: what can be taken
    along when it is over, of ``signed`` and ``proof``. ``in_person``: shown on the sender's tablet;
    ``locked``: that is over. ``forwarded_to``: whom the holder of the link passed it on to.
    ``may_choose``: optional lines may be ticked; not any more once somebody has signed or
    approved them. ``unsigned``: no signature is asked for, one click accepts. ``former``: versions
    that were replaced, newest first; ``is_news``: this person has looked at one of them, and not
    yet at all of the present one. ``stamp`` tells what is shown from what was shown before."""

    documents: tuple[DocumentView, ...] = ()
    attachments: tuple[AttachmentView, ...] = ()
    lines: tuple[LineView, ...] = ()
    totals: TotalsView | None = None
    people: tuple[PersonView, ...] = ()
    remarks: tuple[RemarkView, ...] = ()
    offer: SigningOffer = SigningOffer()
    role: str = "signer"
    act: str = "sign"
    unseen: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    in_person: bool = False
    locked: bool = False
    forwarded_to: str = ""
    may_choose: bool = True
    unsigned: bool = False
    former: tuple[FormerView, ...] = ()
    is_news: bool = False
    stamp: str = ""


@dataclass(frozen=True)
class FileView:
    """Bytes to hand out. ``etag`` is their SHA-256. ``again``: they were handed out before, so
    that who asks may have them still; else they must be given whole, since they count as seen."""

    name: str
    media_type: str
    content: bytes
    etag: str
    again: bool = True


@dataclass(frozen=True)
class CodeView:
    """A one-time code is on its way to ``to`` (masked); another may be asked for in ``again_in``
    seconds."""

    to: str
    again_in: int
