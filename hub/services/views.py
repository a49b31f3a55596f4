"""What the customer's pages and the button page get to show, and the two facades that give it.

Pages know these shapes only: no rows, no providers. Everything here is already in the customer's
language and safe to show to the holder of the link.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from hub.contracts.requests import ClientContext, RequestState
from hub.contracts.steps import NextStep
from hub.kernel.errors import ParaphError
from hub.mapping.forms import FormSpec
from hub.services.document_views import (
    CodeView,
    FileView,
    GivenFile,
    PageView,
    PapersView,
    TotalsView,
)


class LinkInvalid(ParaphError):
    """The link is unknown, tampered with or withdrawn. Says nothing about which."""

    code = "link_invalid"


class CaseClosed(ParaphError):
    """The request is over: what was asked for cannot be done any more. Show the case instead."""

    code = "case_closed"


class NotReady(ParaphError):
    """A step was skipped: ``step`` is the one to do first."""

    code = "not_ready"

    def __init__(self, step: str) -> None:
        super().__init__(f"step '{step}' is not done yet")
        self.step = step


@dataclass(frozen=True)
class SenderView:
    """Who is asking: the workspace's name, phone and branding."""

    name: str
    phone: str = ""
    email: str = ""
    website: str = ""
    accent: str | None = None
    logo: str | None = None  # path below /static or a data: URL


@dataclass(frozen=True)
class CaseView:
    """One request as its customer may see it.

    ``answers`` holds the prefill overlaid with what was saved; ``saved_steps`` the form steps that
    are done. ``terms`` is the text on costs and terms (paragraphs divided by blank lines);
    ``visible_text`` is exactly what will be signed (review page), present once the form is done.
    ``reason`` is what the customer said with a no. ``provider_title`` e.g. ``BankID``. Moments are
    aware UTC; ``zone`` is the workspace's zone. ``may_change``: the answers may be changed; not any
    more once somebody has signed them. ``portal``: the workspace from whose portal it was opened;
    ``public``: it was by a public link. ``elsewhere``: it is read and signed at a provider that
    keeps it, at this person's own ``address``; empty while it is made ready there.
    """

    token: str
    request_id: str
    number: str
    title: str
    state: RequestState
    language: str
    sender: SenderView
    form: FormSpec | None
    answers: Mapping[str, str]
    saved_steps: tuple[str, ...]
    terms: str
    visible_text: str | None
    provider_title: str
    zone: str
    expires_at: datetime
    recipient_name: str
    recipient_mobile_masked: str = ""
    signed_at: datetime | None = None
    signed_by: str | None = None
    reason: str | None = None
    finished_at: datetime | None = None
    order_reference: str | None = None
    receipt_note: str | None = None
    papers: PapersView = field(default_factory=PapersView)
    may_change: bool = True
    elsewhere: bool = False
    address: str = field(default="", repr=False)
    portal: str = ""
    public: bool = False


@dataclass(frozen=True)
class StepResult:
    """The answer to a saved form step: errors by field, or the key of the next form step (None when
    the form is done and the review comes next)."""

    errors: Mapping[str, str] = field(default_factory=dict)
    next_step: str | None = None


@dataclass(frozen=True)
class Look:
    """Who fetches something: ``person`` is false for link previews and scanners."""

    client: ClientContext
    person: bool = True


class SigningStatus(StrEnum):
    """What the signing page does next."""

    PENDING = "pending"  # show ``step`` and keep asking
    RETURN_NEEDED = "return_needed"  # approved in the app; the customer must come back by its link
    ACCEPTED = "accepted"  # signed: go to the done page
    REFUSED = "refused"  # the signature was not accepted; ``message`` says why; may start again
    FAILED = "failed"  # over without a signature; ``message`` says why; may start again


@dataclass(frozen=True)
class SigningView:
    """An order as its customer may see it. ``order_id`` is the hub's own id."""

    order_id: str
    status: SigningStatus
    message: str
    flow: str  # this_device | other_device
    step: NextStep | None = None
    replaced: bool = False  # over, since the sender has changed what it would have signed


class CustomerCases(Protocol):
    """What the customer's pages call. Every method raises ``LinkInvalid`` for a link that is not
    one."""

    def view(self, token: str, language: str | None = None) -> CaseView:
        """The case behind a link, in the wanted language or the request's own."""
        ...

    def opened(self, token: str, client: ClientContext) -> None:
        """The page was looked at by a person (pages call it for GETs that are not scanners)."""
        ...

    def save_step(
        self, token: str, step: str, data: Mapping[str, str], language: str
    ) -> StepResult:
        """Check and keep the answers of one form step. Raises ``CaseClosed``."""
        ...

    def begin_signing(
        self, token: str, flow: str, session: str, client: ClientContext, language: str
    ) -> SigningView:
        """Start an order bound to this browser session; the session's former one is withdrawn.

        Raises ``NotReady`` (form incomplete), ``CaseClosed``, ``Retryable``, ``Refused``.
        """
        ...

    def signing(
        self, token: str, order_id: str, session: str, client: ClientContext, language: str
    ) -> SigningView:
        """The present status, from the database only. Raises ``LinkInvalid`` for another
        session."""
        ...

    def returned(self, token: str, nonce: str, session: str, language: str) -> SigningView:
        """The browser came back from the app on the same device."""
        ...

    def cancel_signing(self, token: str, order_id: str, session: str) -> None:
        """The customer went back: withdraw the order."""
        ...

    def decline(self, token: str, reason: str, client: ClientContext) -> None:
        """The customer says no. Raises ``CaseClosed``."""
        ...

    def choose_lines(self, token: str, chosen: Collection[str]) -> TotalsView | None:
        """Keep which optional lines are wanted, and what they come to; None without prices. Raises
        ``CaseClosed``, ``Refused`` for a line that is not there."""
        ...

    def page_image(
        self, token: str, document: str, version: int, number: int, look: Look
    ) -> FileView:
        """A page's image; it counts as seen when a person looks. Raises ``LinkInvalid``."""
        ...

    def page_text(self, token: str, document: str, version: int, number: int) -> str:
        """What is written on a page, for those who cannot see its image; empty where it holds
        pictures only. Does not count as seen. Raises ``LinkInvalid``."""
        ...

    def former_pages(self, token: str, document: str, version: int) -> tuple[PageView, ...]:
        """The pages of a version that was replaced. Raises ``LinkInvalid``."""
        ...

    def attachment(self, token: str, key: str, look: Look, *, original: bool) -> FileView:
        """An attachment: the picture that pages show, or the ``original`` file. Counts as seen.
        Raises ``LinkInvalid``."""
        ...

    def download(self, token: str, what: str, look: Look) -> FileView:
        """A file to take along: a document's key, ``signed`` or ``proof``. Raises ``LinkInvalid``,
        ``NotReady`` while it is being made."""
        ...

    def sign_here(
        self,
        token: str,
        order_id: str,
        session: str,
        answer: Mapping[str, Any],
        client: ClientContext,
        language: str,
    ) -> SigningView:
        """What was drawn or typed for an order whose step is ``Canvas``: ``method``, ``name``,
        ``ink``, ``consent`` (true when ticked), ``code``. Raises ``Unfit`` for what the customer
        can mend, ``NotReady`` (something must be looked at first), ``CaseClosed``."""
        ...

    def approve(self, token: str, client: ClientContext) -> None:
        """An approver agrees. Raises ``NotReady``, ``CaseClosed``."""
        ...

    def send_code(self, token: str, session: str, purpose: str) -> CodeView:
        """Send a one-time code for ``sign`` or ``forward`` to the address that is known. Raises
        ``Unfit`` (too many), ``CaseClosed``."""
        ...

    def forward(
        self, token: str, session: str, data: Mapping[str, str], client: ClientContext
    ) -> None:
        """Pass the link on to somebody else: ``name``, ``email`` or ``mobile``, ``code``. This
        link may only read from then on. Raises ``Unfit`` with the field in ``values``,
        ``CaseClosed``."""
        ...

    def remark(
        self, token: str, text: str, client: ClientContext, files: Sequence[GivenFile] = ()
    ) -> None:
        """Write to the sender, with files. Raises ``Unfit``, ``CaseClosed``, ``Retryable``."""
        ...

    def read_remarks(self, token: str) -> None:
        """What the sender wrote was shown to a person."""
        ...

    def enclosed(self, token: str, file_id: str) -> FileView:
        """A file that came with a message of the link holder's talk. Raises ``LinkInvalid``."""
        ...
