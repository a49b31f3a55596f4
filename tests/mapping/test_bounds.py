"""Expressions that nothing bounds are told; those that go through what is there are not."""

from __future__ import annotations

import pytest

from hub.mapping.bounds import bound_problems
from hub.mapping.expressions import Expression
from tests.mapping.samples import REQUEST
from tests.mapping.test_lint import found

UNBOUNDED = [
    ("($f := function($n) { $n > 0 ? $f($n - 1) : 0 }; $f(depth))", "$f calls itself"),
    (
        "($a := function($x) { $b($x) }; $b := function($x) { $a($x) }; $a(1))",
        "$a calls itself",
    ),
    ("(function($x) { $x($x) })(function($y) { $y($y) })", "$x is handed to itself"),
    ("[1..quantity]", "the range has no bound"),
    ("[from..10]", "the range has no bound"),
    ("[1..$max([quantity, 3])]", "the range has no bound"),
    ("[1..quantity * $count(lines)]", "the range has no bound"),
    ("($n := quantity; [1..$n])", "the range has no bound"),
    ("lines.([1..quantity])", "the range has no bound"),
    ("$pad(name, width)", "$pad has no bound"),
    ("name ~> $pad(width)", "$pad has no bound"),
    ("names.$pad(width)", "$pad has no bound"),
    ("$map(names, $pad(?, width))", "$pad has no bound"),
    ("$map(widths, $pad('-', ?))", "$pad has no bound"),
    ("name ~> $pad", "$pad is passed on"),
    ("($p := $pad; $p(name, width))", "$pad is passed on"),
    ("loans@$l.books@$b.{'title': $b.title}", "the join has no condition"),
    ("$reduce(lines, function($all, $one) { $all & $all & $one.text })", "$reduce"),
    ("($twice := function($all, $one) { $append($all, $all) }; $reduce(lines, $twice))", "$reduce"),
]
BOUNDED = [
    "[1..12]",
    "[-3..3]",
    "[0..$count(lines) - 1].($$.lines[$])",
    "[1..$min([quantity, 100])]",
    "($n := $min([quantity, 5]); [1..$n * 2])",
    "[1..(rush ? 1 : 3)]",
    "[1..$floor($count(lines) / 2)]",
    "$pad(name, 10)",
    "name ~> $pad(10)",
    "names.$pad(10)",
    "$map(names, $pad(?, 10))",
    "($pad := function($x) { $x }; $pad(name))",
    "$pad(name, -$length(name) - 1)",
    "$map(lines, function($l) { $map(tags, function($t) { $l.text & $t }) })",
    "($double := function($x) { $x * 2 }; lines.price ~> $map($double))",
    "loans@$l.books@$b[$l.isbn = $b.isbn].{'title': $b.title}",
    "$reduce(lines.price, function($a, $b) { $a > $b ? $a : $b })",
    "$reduce(lines, function($all, $one) { $all & ', ' & $one.text })",
    "$join(lines.text, ', ')",
]


@pytest.mark.parametrize(("text", "told"), UNBOUNDED)
def test_what_nothing_bounds_is_told(text: str, told: str) -> None:
    problems = list(bound_problems(Expression(text)))
    assert any(told in problem for problem in problems), problems
    assert all("; " in problem for problem in problems)  # each says how to mend it
    assert len(problems) == len(set(problems))


@pytest.mark.parametrize("text", BOUNDED)
def test_what_goes_through_what_is_there_is_bounded(text: str) -> None:
    assert list(bound_problems(Expression(text))) == []


@pytest.mark.parametrize(
    ("extra", "row"),
    [
        ("when: '[1..state]'\n", "when"),
        (
            "back: {failed: [{update: [{to: state, expr: '[1..record.state]'}]}]}\n",
            "back.failed[1].update[state].expr",
        ),
        (
            "back: {failed: [{update: [{to: state, value: 1}], when: '[1..record.state]'}]}\n",
            "back.failed[1].when",
        ),
    ],
)
def test_an_unbounded_expression_is_an_error_at_its_row(extra: str, row: str) -> None:
    (problem,) = found(extra)
    assert (problem.row, problem.severity) == (row, "error")
    assert "write its end as $min([…, 1000])" in problem.fix


def test_a_row_of_the_request_is_looked_at_too() -> None:
    request = REQUEST + "    - {to: mobile, expr: '$pad(mobile, state)'}\n"
    assert [problem.row for problem in found(request=request)] == ["request.recipient[mobile].expr"]


def test_variables_made_of_each_other_again_and_again_are_judged_once() -> None:
    chain = "; ".join(f"$a{n + 1} := $a{n} + $a{n}" for n in range(20))
    assert list(bound_problems(Expression(f"($a0 := 1; {chain}; [1..$a20])"))) == []
    assert "the range has no bound" in str(
        list(bound_problems(Expression(f"($a0 := quantity; {chain}; [1..$a20])")))
    )
    assert list(bound_problems(Expression("($a := $a + 1; [1..$a])")))
