"""JSONata with limits: what it gives, and that nothing in it can run away."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.mapping.expressions import MAX_EXPRESSION, Expression, ExpressionError

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
# Each is to stop within the limit of 200 ms; the rest is for a machine with other work to do.
STOPPED_WITHIN = 2.0  # seconds of this thread's own work, however busy the machine is


def run(text: str, data: dict[str, Any] | None = None) -> Any:
    return Expression(text).evaluate(data or {}, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('first & " " & last', "Alice Berg"),
        ("lines[price > 10].name", ["b", "c"]),
        ("lines[price > 20].name", "c"),
        ("$sum(lines.(price * count))", 10 + 40 + 90),
        ('first = "Alice" ? "yes" : "no"', "yes"),
        ('{"n": $count(lines), "none": null}', {"n": 3, "none": None}),
        ("$map(lines, function($l, $i) { $i & $l.name })", ["0a", "1b", "2c"]),
        ('$replace("265USD", /([0-9]+)USD/, "$1 kr")', "265 kr"),
        ('$replace("abc", /(b)/, "[$12]")', "a[b2]c"),
        ('$replace("a.b.c", ".", "-", 1)', "a-b.c"),
        (r'$split("a,  b,c", /,\s*/)', ["a", "b", "c"]),
        ('$contains("ALICE", /alice/i)', True),
        ('$match("a1b22", /[0-9]+/).match', ["1", "22"]),
        ("$distinct([1, 2, 1])", [1, 2]),
        ("first ~> $uppercase", "ALICE"),
        ("lines^(>price).name", ["c", "b", "a"]),
        ('($half := $substring(?, 0, 2); $half("Berg"))', "Be"),
        ("lines{name: price}", {"a": 10, "b": 20, "c": 30}),
        ("[1..3]", [1, 2, 3]),
        ("nothing.at.all", None),
        ("null", None),
    ],
)
def test_expressions_give_what_jsonata_says(text: str, expected: Any) -> None:
    data = {
        "first": "Alice",
        "last": "Berg",
        "lines": [
            {"name": n, "price": p, "count": p // 10}
            for n, p in zip("abc", (10, 20, 30), strict=True)
        ],
    }
    assert run(text, data) == expected


def test_the_clock_is_the_moment_given() -> None:
    assert run("$now()") == "2026-01-02T03:04:05.000Z"
    assert run("$millis()") == int(NOW.timestamp() * 1000)


@pytest.mark.parametrize("text", ['$eval("1")', "$random()", "$shuffle([1,2])", "($f := $eval; 1)"])
def test_functions_that_run_text_or_chance_are_refused_when_compiling(text: str) -> None:
    with pytest.raises(ExpressionError, match="is not available here"):
        Expression(text)


def test_a_function_hidden_behind_a_name_is_not_there_either() -> None:
    with pytest.raises(ExpressionError):
        run('$lookup({"a": 1}, "eval")("1")')


DOUBLING = """(
    $f := function($x, $n) { $n = 0 ? $x : $f({"a": $x, "b": $x}, $n - 1) };
    $y := $f(1, 60); $y = $y
)"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("($f := function($n) { $f($n + 1) }; $f(0))", "ran for more than 200 ms"),
        ("($f := function($n) { 1 + $f($n + 1) }; $f(0))", "deeper than 200 levels"),
        ('$pad("x", 1000000000)', "more than 1000000 characters"),
        ('$pad("x", -1000000000)', "more than 1000000 characters"),
        (
            '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f("aaaaaaaa", 60))',
            "more than 1000000 characters",
        ),
        ('$replace(long, "a", long)', "more than 1000000 characters"),
        ("$replace(long, /a/, long)", "too much text|characters|200 ms"),
        ('$join(long.$split(""), long)', "too big|characters"),
        ("[1..10000000]", "too big"),
        ("[1..9000].[1..9000]", "too big|200 ms"),
        (DOUBLING, "too big"),
        ("($f := function($x, $n) { $n = 0 ? $x : $f([[$x]], $n - 1) }; $f(1, 500))", "nested|big"),
        ('$string($append([1..9000], [1..9000]).($pad("x", 900000)))', "text|characters"),
        ("$reduce([1..9000], function($a, $b) { $append($a, [1..900]) })", "too big|200 ms"),
    ],
)
def test_what_would_run_away_is_stopped(text: str, why: str) -> None:
    expression = Expression(text)
    started = time.thread_time()
    with pytest.raises(ExpressionError, match=why):
        expression.evaluate({"long": "a" * 900_000}, now=NOW)
    assert time.thread_time() - started < STOPPED_WITHIN


@pytest.mark.parametrize("pattern", ["/(a+)+$/", "/^(a|a)*b$/", "/(a|aa)+c/", "/(.*a){12}x/"])
def test_a_catastrophic_regular_expression_takes_linear_time(pattern: str) -> None:
    started = time.thread_time()
    assert run(f"$contains(text, {pattern})", {"text": "a" * 30_000 + "!"}) is False
    assert time.thread_time() - started < STOPPED_WITHIN


def test_a_pattern_of_thousands_of_parts_is_not_tried_on_a_long_text() -> None:
    expression = Expression("$contains(text, /(a|b){0,300}a(a|b){300}c/)")
    assert expression.evaluate({"text": "ab" * 300}, now=NOW) is False
    with pytest.raises(ExpressionError, match="900000 characters is too long for its pattern"):
        expression.evaluate({"text": "ab" * 450_000}, now=NOW)


def test_a_date_picture_cannot_make_a_catastrophic_expression() -> None:
    started = time.thread_time()
    picture = "[Y]" + "[MNn]" * 15 + "x"
    with pytest.raises(ExpressionError):
        run(f'$toMillis("2026{"a" * 90}", "{picture}{picture}")')
    assert time.thread_time() - started < STOPPED_WITHIN


def test_a_date_without_a_year_is_refused_since_it_would_mean_today() -> None:
    with pytest.raises(ExpressionError, match="needs at least the year"):
        run('$toMillis("12:30", "[H]:[m]")')
    assert run('$toMillis("2026-02-03", "[Y0001]-[M01]-[D01]")') == 1770076800000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 +", "at character 3"),
        ('"abc', "must be terminated"),
        ("/(?=a)/", "regular expression cannot be used"),
        (r"/(a)\1/", "regular expression cannot be used"),
        ("(" * 20_000, "nested too deeply"),
        ("1" * (MAX_EXPRESSION + 1), "larger than"),
        ("", "not valid JSONata"),
    ],
)
def test_an_expression_that_cannot_be_compiled_says_why(text: str, why: str) -> None:
    with pytest.raises(ExpressionError, match=why):
        Expression(text)


def test_messages_never_repeat_values_of_the_record(capfd: pytest.CaptureFixture[str]) -> None:
    for text in (
        "$number(secret)",
        "secret()",
        "secret + 1",
        "$toMillis(secret)",
        "$error(secret)",
    ):
        with pytest.raises(ExpressionError) as caught:
            run(text, {"secret": "19811228-9874"})
        assert "9874" not in str(caught.value)
    assert "9874" not in "".join(capfd.readouterr())


def test_a_function_is_no_value() -> None:
    with pytest.raises(ExpressionError, match="gives a function"):
        run("$uppercase")


def test_the_input_is_left_as_it_was() -> None:
    data = {"a": {"b": 1}}
    assert run('a ~> |$|{"b": 2}|', data) == {"b": 2}
    assert data == {"a": {"b": 1}}


def test_one_expression_serves_many_threads() -> None:
    expression = Expression("($take := $substring(?, 0, 3); $take(name) & $now())")
    wrong: list[str] = []

    def work(number: int) -> None:
        moment = datetime(2026, 1, 1 + number, tzinfo=UTC)
        for _ in range(150):
            found = expression.evaluate({"name": f"{number:03}xyz"}, now=moment)
            if found != f"{number:03}2026-01-{1 + number:02}T00:00:00.000Z":
                wrong.append(str(found))
            Expression("$sum([1, 2])")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
