"""Writes the text answers of the EW surface and its HTML error pages."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from connectors.agiloft.sandbox.errors import EwError

_ESCAPES = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


def escape(text: str) -> str:
    """As in a JavaScript string: ``\\'``, ``\\n``, and what is beyond ASCII as ``\\uXXXX``."""
    return "".join(_ESCAPES.get(char) or _escaped(char) for char in text)


def assignments(values: Mapping[str, Any], *, crlf: bool = False, spaced: bool = False) -> str:
    """``EWREST_name='value';`` lines; lists become ``name_0``, ``name_1``."""
    equals = " = " if spaced else "="
    lines = []
    for name, value in values.items():
        if isinstance(value, list):
            lines += [f"EWREST_{name}_{i}{equals}{_quoted(v)};" for i, v in enumerate(value)]
        else:
            lines.append(f"EWREST_{name}{equals}{_quoted(value)};")
    return "".join(line + ("\r\n" if crlf else "\n") for line in lines)


def error_page(error: EwError, epoch_ms: int) -> str:
    """What people (and plain EW calls) get to see."""
    return (
        "<!DOCTYPE html>\n<html><head><title>Error</title><style>b{color:#900}</style></head><body>"
        f"<p>com.supportwizard.ws.{error.name} has occurred:</p>"
        f"<p>[default task-12][{epoch_ms}] {html.escape(error.text)}</p></body></html>"
    )


def _quoted(value: Any) -> str:
    return "null" if value is None else f"'{escape(str(value))}'"


def _escaped(char: str) -> str:
    if " " <= char <= "~":
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
