"""A plugin's simulator, as the sandbox process mounts it.

The sandbox is one process: ``hub.sandbox`` finds every manifest that names a sandbox, makes it
with a ``SandboxContext`` and mounts its WSGI app under ``/<key>``; a simulator may also run
servers of its own (``start``/``stop``), such as HTTPS with client certificates or SMTP.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.kernel.clock import Clock, SystemClock


@dataclass(frozen=True)
class PhoneMessage:
    """An SMS on the sandbox's phone."""

    to: str
    sender: str
    text: str
    at: datetime
    id: str = ""


@dataclass(frozen=True)
class Mail:
    """An e-mail in the sandbox's mailbox. ``raw`` is the message as it came over SMTP; ``answer``
    writes back to it, and ``bounce`` says that it could not be delivered, where somebody takes
    that. Both return what the hub answered, as an HTTP status."""

    to: tuple[str, ...]
    sender: str
    subject: str
    text: str
    html: str | None
    raw: bytes
    at: datetime
    answer: Callable[[str], int] | None = None
    bounce: Callable[[], int] | None = None


@dataclass(frozen=True)
class SandboxContext:
    """What a simulator gets. ``base_url`` is the public address of its own mount point, without a
    trailing slash; ``folder`` is a folder of its own for certificates and the like.
    ``show_sms`` and ``show_mail`` put something on the phone or into the mailbox that people
    look at. ``free_port`` gives a loopback port for own servers (the same one again after a
    restart)."""

    base_url: str
    folder: Path
    clock: Clock = field(default_factory=SystemClock)
    show_sms: Callable[[PhoneMessage], None] = lambda message: None
    show_mail: Callable[[Mail], None] = lambda mail: None
    free_port: Callable[[str], int] = lambda name: 0


@dataclass(frozen=True)
class SandboxLink:
    """A link for the start page: what a person can look at or do in this simulator. ``begins``
    names the story of the start page that begins here: ``case``, ``offer``, ``order``, ``share``;
    ``portal`` is where the sender looks at what a provider keeps."""

    title: str
    path: str
    about: str
    begins: str = ""


class Sandbox(ABC):
    """Base of all simulators. State lives in memory under one lock; ``reset`` empties it."""

    title: str = ""

    def __init__(self, context: SandboxContext) -> None:
        self.context = context

    @abstractmethod
    def wsgi(self) -> Callable[..., Any]:
        """The WSGI app to mount under ``/<key>``: vendor's API, people's pages and, under
        ``/_control/``, what tests use to look inside and to switch faults on."""

    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """Instance settings with which the hub reaches this simulator."""

    def links(self) -> tuple[SandboxLink, ...]:
        """What the start page shows for it."""
        return ()

    def start(self) -> None:
        """Start own servers, if any."""
        return None

    def stop(self) -> None:
        """Stop own servers."""
        return None

    def reset(self) -> None:
        """Forget everything that happened; keep the seed data."""
        return None

    def connect(self, links: Mapping[str, str]) -> None:
        """Told after all is up: ``links`` holds the hub's addresses, e.g. ``hub`` (public base
        URL), ``hook`` (hook URL of the instance using this simulator), ``hook.<workspace>`` (of
        the instance of that workspace), ``portal.<workspace>`` (where its customers look),
        ``button`` (base of the button links of the first mapping that reads records here),
        ``button.<kind>`` and ``button.<kind>.<table>`` (of each kind of request, and where its
        records are), ``check``, ``cancel`` and ``decide`` (the other buttons of any record here,
        with ``{table}`` and ``{id}``)."""
        return None
