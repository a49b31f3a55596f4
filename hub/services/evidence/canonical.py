"""Canonical JSON as README.md, section 2, describes it: one way to write a value, so that a
verifier in another language hashes the same bytes.
"""

from __future__ import annotations

from typing import Any

import orjson

from hub.kernel.crypto import canonical_json
from hub.services.evidence.archive import Broken
from hub.services.evidence.case import Unprovable

_DEEPEST = 32


def written(what: str, value: Any) -> bytes:
    """The value's bytes. Raises ``Unprovable`` where other programs would write it otherwise."""
    try:
        content = canonical_json(value)
        read(what, content)
    except (TypeError, ValueError, Broken):  # orjson's errors are the first two
        raise Unprovable(f"{what} holds a value that has no canonical form") from None
    return content


def read(name: str, content: bytes) -> Any:
    """The value of a JSON member. Raises ``Broken`` unless it is written in the canonical way."""
    try:
        value = orjson.loads(content)
        again = canonical_json(value)
    except (TypeError, ValueError):
        raise Broken(name, "malformed", "it is no JSON that a proof may hold") from None
    if again != content:
        raise Broken(name, "malformed", "its JSON is not written in the canonical way")
    if not _is_plain(value):
        raise Broken(name, "malformed", "it holds a number out of range, or is nested too deeply")
    return value


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether no number needs an exponent, and nothing is nested deeper than ``_DEEPEST``."""
    if isinstance(value, float):
        return value == 0 or 1e-4 <= abs(value) < 1e15
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth < _DEEPEST and all(_is_plain(one, depth + 1) for one in inner)
    return True
