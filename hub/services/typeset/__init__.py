"""Documents that the hub makes itself: a template, a letterhead and a record become a PDF."""

from hub.services.typeset.press import NotTypeset, Press, typeset
from hub.services.typeset.sheet import Fact, Sender, Sheet, SignatureField, read_values
from hub.services.typeset.wording import templates

__all__ = [
    "Fact",
    "NotTypeset",
    "Press",
    "Sender",
    "Sheet",
    "SignatureField",
    "read_values",
    "templates",
    "typeset",
]
