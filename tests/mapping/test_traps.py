"""The four traps of JSONata in a server: what one evaluation leaves behind, whose clock it reads,
which engine its regular expressions run on, and how much it may take or give."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.mapping import limits
from hub.mapping.expressions import MAX_EXPRESSION, Expression, ExpressionError

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DEEP = "($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(25))"


def run(text: str, data: dict[str, Any] | None = None, now: datetime = NOW) -> Any:
    return Expression(text).evaluate(data or {}, now=now)


# 1. A frame of its own for every call, with bounds of its own.


def test_a_variable_is_gone_with_its_call() -> None:
    expression = Expression("($before := $kept; $kept := name; $before)")
    assert expression.evaluate({"name": "Alice"}, now=NOW) is None
    assert expression.evaluate({"name": "Bob"}, now=NOW) is None
    assert run("$kept") is None


def test_a_function_that_was_overwritten_is_back_in_the_next_call() -> None:
    assert run('($sum := function($x) { "mine" }; $sum([1, 2]))') == "mine"
    assert run("$sum([1, 2])") == 3


def test_every_call_has_its_bounds_to_itself() -> None:
    for _ in range(20):
        assert run(DEEP) == 25
    with pytest.raises(ExpressionError, match="stopped"):
        run("($f := function($n) { $f($n + 1) }; $f(0))")
    assert run(DEEP) == 25


def test_calls_on_other_threads_do_not_count() -> None:
    expression, wrong = Expression(DEEP), []

    def work() -> None:
        for _ in range(10):
            try:
                assert expression.evaluate({}, now=NOW) == 25
            except (AssertionError, ExpressionError) as error:
                wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# 2. The clock of the call.


def test_the_clock_is_bound_to_the_call_and_not_to_the_compiled_expression() -> None:
    expression = Expression(
        '[$now(), $now("[Y]"), $millis(), ["x"].$now(), $map([1], function() { $now() })]'
    )
    for moment in (NOW, datetime(2031, 5, 6, tzinfo=UTC), NOW):
        text = moment.isoformat().replace("+00:00", ".000Z")
        millis = int(moment.timestamp() * 1000)
        assert expression.evaluate({}, now=moment) == [text, str(moment.year), millis, text, text]


def test_the_clock_stands_still_within_a_call() -> None:
    text = "($first := $millis(); $sum([1..2000].($ * 2)); $millis() - $first)"
    assert run(text) == 0


# 3. RE2 wherever text becomes a regular expression.


@pytest.mark.parametrize(
    "pattern", [r"/(a)\1/", "/(?=a)/", "/(?<!a)b/", "/a{2000}/", "/(((a{99}){99}){99})/"]
)
def test_what_re2_refuses_is_refused_when_compiling(pattern: str) -> None:
    with pytest.raises(ExpressionError, match="regular expression cannot be used"):
        Expression(f"$contains(text, {pattern})")


@pytest.mark.parametrize(
    "text",
    [
        "$contains(text, /(a+)+$/)",
        "$match(text, /(a|a)*b/)",
        '$replace(text, /(a|aa)+c/, "")',
        "$split(text, /(.*a){12}x/)",
        "/(a*)*b/(text)",
        '$toMillis("2026" & $substring(text, 0, 90), "[Y][MNn][MNn][MNn][MNn][MNn][MNn][MNn]x")',
    ],
)
def test_time_grows_with_the_text_and_not_with_its_power(text: str) -> None:
    expression = Expression(text)
    started = time.thread_time()
    with suppress(ExpressionError):
        expression.evaluate({"text": "a" * 30_000 + "!"}, now=NOW)
    assert time.thread_time() - started < 10 * limits.SECONDS


# 4. At most 64 kB of expression and 1 MB of result, and no $eval.


def test_an_expression_has_at_most_64_kilobytes() -> None:
    assert run(" " * (MAX_EXPRESSION - 1) + "1") == 1
    for text in (" " * MAX_EXPRESSION + "1", f'"{"å" * (MAX_EXPRESSION // 2)}"'):
        with pytest.raises(ExpressionError, match="larger than"):
            Expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "text",
        '{"a": half, "b": half, "c": "x"}',
        "[half, half, 'x']",
        "[[half], {'k': [half]}, 'x']",
    ],
)
def test_a_result_has_at_most_a_million_characters(text: str) -> None:
    half = "x" * (limits.TEXT // 2)
    with pytest.raises(ExpressionError, match="more than 1000000 characters"):
        run(text, {"text": half + half + "x", "half": half})
    run(text, {"text": half, "half": half[: limits.TEXT // 4]})


@pytest.mark.parametrize(
    "text",
    [
        '$eval("1")', '"1" ~> $eval', '"1" ~> $eval()', "$map(['1'], $eval)",
        '($e := $eval; $e("1"))',
        '$eval(?)("1")', "{'f': $eval}.f('1')", "function($x) { $eval($x) }('1')",
    ],
)  # fmt: skip
def test_eval_cannot_even_be_named(text: str) -> None:
    with pytest.raises(ExpressionError, match="is not available here"):
        Expression(text)


def test_the_library_itself_has_no_way_to_eval_while_we_evaluate() -> None:
    for text in ('$lookup($, "eval")("1")', 'eval("1")', '("e" & "val")("1")'):
        with pytest.raises(ExpressionError):
            run(text)
