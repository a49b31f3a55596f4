"""Ids of records, our marks for what we made, and fingerprints of the opaque Key.

A record's id is its primary key; more than one field of it are joined by commas
(``Order,VO1,10000``; a comma inside is written ``%2C``). The Key of SOAP is never parsed, only
compared.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import unquote

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_LONGEST = 100  # of one key field; NAV's codes have 20, texts of keys rarely 50


def is_guid(text: str) -> bool:
    """Whether this is an id of the API."""
    return bool(_GUID.fullmatch(text))


def joined(values: Sequence[object]) -> str:
    """The id of these key values, in the order of the key."""
    if len(values) == 1:
        return str(values[0])
    return ",".join(str(value).replace("%", "%25").replace(",", "%2C") for value in values)


def parted(record_id: str, count: int) -> list[str] | None:
    """The ``count`` key values of an id; None when it cannot be one."""
    values = [unquote(piece) for piece in record_id.split(",")] if count > 1 else [record_id]
    fit = [value for value in values if 0 < len(value) <= _LONGEST and value.isprintable()]
    return fit if len(fit) == count == len(values) else None


def reference(key: str) -> str:
    """Our external reference of one effect: 20 characters that also a Code field keeps as they
    are."""
    return "P-" + hashlib.sha256(key.encode()).hexdigest()[:18].upper()


def fingerprint(version: str) -> str:
    """A short name of a Key or ETag, for cursors."""
    return hashlib.sha256(version.encode()).hexdigest()[:12]
