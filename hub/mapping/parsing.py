"""Parses JSONata with the library's parser, which takes longer to make than to use."""

from __future__ import annotations

import re
import threading
from typing import Any

from jsonata import Parser
from jsonata.tokenizer import Tokenizer

from hub.mapping.patterns import engine

_thread = threading.local()
_NAMED = frozenset({"and", "or", "in", "true", "false", "null"})
# A slash may begin a comment or a pattern. As the library, the longest comes first.
_SIGNS = sorted(Tokenizer.operators.keys() - _NAMED - {"/"}, key=len, reverse=True)
_STOP = re.escape(" \t\n\r/" + "".join(sign for sign in _SIGNS if len(sign) == 1))
_WORD = re.compile(
    r"[ \t\n\r]*(?:"
    rf"\$(?P<variable>[^{_STOP}]*)|(?P<name>[^\W\d][^{_STOP}]*)"
    rf"|(?P<operator>{'|'.join(map(re.escape, _SIGNS))})"
    r"|([\"'])(?P<string>[^\"'\\]*)\4)"
)
_SYMBOLS = {"variable": "(name)", "name": "(name)", "string": "(literal)"}


class _Parser(Parser):  # type: ignore[misc]
    """The library's tokenizer goes from character to character and tries each kind of word in turn;
    here the commonest words are found at once."""

    node: Any

    def advance(self, id: str | None = None, infix: bool = False) -> Any:
        """The next symbol, where the present one is ``id``. Raises as the library does."""
        found = _WORD.match(self.source, self.lexer.position)
        kind = found and found.lastgroup
        if not found or not kind or (id is not None and self.node.id != id):
            return super().advance(id, infix)
        word, position = found[kind], found.end()
        if kind == "name" and word in _NAMED:
            return super().advance(id, infix)
        node = self.symbol_table[_SYMBOLS.get(kind, word)].create()
        node.value, node.type, node.position = word, kind, position
        self.node = node
        self.lexer.position = position
        return node


def parse(text: str) -> Any:
    """The tree of an expression, made as by a new parser. Raises whatever the library raises.

    Each thread has its own, since the library's is not safe while another one parses, and one that
    failed half-way is not used again.
    """
    parser = getattr(_thread, "parser", None) or _Parser()
    _thread.parser = None
    table = parser.symbol_table
    table["(end)"] = table["(end)"].clone()  # the only symbol that goes into a tree uncopied
    parser.errors, parser.ancestry = [], []
    parser.ancestor_label = parser.ancestor_index = 0
    tree = parser.parse(text, engine)
    _thread.parser = parser
    return tree


# The parser gives a symbol sixty attributes one by one, and copies it for each token by way of
# pickle's protocol.
_BLANK = vars(Parser.Symbol(None))


def _made(symbol: Any, outer_instance: Any, id: Any = None, bp: int = 0) -> None:
    symbol.__dict__ = {**_BLANK, "_outer_instance": outer_instance, "id": id, "value": id, "bp": bp}


def _copied(symbol: Any) -> Any:
    copy = object.__new__(type(symbol))
    copy.__dict__ = vars(symbol).copy()
    return copy


Parser.Symbol.__init__ = _made
Parser.Symbol.clone = _copied
