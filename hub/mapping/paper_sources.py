"""What a record may give as a document's or an attachment's content: a file's name at the upstream,
an address, the content itself, values of a template."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from hub.contracts.papers import (
    ATTACHMENT,
    BASE64,
    FACTS,
    LARGEST_BASE64,
    LONG_FIELDS,
    LONGEST_FILE_NAME,
    LONGEST_URL,
    URL,
)
from hub.mapping.people import Unfit, many_lines, one_line
from hub.mapping.problems import BAD_VALUE, RowProblem, row_problem
from hub.mapping.rows import Row

LONGEST_TEXT = 20_000
LONGEST_LINE = 500
MOST_FACTS = 60
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_NO_ADDRESS = "is no address; it must begin with http:// or https://"


def file_of(value: Any) -> Mapping[str, Any]:
    """What the connector gets: the value of the record's field as it is. Raises ``Unfit``."""
    if isinstance(value, bool):
        raise Unfit("is a yes or no, not a file")
    return {"file": value}


def address_of(value: Any) -> Mapping[str, Any]:
    """A web address. Whether it may be asked is for whoever asks. Raises ``Unfit``."""
    if not isinstance(value, str):
        raise Unfit("is no text, so no address")
    url = value.strip()
    if len(url) > LONGEST_URL:
        raise Unfit(f"has more than {LONGEST_URL} characters")
    if not is_address(url):
        raise Unfit(_NO_ADDRESS)
    return {"url": url}


def is_address(text: str) -> bool:
    """Whether it looks like an address of the web, without a login in it."""
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def content_of(value: Any) -> Mapping[str, Any]:
    """Base64, with or without line breaks. Raises ``Unfit``."""
    if not isinstance(value, str):
        raise Unfit("is no text, so no base64")
    if len(value) > LARGEST_BASE64 * 3 // 2:
        raise Unfit(_too_large())
    text = "".join(value.split())
    try:
        size = len(b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise Unfit("is no base64") from None
    if size > LARGEST_BASE64:
        raise Unfit(_too_large())
    if not size:
        raise Unfit("is an empty file")
    return {"content": text}


def _too_large() -> str:
    return f"is larger than {LARGEST_BASE64 // 1_000_000} MB; hand it over as attachment or url"


READ: Mapping[str, Callable[[Any], Mapping[str, Any]]] = {
    ATTACHMENT: file_of,
    URL: address_of,
    BASE64: content_of,
}


def file_name(text: str) -> str:
    """A text as a file's name, without what some system does not take."""
    return _NOT_IN_NAMES.sub("-", text).strip(" .-")[:LONGEST_FILE_NAME]


def template_values(
    rows: Iterable[Row], values: Mapping[str, Any], problems: list[RowProblem]
) -> dict[str, Any]:
    """What a template is told. What does not fit goes to ``problems``."""
    told: dict[str, Any] = {}
    for row in rows:
        if row.to not in values or values[row.to] is None:
            continue
        try:
            told[row.to] = _told(row.to, values[row.to])
        except Unfit as fault:
            text = f"the value {fault}"
            problems.append(row_problem(row.rule, row.source.reads, BAD_VALUE, text))
    return told


def _told(name: str, value: Any) -> Any:
    if name == FACTS:
        return [_fact(one) for one in _facts(value)]
    if name in LONG_FIELDS:
        return many_lines(value, LONGEST_TEXT)
    return one_line(value, LONGEST_LINE)


def _facts(value: Any) -> list[Any]:
    """JSONata gives a list of one as its only entry."""
    found = value if isinstance(value, list) else [value]
    if len(found) > MOST_FACTS:
        raise Unfit(f"has more than {MOST_FACTS} entries")
    return found


def _fact(one: Any) -> dict[str, str]:
    if not isinstance(one, Mapping) or not {"label", "value"} <= one.keys():
        raise Unfit("must be a list of {label, value}")
    label = one_line(one["label"], LONGEST_LINE)
    return {"label": label, "value": many_lines(one["value"], LONGEST_LINE)}
