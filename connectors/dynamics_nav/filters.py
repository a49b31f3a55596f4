"""Criteria of NAV's filter language, with values that can only be values.

A value goes between single quotes, inner ones doubled, so that none of ``* ? | & < > = @ ( ) ..``
in it is read as an operator. Who searches compares what comes back all the same.
"""

from __future__ import annotations

import re

from hub.kernel.errors import Refused

EMPTY = "''"
_LONGEST = 250  # of a text field
_PLAIN = re.compile(r"[^\W]+(?:[-_][^\W]+)*", re.UNICODE)  # neither blanks nor operators


def literal(text: str) -> str:
    """``text`` as a criterion that only it fulfils. Raises ``Refused`` for what cannot be one."""
    if not text:
        return EMPTY
    if len(text) > _LONGEST or not text.isprintable():
        raise Refused("a value to search for is too long or holds line ends", code="unsearchable")
    if _PLAIN.fullmatch(text):
        return text
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def since(text: str) -> str:
    """From this value on. Moments and dates are never quoted, they hold no operators."""
    if not re.fullmatch(r"[0-9A-Za-z:.+ /-]+", text) or ".." in text:
        raise Refused("this mark of changes cannot be written as a criterion", code="bad_value")
    return f"{text}.."


def odata_literal(value: str | int | bool) -> str:
    """A value inside ``$filter`` or a key of an address: texts in quotes, inner ones doubled."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not value.isprintable() or len(value) > _LONGEST:
        raise Refused("a value to search for is too long or holds line ends", code="unsearchable")
    doubled = value.replace("'", "''")
    return f"'{doubled}'"
