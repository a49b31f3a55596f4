"""Names as they stand on the wire: how NAV makes XML names of captions, and back.

A mapping may name a field by its caption (``Sell-to Customer No.``) or by its XML name
(``Sell_to_Customer_No``); an option by its caption (``Charge (Item)``) or its word
(``Charge_Item``).
"""

from __future__ import annotations

import re

BLANK = "_blank_"
_SEPARATORS = " -/&."
_DROPPED = "()"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NAME = re.compile(r"[^\W]+", re.UNICODE)
_ORDINALS = "ªº"  # letters to Unicode, but not to NAV


def field_name(caption: str) -> str:
    """The XML name of a field or control. What is one already stays as it is."""
    if _is_name(caption):
        return caption
    return _encoded(caption.replace("%", "Percent").replace(".", ""))


def option_name(caption: str) -> str:
    """The word of an option; a blank one has a word, too."""
    if not caption.strip():
        return BLANK
    if _is_name(caption):
        return caption
    return _encoded(caption.replace("%", "Percent")).rstrip("_")


def decoded(name: str) -> str:
    """``name`` with its ``_xHHHH_`` written out, for people."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), name)


def camel(name: str) -> str:
    """The name that an API page of one's own usually has for a field: ``sellToCustomerNo``."""
    first, *rest = name.split("_")
    return first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in rest)


def _encoded(caption: str) -> str:
    """Separators in a row become one; brackets go; what is no letter or digit is escaped."""
    out: list[str] = []
    for ch in caption.strip():
        if ch in _SEPARATORS:
            out += [] if out[-1:] == ["_"] else ["_"]
        elif ch == "_" or (ch.isalnum() and ch not in _ORDINALS):
            out.append(ch)
        elif ch not in _DROPPED:
            out.append(f"_x{ord(ch):04X}_")
    return "".join(out)


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not set(text) & set(_ORDINALS)
