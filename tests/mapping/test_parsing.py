"""Our parser of expressions takes every word for what the library takes it for."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonata import JException, Parser
from jsonata.tokenizer import Tokenizer

from hub.mapping import parsing
from hub.mapping.expressions import Expression
from hub.mapping.patterns import engine

PIECES = (
    *Tokenizer.operators, "a", "bc", "_y", "å", "λ", "android", "order", "$x", "$", "$$", "$1",
    "true", "false", "null", "nullable", " ", "\n", "\t", '"x"', "'y'", '"it\'s"', '"a\\n"',
    '"\\q"', '"', "'", "`q r`", "`", "1", "2.5", "1e3", "1e999", "/a+/i", "/*", "*/", "/* c */",
    "\\", "\u00a0", "²", "\0",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
PARSERS = {kind: kind() for kind in (Parser, parsing._Parser)}


def words(kind: type[Parser], text: str) -> list[Any]:
    """Each word with its kind and its end, and what was wrong."""
    parser = PARSERS[kind]
    parser.source, parser.lexer = text, Tokenizer(text, engine)
    found: list[Any] = []
    try:
        while True:
            node = parser.advance(None, len(found) % 2 == 1)
            value = node.value if node.type != "regex" else "a pattern"
            found.append((node.id, node.type, value, type(value), node.position, node.lbp))
            if node.id == "(end)":
                return found
    except JException as error:
        return [*found, error.error, error.location, error.current]
    except (IndexError, KeyError, re2.error) as error:
        return [*found, repr(error)]


@settings(max_examples=500, deadline=None)
@given(texts)
@example("a.b[c>=1]..2 ? $x ?: 'y' : `z`")
@example('/* note */ $ ~> |a|{"b": 1}|')
@example("and or in android")
def test_words_are_those_of_the_library(text: str) -> None:
    assert words(parsing._Parser, text) == words(Parser, text)


@pytest.mark.parametrize(
    "text",
    [
        "a.b.c", '$sum(lines.(price * quantity)) > 0 ? "yes" : $x', '{"a": b, "c": [d]}',
        "lines[kind = 'part']^(>price).name", "($v := a; $map(b, function($e) { $e & $v }))",
    ],
)  # fmt: skip
def test_an_expression_that_nobody_holds_is_freed_at_once(text: str) -> None:
    expression = Expression(text)
    tree = ref(expression.tree)
    gc.disable()
    try:
        del expression
        assert tree() is None
    finally:
        gc.enable()
