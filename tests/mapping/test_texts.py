"""Texts: what they may say, and that they cannot reach further."""

from __future__ import annotations

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
    with pytest.raises(TextError):
        render(text, {"x": "a"})


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


@pytest.mark.parametrize(
    "text",
    [
        "{{ link }}",
        "Hej {{ recipient.name }}: {{ link }}",
        "{% if recipient.vip %}{{ link }}!{% else %}{{ link }}{% endif %}",
        "{{ recipient.name ~ ' ' ~ link }}",
        "{{ link if recipient.vip else link }}",
    ],
)
def test_what_is_always_shown_whole_counts(text: str) -> None:
    assert check_template(text, None, must_have=("link",)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "{% for row in rows %}{{ row[0] }}: {{ row[1] }}{% endfor %}",
        "{% if rows %}{% for row in rows %}{{ row[1] }}{% endfor %}{% endif %}",
        "{% for r in rows %}{% if r[0] %}{{ r[1] }}{% else %}-{{ r[1] }}{% endif %}{% endfor %}",
        "{{ rows }}",
    ],
)
def test_a_list_may_be_shown_entry_by_entry(text: str) -> None:
    assert check_template(text, None, must_have=("rows",), lists={"rows": 1}) == ()


NOT_SURE = [
    "{% if link %}x{% endif %}",
    "{% if recipient.vip %}{{ link }}{% endif %}",
    "{% if a %}{{ link }}{% elif b %}{{ link }}{% endif %}",
    "{{ link | truncate(3) }}",
    "{{ '' if link else 'x' }}",
    "{{ link if a }}",
    "{% for x in recipient.list %}{{ link }}{% endfor %}",
    "{% for part in link %}{{ part }} {% endfor %}",
    "{% for row in rows %}x{% endfor %}",
    "{% for row in rows %}{{ row[0] }}{% endfor %}",
    "{% for row in rows %}{{ row[1] | truncate(1) }}{{ row is defined }}{% endfor %}",
    "{% for row in rows if row[1] == 'x' %}{{ row[1] }}{% endfor %}",
    "{% for row in rows %}{% if row[0] %}{{ row[1] }}{% endif %}{% endfor %}",
]


@pytest.mark.parametrize("text", NOT_SURE)
def test_what_may_be_missing_or_cut_off_does_not_count(text: str) -> None:
    name = "rows" if "rows" in text else "link"
    (problem,) = check_template(text, None, must_have=(name,), lists={"rows": 1})
    assert str(problem) == (
        f"1:1: does not always contain {{{{ {name} }}}} whole; write it outside of if, without "
        "filters, a list in a for of its own"
    )


def test_a_part_of_what_must_be_shown_is_not_it() -> None:
    (problem,) = check_template("{{ link.upper }}", None, must_have=("link",))
    assert "does not contain {{ link }}" in str(problem)
    text = "{{ signature['national_id_last'] }}"
    assert check_template(text, None, must_have=("signature.national_id_last",)) == ()


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("{{ 1.5 | round(9000000, 'ceil') }}", {}, "at most 20 digits"),
        ("{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}", {"x": "a" * 900}, "20000"),
        ("{{ x | join(y) }}", {"x": ["a"] * 9000, "y": "b" * 9000}, "longer than 100000"),
        ("{{ x | join(attribute='a') }}", {"x": [{"a": "b" * 60_000}] * 2}, "longer than 100000"),
        ("{{ " + "~".join(["y"] * 200) + " }}", {"y": "b" * 9000}, "longer than 100000"),
    ],
)
def test_nothing_goes_on_without_end(text: str, values: dict[str, object], said: str) -> None:
    with pytest.raises(TextError, match=said):
        render(text, values)


def test_the_time_that_loops_take_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.mapping.text_environment.SECONDS", -1.0)
    with pytest.raises(TextError, match="takes more than"):
        render("{% for a in x %}{{ a }}{% endfor %}", {"x": "ab"})


@pytest.mark.parametrize("depth", [70, 300, 2000])
def test_a_text_that_is_nested_too_deeply_is_told(depth: int) -> None:
    for text in (
        "{{ " + "not " * depth + "x }}",
        "{% if x %}" * (depth // 3) + "{% endif %}" * (depth // 3),
        "{{ x" + ".y" * depth + " }}",
    ):
        if depth == 70 and "if" in text:
            continue
        assert "is nested too deeply" in str(check_template(text, None)[0])
        with pytest.raises(TextError, match="nested too deeply"):
            render(text, {"x": 1})


def test_loops_inside_each_other_are_checked_in_one_walk() -> None:
    text = "{% for a in x %}\n" * 25 + "{% endfor %}" * 25
    assert [problem.line for problem in check_template(text, None)] == list(range(3, 26))


def test_a_key_that_comes_from_a_value_is_not_repeated() -> None:
    with pytest.raises(TextError) as caught:
        render("{{ record[record.name] }}", {"record": {"name": "AliceAndersson"}})
    assert "Alice" not in str(caught.value)
    assert "a value is missing" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "9" * 5000 + " }}",
        "{{ a[" + "9" * 5000 + "] }}",
        "{{ 0x" + "f" * 5000 + " }}",
        "{% for loop in x %}{% endfor %}",
        "{% for a in x recursive %}{{ loop }}{% endfor %}",
        "{{ x | d(a=1, a=2) }}",
    ],
)
def test_whatever_passes_the_check_can_be_made(text: str) -> None:
    assert len(check_template(text, None)) >= 1
    with pytest.raises(TextError):
        render(text, {"x": [], "a": {}})


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("{{ x | join(attribute='a.a.a.a.a.a') }}", {"x": [1]}, "at most 5 parts"),
        ("{{ x | trim(y) }}", {"x": "a", "y": "b" * 51}, "at most 50 characters"),
        ("{{ x | upper | length }}" * 60, {"x": "a" * 90_000}, "given too much text"),
        ("{% for a in x %}{{ loop }}{% endfor %}", {"x": "a"}, "'loop' is no text"),
        ("{{ x }}", {"x": "\ud83d"}, "half a character"),
    ],
)
def test_filters_and_what_comes_out_have_their_bounds(
    text: str, values: dict[str, object], said: str
) -> None:
    with pytest.raises(TextError, match=said):
        render(text, values)


def test_a_field_may_be_called_like_something_of_python() -> None:
    record = {"items": ["a", "b"], "update": "now", "keys": {"values": 7}, "name": "Alice"}
    text = (
        "{% for x in record.items %}{{ x }}{% endfor %}{{ record.update }}{{ record.keys.values }}"
    )
    assert render(text, {"record": record}) == "abnow7"
    for missing in ("record.copy", "record.name.upper", "record['pop']", "record.items.append"):
        with pytest.raises(TextError, match="is missing"):
            render("{{ " + missing + " }}", {"record": record})
    assert (
        render("{{ record.copy | default('-') }}{{ record.items[1] }}", {"record": record}) == "-b"
    )


def test_what_is_nothing_shows_nothing_with_filters_too() -> None:
    text = "[{{ x }}{{ x | upper }}{{ x | trim }}{{ x | title }}{{ x ~ 1 }}{{ y | join('-') }}]"
    assert render(text, {"x": None, "y": [None, 2]}) == "[1-2]"
