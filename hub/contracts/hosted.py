"""A hosted provider: it keeps the document itself, and everybody reads and signs there.

What a request wants signed is one *agreement* for all of its people. The hub places it step by
step, asks how it is (``survey``), and fetches the signed file in the end. Hooks of the provider
are hints only: they say which agreement to survey again. Nobody's signature is judged by the hub;
the survey says who signed, and the provider's file and log are the proof.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from hub.contracts.agreements import Agreement, Dashboard, HostedHook, Placed, Survey
from hub.contracts.evidence import EvidencePart
from hub.contracts.plugin import PluginContext, ProbeResult, RawHook, Wording
from hub.kernel.errors import Unsupported


class HostedProvider(ABC):
    """Base of providers that keep the document. ``spoken`` is what customers call it, where the
    manifest's title is no name of a make. Methods raise ``Retryable``, ``AuthenticationFailed``
    and ``Refused`` as the other side makes necessary; those with an effect ``OutcomeUnknown``."""

    Settings: type
    spoken: Wording = {}

    def __init__(self, settings: Any, context: PluginContext) -> None:
        self.settings = settings
        self.context = context

    @abstractmethod
    def probe(self) -> ProbeResult:
        """Reach the provider with the credentials and change nothing."""

    @abstractmethod
    def check(self, agreement: Agreement) -> None:
        """Refuse what cannot be placed, before anything is sent; asks nobody. Raises ``Refused``
        with a code that ``reason_texts`` or the provider's own words explain."""

    @abstractmethod
    def place(self, agreement: Agreement, placed: Placed, *, uncertain: bool = False) -> Placed:
        """Do the next step: hand over a file, create, wait for the import, send. Begins with
        ``Placed()``; the hub stores each answer before it calls again. ``uncertain``: the last
        call of this very step may have happened without an answer; look before doing it again."""

    @abstractmethod
    def survey(self, agreement: Agreement, placed: Placed) -> Survey:
        """Read how it stands. Changes nothing. Raises ``NotFound`` where it is gone for good."""

    @abstractmethod
    def links(self, agreement: Agreement, placed: Placed) -> Mapping[str, str]:
        """Each person's own address at this moment, by key."""

    @abstractmethod
    def signed_file(self, agreement: Agreement, placed: Placed, limit: int) -> bytes:
        """The signed PDF, at most ``limit`` bytes. Raises ``Retryable`` (``NOT_YET``) while it is
        not ready there, ``TooLarge``."""

    @abstractmethod
    def evidence(self, agreement: Agreement, placed: Placed) -> tuple[EvidencePart, ...]:
        """The provider's own log exactly as received, and its last state without addresses that let
        somebody in."""

    @abstractmethod
    def withdraw(self, agreement: Agreement, placed: Placed) -> None:
        """Take it back, so that nobody can sign it; doing it again is no error. Raises
        ``Refused`` with code ``already_signed`` where it is too late."""

    def glance(self, references: Collection[str]) -> Mapping[str, str]:
        """The provider's word (``Survey.word``) for how each of these stands, in few calls for
        many: who polls surveys only those whose word changed, and those that are left out."""
        raise Unsupported(f"{self.context.instance} tells of one agreement at a time")

    def read_hook(self, raw: RawHook) -> HostedHook:
        """Verify an inbound call. Raises ``HookRejected``."""
        raise Unsupported(f"{self.context.instance} does not call the hub")

    def keep_hooks(self) -> str:
        """Have the provider call the hub for everything that can happen, and no former address
        any more; safe to repeat. What was done, in words."""
        raise Unsupported(f"{self.context.instance} registers no hooks by itself")

    def remind(self, agreement: Agreement, placed: Placed, text: str, way: str) -> None:
        """Remind everybody whose turn it is, by ``email`` or ``sms``."""
        raise Unsupported(f"{self.context.instance} reminds nobody")

    def say(
        self,
        agreement: Agreement,
        placed: Placed,
        text: str,
        *,
        uncertain: bool,
        known: Collection[str] = (),
    ) -> str:
        """Write to the customer; the remark's id. ``uncertain``: look first whether it stands.
        ``known``: ids of other remarks, of which none is this one, whatever its words."""
        raise Unsupported(f"{self.context.instance} carries no messages")

    def extend(self, agreement: Agreement, placed: Placed, expires_at: datetime) -> None:
        """Let it run until ``expires_at``."""
        raise Unsupported(f"{self.context.instance} cannot change when it expires")

    def release(self, agreement: Agreement, placed: Placed, person: str) -> None:
        """Let one person sign no more; the others go on."""
        raise Unsupported(f"{self.context.instance} releases nobody")

    def dashboard(self, latest: int) -> Dashboard:
        """Counts by status and the ``latest`` agreements of the account."""
        raise Unsupported(f"{self.context.instance} shows no dashboard")

    def record_url(self, reference: str) -> str | None:
        """Where the sender opens it at the provider, if known."""
        return None

    def close(self) -> None:
        """Give back connections."""
        return None
