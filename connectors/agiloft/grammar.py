r"""Reads the text answers of the EW surface: ``EWREST_name='value';`` and HTML error pages.

Values are JavaScript strings: ``\'``, ``\\``, ``\n``, ``\uXXXX``. The text is scanned as a whole,
not line by line, since some servers put several assignments on a line and others break values.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping

_ASSIGNMENT = re.compile(
    r"EWREST_(?P<name>[^\s='\";]+)\s*=\s*(?:'(?P<value>(?:\\.|[^'\\])*)'|null)\s*(?:;|(?=\s|$))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_CONTINUED = {"\n", "\r\n", "\r"}
_BRACKETS = re.compile(r"\[default task-\d+\]|\[\d{10,}\]")
_EXCEPTION = re.compile(r"(?:[\w$]+\.)*(EW\w+Exception)\b")


def parse_assignments(text: str) -> dict[str, str | None]:
    """Name → value of every assignment; ``null`` and the empty string are None."""
    return {
        match["name"]: (_unescape(match["value"]) or None) if match["value"] is not None else None
        for match in _ASSIGNMENT.finditer(text)
    }


def record(values: Mapping[str, str | None]) -> dict[str, object]:
    """One record: ``f_group_0``, ``f_group_1`` become the list ``f_group`` as well.

    The numbered names stay, since a field may really be called ``line_0``.
    """
    fields: dict[str, object] = dict(values)
    for name in values:
        base = name.removesuffix("_0")
        if base == name or base in values:
            continue
        items: list[str] = []
        while f"{base}_{len(items)}" in values:
            items.append(values[f"{base}_{len(items)}"] or "")
        fields[base] = items
    return fields


def rows(values: Mapping[str, str | None], names: Collection[str]) -> list[dict[str, object]]:
    """The rows of a search: ``EWREST_<field>_<i>`` for ``i`` below ``length``."""
    length = values.get("length") or values.get("id_length") or "0"
    return [
        {name: values.get(f"{name}_{index}") for name in names} for index in range(_number(length))
    ]


def is_html(content_type: str, text: str) -> bool:
    """Whether an answer is a page for people instead of data."""
    start = text[:200].lstrip("\ufeff \t\r\n").lower()
    return "text/html" in content_type.lower() or start.startswith(("<!doctype html", "<html"))


def html_message(page: str) -> str:
    """The message on an HTML error page: ``EWWrongDataException: No column x in table y``."""
    body = re.sub(r"(?is)<(script|style|title)\b.*?</\1>", " ", page)
    text = html.unescape(re.sub(r"(?s)<[^>]*>", " ", body))
    text = " ".join(_BRACKETS.sub(" ", text).split())
    named = _EXCEPTION.search(text)
    if named is None:
        return text[:300]
    rest = text[named.end() :].replace("has occurred:", " ")
    return f"{named.group(1)}: {' '.join(rest.split()).lstrip(': ')}"[:500]


def _unescape(value: str) -> str:
    text = _ESCAPE.sub(_unescaped, value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins pairs


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) > 1 and code[0] in "ux":
        return chr(int(code[1:], 16))
    if code in _CONTINUED:
        return ""
    return _SIMPLE.get(code, code)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
