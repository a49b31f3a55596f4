"""Values as they are shown to somebody who does not need them: whether there is one, how long it
is, how it begins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hub.kernel.redact import MASK
from hub.mapping.rows import UNSET

_SMALL = 10_000  # a quantity or a price, and nobody's number


def masked(value: Any, known: Collection[str] = ()) -> Any:
    """``value`` with every text masked that is not among ``known``; shape and keys stay."""
    if value is UNSET or value is None or isinstance(value, bool):
        return None if value is UNSET else value
    if isinstance(value, str):
        return value if not value or value in known else _text(value)
    if isinstance(value, int | float):
        return value if abs(value) < _SMALL else MASK
    if isinstance(value, Mapping):
        return {str(name): masked(one, known) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one, known) for one in value]
    return MASK


def shown(value: Any, known: Collection[str] = (), *, reveal: bool) -> Any:
    """The value itself where it was asked for, else masked."""
    return (None if value is UNSET else value) if reveal else masked(value, known)


def _text(text: str) -> str:
    length = f"({len(text)} characters)"
    return f"{text[0]}{MASK} {length}" if len(text) > 3 else f"{MASK} {length}"
