"""Closures give what the library gives: expressions made by chance, worked out both ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from jsonata import Parser

from hub.mapping import evaluator
from hub.mapping.expressions import STOPPED, Expression, ExpressionError

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMES = ("a", "b", "c", "list", "text", "number")

names = st.sampled_from(NAMES)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.sampled_from([0.5, -1.25, 1e20, 10**16 + 1]),
    st.sampled_from(["", "x", "Zoë", "12", "a b"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
records = st.dictionaries(names, values, min_size=1, max_size=6)

leaves = st.one_of(
    names,
    st.sampled_from(['"x"', '"a b"', "0", "1", "2.5", "true", "false", "null", "$", "$$", "$v"]),
    st.tuples(names, names).map(".".join),
    st.tuples(names, names, names).map(".".join),
)
ONE = (
    "({})", "{}.({})[0]", "$count({})", "$sum({})", "$max({})", "$string({})", "$uppercase({})",
    '$join({}, "-")', "$substring({}, 1)", "$exists({})", "$not({})", "$boolean({})", "$type({})",
    "$distinct({})", "$reverse({})", "$keys({})", "$number({})", "$trim({})", "$length({})",
    "[{}]", "{}[]", "-{}", "{}.*", "**.{}", "{} ~> $string", "({}){{b: $}}", "$.{}", "$v.{}",
    '{{"p": {}, "q": $}}', "$map({}, function($e, $i) {{ [$e, $i] }})", "$sort({})",
    "$filter(list, function($e) {{ {} }})", "list[{}]", "list.({})", "a.b[{}].c", "list^(>{})",
    "{}[-1]", "$merge({})", "$spread({})", "$lookup($, {})", "list@$e.({})", "list#$i.{}",
)  # fmt: skip
TWO = (
    "({} & {})", "({} + {})", "({} - {})", "({} * {})", "({} / {})", "({} % {})", "({} = {})",
    "({} != {})", "({} < {})", "({} >= {})", "({} and {})", "({} or {})", "({} in {})",
    "({}).({})", "({})[{}]", "($v := {}; {})", "($f := function($v) {{ {} }}; $f({}))",
    "[{}, {}]", "$append({}, {})", "[{}..{}]", "({}){{$string({}): $}}", "$contains({}, {})",
    '{{"p": {}, "p": {}}}', "$split({}, {})", "$substringBefore({}, {})", "{} ? {}",
)  # fmt: skip


def made(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.tuples(st.sampled_from(ONE), inner, inner).map(lambda t: t[0].format(t[1], t[2]))
    two = st.tuples(st.sampled_from(TWO), inner, inner).map(lambda t: t[0].format(t[1], t[2]))
    three = st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})")
    return one | two | three


expressions = st.recursive(leaves, made, max_leaves=6)


def outcome(text: str, record: Any) -> str:
    """The result to the type, or that it failed."""
    try:
        return repr(Expression(text).evaluate(record, now=NOW))
    except ExpressionError as error:
        return f"failed {error.code}" if error.code else "failed"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions, records)
@example("list.a", {"list": []})
@example("list{a: b}", {"list": []})
@example("list.a", {"list": [{"a": None}, {"a": [[1]]}, {"a": []}, [{"a": 1}, {"a": 2}]]})
@example("a.b.c", {"a": None})
@example("(a + b)", {"a": 10**16 + 1, "b": 1})
def test_closures_and_library_agree_and_leave_the_record_alone(text: str, record: Any) -> None:
    before = json.dumps(record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluator, "closure", lambda part: None)
        plain = outcome(text, record)
    assert json.dumps(record) == before
    assume(plain != f"failed {STOPPED}")  # how far it came is not the point
    assert outcome(text, record) == plain
    assert json.dumps(record) == before


def test_a_part_has_no_attribute_in_which_another_part_could_hide() -> None:
    plain = {
        "_jsonata_lambda", "_outer_instance", "bp", "consarray", "descending", "environment",
        "focus", "id", "index", "keep_array", "keep_singleton_array", "label", "lbp", "level",
        "position", "thunk", "token", "type",
    }  # fmt: skip
    assert set(vars(Parser.Symbol(None, "x"))) == plain | set(evaluator._HOLDERS)


HIDING_PLACES = (
    "a[b > 1]^(>c, d){e: f}",
    "a@$x#$i.b[$x = %.c]",
    "$map(a, function($v, $i) { $v ? [$v..$i] : {'k': -$v} })",
    "($f := $pad(?, 3); $ ~> $f ~> |a|{'b': 1}, ['c']|)",
    "$match(a, /b+/i) and (b in [1, 'c', null, true])",
)


@pytest.mark.parametrize("text", HIDING_PLACES)
def test_no_part_of_an_expression_is_left_out(text: str) -> None:
    """Whatever kind of container a part hides in: each was made ready."""
    seen: set[int] = set()
    stack, parts = [Expression(text).tree], 0
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Parser.Symbol):
            parts += 1
            assert hasattr(one, "picks"), f"{one.type} was left out"
            stack += vars(one).values()
        elif isinstance(one, list | tuple | set):
            stack += one
        elif isinstance(one, dict):
            stack += [*one, *one.values()]
    assert parts > 5
