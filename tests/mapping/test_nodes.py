"""Both readers of YAML see the same: data, places and messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.kernel.errors import ConfigurationError
from hub.mapping import nodes
from hub.mapping.document import read_document

words = st.sampled_from(
    ["a", "b c", "1", "0x1f", "0o17", "017", "1_000", "1e3", ".5", "-.inf", "true", "True", "yes",
     "no", "on", "null", "~", "", "2026-01-02", "12:30", "<<", "=", "a:b", "a#b", "å", "日本", "🙂",
     '"x y"', "'it''s'", '"\\u00e5\\/"', '"a: b"', "a - b", "a, b", "?x", "-x", "*x", "&x y",
     "!t y", "@a", "`a", "%a", "{a: 1}", "{a:1}", "[1, 2]", "[a: 1]", "[a, {b: c}, ]",
     "{a, b: [c]}", "[]", "{}", "{", "]", "|", ">-", "|2", '"', "'", "e164:SE", 'x "y" z',
     "{to: a,   from: b.c}"]
)  # fmt: skip
keys = st.sampled_from(["a", "b", "'c d'", '"e"', "1", "? f", "a b", "å", "-", "[x]", ""])
lines = st.one_of(
    st.tuples(keys, words).map(lambda t: f"{t[0]}: {t[1]}"),
    words.map(lambda word: f"- {word}"),
    st.tuples(keys, words).map(lambda t: f"- {t[0]}: {t[1]}"),
    words,
    st.sampled_from(["# note", "", "a:  # note", "---", "...", "- - a", "%YAML 1.1", "\ta: 1"]),
)
messy = st.lists(st.tuples(st.integers(0, 3), lines), max_size=8).map(
    lambda found: "\n".join(" " * (2 * indent) + line for indent, line in found)
)


def block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def indented(text: str, by: str) -> str:
        return "\n".join(by + line for line in text.split("\n"))

    pairs = st.lists(st.tuples(keys, inner, st.sampled_from([" ", "\n", "  # note\n"])), max_size=4)
    mapping = pairs.map(
        lambda found: "\n".join(
            f"{key}{number}:{gap}{text if gap == ' ' else indented(text, '  ')}"
            for number, (key, text, gap) in enumerate(found)
        )
    )
    sequence = st.lists(inner, max_size=4).map(
        lambda found: "\n".join("-" + indented(text, "  ")[1:] for text in found)
    )
    flow = st.lists(words, max_size=3).map(lambda found: f"[{', '.join(found)}]")
    return mapping | sequence | flow


texts = (
    messy
    | st.recursive(words, block, max_leaves=8).map(lambda text: f"top:\n  {text}")
    | block(words)
)


class NeverSure:
    def __init__(self, text: str) -> None:
        raise nodes._Unsure


def seen(text: str) -> Any:
    try:
        document = read_document(text, "file")
    except ConfigurationError as error:
        return error.problems
    return repr(document.data), document.positions


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts)
@example("a:\n- b: 1\n  c:\n-\n")
@example("a: [\n  b,\n  {c: d,\n   e: f}]\nb: |\n  text\n   more\n")
@example("a: &x y\nb: &x y\n")
@example("a: one\n  two\n\n  three\nb: 'x\n  y'\n")
def test_libyaml_and_ruamel_see_the_same(text: str) -> None:
    fast = seen(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "_Composer", NeverSure)
        assert fast == seen(text)


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 50_000, "{a: " * 20_000, "? " * 50_000])
def test_endless_nesting_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_document(text, "file")
    assert "nesting is too deep" in caught.value.problems[0]


def test_deep_nesting_is_told_where_it_begins() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_document(f"a:\n  {'[' * 60}{']' * 60}", "file")
    assert caught.value.problems[0].startswith("file:2:43: a.0.0.")
