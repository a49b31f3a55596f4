"""The story of a workshop as data: which documents are sent from the ERP, what customers do with
them at the provider, what must stand where in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.mapping.document import read_document

PLAYS = "hosted"


@dataclass(frozen=True)
class Act:
    """One sending. ``document`` is ``list/number`` on the ERP's screen, or ``list?word`` where it
    is found by a word. ``to`` is a mobile number or an e-mail address; ``files`` says of each
    picture whether it must be looked at; ``adds`` are lines that are entered before. The customer
    ``asks``, is given an ``answer``, ``takes`` lines by their names, and ``signs`` or ``declines``;
    or answers ``by_hand``, by telephone, and the link ``says`` that it is over. Afterwards somebody
    ``asks_for`` a follow-up.

    In the end the document (or what it ``becomes``) ``holds`` these fields, ``lines``, ``notes``
    and ``attached`` files; the provider's portal says ``provider``; another document ``follows``.
    """

    name: str
    document: str
    kind: str
    to: str
    files: Mapping[str, bool] = field(default_factory=dict)
    adds: tuple[Mapping[str, str], ...] = ()
    asks: str = ""
    answer: str = ""
    takes: tuple[str, ...] | None = None
    signs: str = ""
    declines: str = ""
    more: str = ""
    by_hand: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    asks_for: str = ""
    becomes: Mapping[str, str] = field(default_factory=dict)
    holds: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    lines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    attached: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    follows: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkshopScript:
    """A story. ``screen`` is where the ERP is in the sandbox, ``account`` the workshop's address,
    ``provider`` the instance whose ``dashboard`` is looked at: word → how many; ``lists`` are what
    the role centre shows in the end: what is read → field → values."""

    workspace: str
    screen: str
    account: str
    provider: str
    acts: tuple[Act, ...]
    lists: Mapping[str, Mapping[str, Any]]
    dashboard: Mapping[str, int]


def plays_hosted(path: Path) -> bool:
    """Whether a story file is one of documents that a provider keeps."""
    return _read(path).get("plays") == PLAYS


def load_workshop_script(path: Path) -> WorkshopScript:
    """Read a story file."""
    data = _read(path)
    del data["story"], data["plays"]
    acts = tuple(_act(one) for one in data["acts"])
    return WorkshopScript(**{**data, "acts": acts})


def _act(data: Mapping[str, Any]) -> Act:
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Act(**given)


def _read(path: Path) -> dict[str, Any]:
    return dict(read_document(path.read_text(encoding="utf-8"), str(path)).data)
