"""Dotted paths such as ``customer.lines[0].price``: the plain and fast way to read a value."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

NO_PATH = "is not a path; write names joined by dots, e.g. customer.mobile"
_PART = re.compile(r"`(?P<quoted>[^`]+)`|(?P<name>[^.\[\]`]+)|\[(?P<index>\d{1,6})\]")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A compiled path. A name with a dot in it stands in backticks."""

    text: str
    parts: tuple[str | int, ...]

    @property
    def root(self) -> str:
        """The first name."""
        return str(self.parts[0])

    def read(self, data: Any) -> Any:
        """The value there; None when any part of the way is missing."""
        for part in self.parts:
            if isinstance(part, int):
                if not isinstance(data, list) or part >= len(data):
                    return None
                data = data[part]
            elif isinstance(data, Mapping):
                data = data.get(part)
            else:
                return None
        return data


def parse_path(text: str) -> FieldPath:
    """Compile a path. Raises ``ValueError`` with a sentence."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        if parts and text[position] == ".":
            position += 1
        match = _PART.match(text, position)
        if match is None:
            break
        kind = match.lastgroup or ""
        parts.append(int(match[kind]) if kind == "index" else match[kind])
        position = match.end()
    well_formed = position == len(text) and parts and isinstance(parts[0], str)
    if not well_formed or text.endswith(".") or text != text.strip():
        raise ValueError(NO_PATH)
    return FieldPath(text, tuple(parts))


_NAME = r"[^.\[\]`]+(?![^.\[\]`])"  # as long as it goes, so that no pattern has to try twice
_QUOTED = r"`[^`]+`"


def path_pattern(roots: Collection[str] = ()) -> str:
    """What ``parse_path`` reads, as a regular expression for editors; with ``roots`` it begins
    with one of them."""
    first = f"(?:{_NAME}|{_QUOTED})"
    if roots:
        words = "|".join(roots)
        first = rf"(?:(?:{words})(?![^.\[\]`])|`(?:{words})`)"
    name = rf"(?:\.|(?<=[\]`])){_NAME}"
    return rf"^(?!\s){first}(?:{name}|\.?{_QUOTED}|\.?\[[0-9]{{1,6}}\])*(?<!\s)$"
