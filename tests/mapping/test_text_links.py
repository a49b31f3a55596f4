"""A link that a telephone underlines and that leads where it should stands free."""

from __future__ import annotations

import pytest

from hub.mapping.text_links import glued_links
from hub.mapping.texts import check_template

FREE = [
    "{{ link }}",
    "Hej: {{ link }}.",
    "Hej:{{ link }}, tack",
    "Hej ({{ link }})!",
    "Hej {{ link }}? Ja.",
    "<{{ link }}>",
    "{{ name ~ ' ' ~ link }}",
    "{{ name }} {{ link }}{% if reminder %} igen{% endif %}",
    "Hej\n{{ link }}\nTack",
]
GLUED = [
    "Hej{{ link }}",
    "Hej {{- link }}",
    "Hej {{ link }}tack",
    "Hej {{ link }}.Tack",
    "Hej {{ link -}} tack",
    "Hej {{ link }}/x",
    "{{ name }}{{ link }}",
    "{{ link }}{{ name }}",
    "{{ name ~ link }}",
    "{{ 'x' ~ link }}",
    "Hej {% if reminder %}igen{{ link }}{% else %}{{ link }}{% endif %}",
]


@pytest.mark.parametrize("text", FREE)
def test_a_link_that_stands_free_is_good(text: str) -> None:
    assert glued_links(text, "link") == ()


@pytest.mark.parametrize("text", GLUED)
def test_a_link_that_is_glued_to_something_is_told(text: str) -> None:
    [problem] = glued_links("Line one\n" + text, "link")
    assert "{{ link }} is glued to what stands beside it; put a blank between" in str(problem)


def test_names_in_the_condition_of_a_loop_are_checked() -> None:
    [problem] = check_template("{% for x in rows if recipiet %}{{ x }}{% endfor %}", ["rows"])
    assert "unknown name 'recipiet'" in str(problem)
    assert check_template("{% for x in rows if x %}{{ x }}{% endfor %}", ["rows"]) == ()
