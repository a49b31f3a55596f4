"""Parses JSONata with the library's parser, which takes longer to make than to use."""

from __future__ import annotations

import threading
from typing import Any

from jsonata import Parser

from hub.mapping.patterns import engine

_thread = threading.local()


def parse(text: str) -> Any:
    """The tree of an expression, made as by a new parser. Raises whatever the library raises.

    Each thread has its own, since the library's is not safe while another one parses, and one that
    failed half-way is not used again.
    """
    parser = getattr(_thread, "parser", None) or Parser()
    _thread.parser = None
    table = parser.symbol_table
    table["(end)"] = table["(end)"].clone()  # the only symbol that goes into a tree uncopied
    parser.errors, parser.ancestry = [], []
    parser.ancestor_label = parser.ancestor_index = 0
    tree = parser.parse(text, engine)
    _thread.parser = parser
    return tree


def _copied(symbol: Any) -> Any:
    copy = object.__new__(type(symbol))
    copy.__dict__.update(vars(symbol))
    return copy


# The parser copies a symbol of sixty attributes for each token, by way of pickle's protocol.
Parser.Symbol.clone = _copied
