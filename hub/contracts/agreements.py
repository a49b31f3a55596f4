"""What the hub and a hosted provider tell each other, as data: see ``hub.contracts.hosted``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.contracts.money import Money
from hub.contracts.plugin import HookAnswer

NOT_YET = "not_yet"
"""Code of the ``Retryable`` with which a hosted provider puts a call off although nothing is wrong
with it: the signed file is not made yet, or there were enough calls in this minute."""


@dataclass(frozen=True)
class AgreementFile:
    """A file to be handed over. ``read`` gives its bytes when they are needed; ``size`` in bytes.
    ``must_view``: nobody signs before it was looked at."""

    name: str
    title: str
    media_type: str
    size: int
    sha256: str
    read: Callable[[], bytes]
    must_view: bool = False


@dataclass(frozen=True)
class Choice:
    """A line that the customer may take or leave: a box to tick on ``page`` (from 0), in points
    from the page's upper left corner. ``chosen`` is how it stands before anybody touched it."""

    line: str
    label: str
    page: int
    left: float
    top: float
    size: float = 12.0
    chosen: bool = False


@dataclass(frozen=True)
class AgreementPerson:
    """Somebody with a part in it. ``key`` is the hub's name of the recipient, ``role`` one of
    ``hub.contracts.papers.ROLES``, ``turn`` when it is his or her turn (equal ones together).
    ``code`` is ``sms`` where a code must be given before signing."""

    key: str
    name: str
    language: str
    role: str = "signer"
    email: str | None = None
    mobile: str | None = None
    turn: int = 1
    company: str = ""
    code: str = ""


@dataclass(frozen=True)
class Agreement:
    """One request as a hosted provider is to have it signed.

    ``external_id`` is the hub's own name for it at the provider, never used for another one; it is
    what a lost answer is looked up by. ``invited_by`` is ``provider`` where the provider sends the
    links itself (by ``ways``: ``email``, ``sms``), ``hub`` where the hub does. ``subject`` and
    ``message`` stand in the provider's messages. ``file`` is signed; ``attachments`` go with it.
    """

    external_id: str
    request_id: str
    title: str
    language: str
    file: AgreementFile
    people: tuple[AgreementPerson, ...]
    attachments: tuple[AgreementFile, ...] = ()
    choices: tuple[Choice, ...] = ()
    invited_by: str = "hub"
    ways: tuple[str, ...] = ("email",)
    subject: str = ""
    message: str = ""
    value: Money | None = None
    expires_at: datetime | None = None
    provider_reminds: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """How far an agreement is placed, as the hub keeps it between calls.

    ``reference`` is the provider's id (empty before it has one), ``state`` any JSON that the
    provider needs to go on. ``ready``: the people can be told, or have been. Not ready:
    ``place`` wants to be called again after ``again_after`` seconds (0: at once). ``links`` is
    each person's own address there, by key; secret, as it lets in whoever has it.
    """

    reference: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    ready: bool = False
    again_after: float = 0.0
    links: Mapping[str, str] = field(default_factory=dict)


class AgreementState(StrEnum):
    """How an agreement stands, in our words. ``FINAL`` ones do not change any more."""

    PREPARING = "preparing"
    SENT = "sent"
    OPENED = "opened"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNDELIVERED = "undelivered"  # an invitation came back
    UNKNOWN = "unknown"  # a word that we do not map; kept raw


A = AgreementState
FINAL = frozenset({A.COMPLETED, A.DECLINED, A.EXPIRED, A.CANCELLED})


@dataclass(frozen=True)
class PersonState:
    """Where one person stands. ``status``: waiting, invited, opened, signed, approved, declined,
    released (signs no more), undelivered or unknown. ``methods`` is how he or she signed, in the
    provider's words; ``reason`` why it was declined, where the provider tells."""

    key: str
    status: str
    at: datetime | None = None
    methods: tuple[str, ...] = ()
    name: str = ""
    reason: str = ""


@dataclass(frozen=True)
class HostedRemark:
    """One message of the talk at the provider. ``ours``: from the sender's side. ``id`` never
    changes."""

    id: str
    ours: bool
    name: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Happened:
    """An entry of the provider's trail: ``kind`` in our words (an event kind's value, or
    ``unknown``), ``word`` in the provider's. ``dedupe`` is the same each time it is read."""

    kind: str
    word: str
    at: datetime | None
    dedupe: str
    person: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """Everything about one agreement, read at one moment. ``word`` is the provider's status.

    ``choices`` holds each line that could be taken or left and whether it was taken; ``viewed``
    the titles of attachments that were looked at. ``raw`` is what the provider said, without links
    that let somebody in.
    """

    state: AgreementState
    word: str
    at: datetime | None = None
    people: tuple[PersonState, ...] = ()
    trail: tuple[Happened, ...] = ()
    remarks: tuple[HostedRemark, ...] = ()
    choices: Mapping[str, bool] = field(default_factory=dict)
    viewed: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HostedHook:
    """A call of the provider: agreements (by reference) that should be surveyed now, and what to
    answer. ``dedupe`` names the call; empty means that the hub hashes the body."""

    references: tuple[str, ...] = ()
    answer: HookAnswer = HookAnswer()
    dedupe: str = ""


@dataclass(frozen=True)
class Tally:
    """One figure of the account's dashboard: how many stand at ``word``; ``url`` lists them."""

    state: AgreementState
    word: str
    count: int
    url: str = ""


@dataclass(frozen=True)
class Activity:
    """One line of the account's latest activity."""

    reference: str
    title: str
    state: AgreementState
    word: str
    at: datetime | None
    url: str = ""


@dataclass(frozen=True)
class Dashboard:
    """The provider's account as its people see it there. Not ``complete``: only its newest
    agreements were counted."""

    tallies: tuple[Tally, ...]
    latest: tuple[Activity, ...]
    complete: bool = True
