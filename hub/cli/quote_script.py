"""The story of quotes as data: which are sent from the CRM, to whom, what each customer does, what
must stand where in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.mapping.document import read_document

PLAYS = "quotes"
SIGN, ACCEPT, DECLINE = "sign", "accept", "decline"


@dataclass(frozen=True)
class QuoteAct:
    """One quote, by its id or its number. At the send another ``recipient`` may be chosen, the
    ``signature`` left out, ``words`` added; the customer is ``chased`` before anything is opened.
    The customer ``to`` whom it goes ``remarks``, ``downloads``, ``takes`` optional products, and
    ``does`` one of sign, accept, decline. Afterwards somebody ``asks_for`` a follow-up.

    In the end the quote ``holds`` these fields, ``holds_part`` of others, ``filled`` ones; it has
    ``notes`` and ``files`` by their ends; an ``order``, ``tasks``, an ``invoice``, a ``copy`` and a
    ``mail`` have followed.
    """

    name: str
    quote: str
    to: str
    does: str
    recipient: str = ""
    signature: bool = True
    words: str = ""
    chased: bool = False
    remarks: str = ""
    downloads: bool = False
    takes: tuple[str, ...] | None = None
    signs: str = ""
    reason: str = ""
    asks_for: str = ""
    holds: Mapping[str, str] = field(default_factory=dict)
    holds_part: Mapping[str, str] = field(default_factory=dict)
    filled: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    order: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    invoice: Mapping[str, str] = field(default_factory=dict)
    copy: Mapping[str, Any] = field(default_factory=dict)
    mail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QuoteScript:
    """A story. ``screen`` is where the CRM's quotes are in the sandbox."""

    workspace: str
    screen: str
    acts: tuple[QuoteAct, ...]


def plays_quotes(path: Path) -> bool:
    """Whether a story file is one of quotes."""
    return _read(path).get("plays") == PLAYS


def load_quote_script(path: Path) -> QuoteScript:
    """Read a story file."""
    data = _read(path)
    acts = tuple(_act(one) for one in data["acts"])
    return QuoteScript(data["workspace"], data["screen"], acts)


def _act(data: Mapping[str, Any]) -> QuoteAct:
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return QuoteAct(**given)


def _read(path: Path) -> dict[str, Any]:
    return dict(read_document(path.read_text(encoding="utf-8"), str(path)).data)
