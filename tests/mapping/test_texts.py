"""Texts: what they may say, and that they cannot reach further."""

from __future__ import annotations

import time

import pytest

from hub.mapping.texts import MAX_TEMPLATE, TextError, check_template, render

ALLOWED = ("link", "recipient", "request.number")


def test_a_text_is_filled_in() -> None:
    text = (
        "Hej {{ recipient.name | trim }}! {% if recipient.vip is defined %}VIP {% endif %}"
        "{{ link }}{% for x in list %} {{ loop.index }}{{ x }}{% endfor %}"
        "{{ none }}{{ gone | default('-') }}"
    )
    context = {"recipient": {"name": " Alice "}, "link": "<l>", "list": ["a", "b"], "none": None}
    assert render(text, context) == "Hej Alice! <l> 1a 2b-"


def test_a_text_within_its_names_has_no_problems() -> None:
    text = "{{ link }} {{ recipient.name }} {{ request.number }}"
    text += "{% for c in recipient.x %}{{ c.y }}{% endfor %}"
    assert check_template(text, ALLOWED, must_have=("link",)) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hej\n på {{ lnik }}", "2:8: unknown name 'lnik'; did you mean 'link'?"),
        (
            "{{ request.nmber }}",
            "1:4: unknown name 'request.nmber'; did you mean 'request.number'?",
        ),
        ("{{ request }}", "unknown name 'request'"),
        ("{{ link ", "cannot be read"),
        ("{% if link %}", "cannot be read"),
        ("{{ link | uper }}", "unknown filter 'uper'; did you mean 'upper'?"),
        ("{{ link is divisibleby(3) }}", "unknown test 'divisibleby'"),
        ("{% include 'x' %}", "'include' is not available in texts"),
        ("{% set x = 1 %}", "'assign' is not available in texts"),
        ("{{ link() }}", "'call' is not available in texts"),
        ("{{ link * 9 }}", "'mul' is not available in texts"),
        ("{{ [link] }}", "'list' is not available in texts"),
        ("{{ link.__class__ }}", "names must not begin with _"),
        ("{% macro m() %}{% endmacro %}", "'macro' is not available in texts"),
        ("x" * (MAX_TEMPLATE + 1), "has more than"),
    ],
)
def test_a_fault_is_told_with_line_and_column(text: str, told: str) -> None:
    problems = [str(problem) for problem in check_template(text, ALLOWED)]
    assert any(told in problem for problem in problems), problems


def test_what_must_be_in_a_text_is_asked_for() -> None:
    (problem,) = check_template("Hej {{ recipient.name }}", ALLOWED, must_have=("link",))
    assert str(problem) == "1:1: does not contain {{ link }}; add it where it is to appear"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ x.__class__ }}",
        "{{ x['__class__'] }}",
        "{{ x | attr('__class__') }}",
        "{{ x.format(x) }}",
        "{{ self.__init__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler }}",
        "{{ x.upper() }}",
        "{{ range(1000000000) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ 'x' ** 9 }}",
        "{{ '%1000000000s' % x }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ x | map(attribute='__class__') | list }}",
    ],
)
def test_a_text_cannot_reach_into_python_or_grow(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(TextError):
        render(text, {"x": "a"})
    assert time.monotonic() - started < 2


def test_attributes_by_subscript_stay_inside_the_sandbox() -> None:
    with pytest.raises(TextError) as caught:
        render("{{ x['__cl' ~ 'ass__'] }}", {"x": "secret"})
    assert "secret" not in str(caught.value)


def test_the_output_is_bounded() -> None:
    with pytest.raises(TextError, match="longer than 1000 characters"):
        render("{% for x in xs %}{{ x }}{% endfor %}", {"xs": ["a" * 100] * 50}, limit=1000)


def test_loops_are_not_stacked() -> None:
    text = "{% for a in x %}" * 3 + "{% endfor %}" * 3
    assert "loops inside each other" in str(check_template(text, None)[0])


def test_a_missing_value_is_named_but_no_value_is_shown() -> None:
    with pytest.raises(TextError, match="'order_ref' is missing"):
        render("{{ signature.order_ref }}", {"signature": {"name": "Alice"}})
    with pytest.raises(TextError, match="'gone' is missing"):
        render("{{ gone }}", {})
