"""The story of the portal as data: what is shared, who comes, what the record holds in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.mapping.document import read_document

PLAYS = "portal"


@dataclass(frozen=True)
class Guest:
    """Somebody of the customer's. ``address`` is what they type, ``reached`` where the code comes
    to; ``sees`` are the numbers in their list."""

    address: str
    reached: str
    sees: tuple[str, ...]
    opens: str
    name: str = ""
    writes: str = ""
    declines: str = ""
    reason: str = ""


@dataclass(frozen=True)
class PortalScript:
    """A story. ``holds``, ``within`` and ``times`` name offers by their id upstream; of ``times``
    the last is the latest."""

    workspace: str
    screen: str
    share: Mapping[str, str]
    reader: Guest
    signer: Guest
    unopened: str
    holds: Mapping[str, Mapping[str, str]]
    within: Mapping[str, Mapping[str, str]]
    times: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, str]
    files: Mapping[str, str]
    tasks: tuple[str, ...]


def plays_portal(path: Path) -> bool:
    """Whether a story file is one of the portal."""
    return _read(path).get("plays") == PLAYS


def load_portal_script(path: Path) -> PortalScript:
    """Read a story file."""
    data = _read(path)
    del data["story"], data["plays"]
    made = {
        "reader": _guest(data["reader"]),
        "signer": _guest(data["signer"]),
        "times": {key: tuple(names) for key, names in data["times"].items()},
        "tasks": tuple(data["tasks"]),
    }
    return PortalScript(**{**data, **made})


def _guest(data: Mapping[str, Any]) -> Guest:
    return Guest(**{**data, "sees": tuple(data["sees"])})


def _read(path: Path) -> dict[str, Any]:
    return dict(read_document(path.read_text(encoding="utf-8"), str(path)).data)
