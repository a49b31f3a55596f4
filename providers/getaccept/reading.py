"""Reads what GetAccept writes: moments in several forms, numbers as text, lists or objects.

Nothing here raises on odd values; what cannot be read is empty.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.contracts.agreements import AgreementPerson

_URL = re.compile(r"\b(?:https?|ftp)://\S+", re.IGNORECASE)
_DAY_FIRST = ("%d-%m-%Y", "%m/%d/%Y")
_YES = frozenset({"1", "true", "yes", "on", "x", "checked"})
_CUT = "•••"


def moment(value: Any) -> datetime | None:
    """A moment in UTC. No offset means UTC, as in the vendor's description of ``expiration``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdecimal()):
        return _unix(float(value))
    if not isinstance(value, str) or not value.strip() or value.strip().startswith("0000-"):
        return None
    text = value.strip()
    found = _iso(text) or next(filter(None, (_formed(text, form) for form in _DAY_FIRST)), None)
    if found is None:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def text(value: Any) -> str:
    """A text or number as text; anything else is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def ticked(value: Any) -> bool:
    """Whether a box is ticked: GetAccept's values are 1 and 0, as number or as text."""
    if isinstance(value, bool):
        return value
    return text(value).lower().removesuffix(".0") in _YES


def rows(body: Any, name: str = "") -> list[Mapping[str, Any]]:
    """The objects of a list, be it bare or under ``name`` in an object, or one object itself."""
    if isinstance(body, Mapping):
        inner = body.get(name) if name else None
        body = inner if isinstance(inner, list) else ([] if name else [body])
    return [one for one in body if isinstance(one, Mapping)] if isinstance(body, list) else []


def an_object(body: Any) -> Mapping[str, Any]:
    """``body`` where it is an object, also the only one of a list; else an empty one."""
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    return body if isinstance(body, Mapping) else {}


def meta(value: Any) -> Any:
    """``event_meta_data``: an object, or one written as text, or a text."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def without_addresses(value: Any) -> Any:
    """A copy without addresses: those of previews, downloads and people let in whoever has them."""
    if isinstance(value, Mapping):
        return {
            str(key): without_addresses(inner)
            for key, inner in value.items()
            if not str(key).lower().endswith(("url", "token"))
        }
    if isinstance(value, list):
        return [without_addresses(inner) for inner in value]
    return _URL.sub(_CUT, value) if isinstance(value, str) else value


def digest(*parts: Any) -> str:
    """A name made of contents."""
    plain = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(plain).hexdigest()


def first_and_last(person: AgreementPerson) -> tuple[str, str]:
    """The name in two parts, which GetAccept wants in practice."""
    first, _, last = " ".join(person.name.split()).partition(" ")
    return first, last or " ".join(person.company.split()) or "-"


def _unix(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None


def _iso(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _formed(value: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(value, form).replace(tzinfo=UTC)
    except ValueError:
        return None
