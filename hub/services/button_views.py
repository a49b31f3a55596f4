"""What the button's page gets to show, and the facade that gives it: for the sender's own people,
who see the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.mapping.send_options import NOT_CHOSEN, Choice
from hub.services.views import SenderView


@dataclass(frozen=True)
class ContactView:
    """Somebody who may be asked: ``key`` is empty for the one whom the record names."""

    key: str
    name: str
    address: str


@dataclass(frozen=True)
class OptionsView:
    """What may be chosen at this send. ``signature``: whether one is asked for unless somebody
    chooses otherwise; None: that is no choice."""

    signature: bool | None = None
    contacts: tuple[ContactView, ...] = ()
    message: bool = False


@dataclass(frozen=True)
class AskedView:
    """Somebody who is waited for: when the link was sent, when it was first opened."""

    name: str
    sent_at: datetime | None
    opened_at: datetime | None


@dataclass(frozen=True)
class ChaseView:
    """The request that is under way, and whom a chase would ask. ``refusal``: why nobody can be
    asked just now, in words; ``chased``: how often, ``chased_at`` when last; ``text``: what it
    would say."""

    request_id: str
    people: tuple[AskedView, ...]
    chased: int
    chased_at: datetime | None
    text: str
    signature: bool = True
    refusal: str = ""


@dataclass(frozen=True)
class ButtonView:
    """What pressing the button will do: shown before anything is sent. ``problem`` set = cannot
    send; ``existing`` set = an open request is there already, with its state; ``chase`` set = its
    customer may be asked once more. ``wrong``: what is wrong with a choice, by its name."""

    sender: SenderView
    language: str
    record_title: str
    rows: tuple[tuple[str, str], ...]  # label, value: to whom, by which channel, the text itself
    problem: str | None = None
    existing: str | None = None
    upstream_url: str | None = None
    zone: str = "UTC"
    options: OptionsView | None = None
    choice: Choice = NOT_CHOSEN
    wrong: Mapping[str, str] = field(default_factory=dict)
    chase: ChaseView | None = None


class Buttons(Protocol):
    """What the button page calls. A link is ``/b/<mapping>?...`` signed by the hub, or carries the
    workspace's button key; ``query`` is the whole query of it."""

    def check(self, mapping: str, query: Mapping[str, str]) -> None:
        """Raise ``LinkInvalid`` unless the link is one of ours. Reads nothing upstream."""
        ...

    def preview(self, mapping: str, query: Mapping[str, str]) -> ButtonView:
        """Read the record and say what would be sent; of a request that the customer has got, how
        it stands. Changes nothing. Raises ``LinkInvalid``, ``Retryable``."""
        ...

    def press(
        self,
        mapping: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        choice: Choice = NOT_CHOSEN,
    ) -> ButtonView:
        """Accept the trigger: the same as the API's. ``headers`` are the call's own. Nothing is
        sent where ``wrong`` or ``problem`` says so."""
        ...

    def chase(self, mapping: str, query: Mapping[str, str], request_id: str) -> ButtonView:
        """Ask the customer of the request that the page showed once more; ``chase.refusal`` says
        why that was not done."""
        ...
