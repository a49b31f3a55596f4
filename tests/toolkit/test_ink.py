"""Drawn signatures from the outside: bounds, what is no signature, one form, a harmless picture."""

from __future__ import annotations

import math

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.contracts.canvas import Ink
from hub.kernel.errors import Unfit
from hub.toolkit import ink as module
from hub.toolkit.ink import check_ink, ink_data, ink_json, ink_length, parse_ink, read_ink
from hub.toolkit.ink_picture import COLOUR, MARGIN, THICK, THIN, ink_svg, widths
from tests.providers.native_canvas.strokes import (
    DOT,
    SCRIBBLED_DOT,
    SHORT_LINE,
    TINY,
    drawing,
    flourish,
)

LEAST = 0.2
CODES = ("", "ink_unreadable", "ink_outside", "ink_missing", "ink_dot", "ink_line", "ink_short")


@st.composite
def drawings(draw):
    """Any drawing within the bounds."""
    width = draw(st.floats(40, 2000))
    height = draw(st.floats(40, 2000))
    clock, strokes = 0, []
    for _ in range(draw(st.integers(1, 4))):
        stroke = []
        for _ in range(draw(st.integers(1, 12))):
            x, y = draw(st.floats(0, width)), draw(st.floats(0, height))
            stroke.append([x, y, clock, draw(st.floats(0, 1))])
            clock += draw(st.integers(0, 900))
        strokes.append(stroke)
    pen = draw(st.sampled_from(module.PENS))
    return {"width": width, "height": height, "pen": pen, "strokes": strokes}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def refused(data) -> str:
    with pytest.raises(Unfit) as info:
        check_ink(read_ink(data), LEAST)
    return info.value.code


def around(ink: Ink, factor: float) -> Ink:
    """The same drawing on a canvas of another size."""
    strokes = [[[x * factor, y * factor, t, p] for x, y, t, p in one] for one in _strokes(ink)]
    width, height = ink.width * factor, ink.height * factor
    return read_ink({"width": width, "height": height, "pen": ink.pen, "strokes": strokes})


def _strokes(ink: Ink) -> list:
    return ink_data(ink)["strokes"]


@given(drawings())
def test_what_is_read_is_read_again_as_the_same_from_its_canonical_form(data):
    ink = read_ink(data)
    assert parse_ink(ink_json(ink)) == ink
    assert ink_json(parse_ink(orjson.dumps(data))) == ink_json(ink)


@given(drawings(), st.data())
def test_a_member_of_another_kind_is_told_and_never_raises_otherwise(data, draw):
    name = draw.draw(st.sampled_from(sorted(data)))
    data[name] = draw.draw(anything)
    assert _verdict(data) in CODES


@given(drawings(), anything, st.integers(0, 3))
def test_a_point_of_something_else_is_told(data, garbage, place):
    data["strokes"][0][0][place] = garbage
    assert _verdict(data) in CODES


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_text_is_read_or_told(text):
    with pytest.raises(Unfit):
        parse_ink(text)


@pytest.mark.parametrize("text", ["NaN", "1e999", '{"width": NaN}', "[" * 5000, "\ud800", "{}"])
def test_numbers_that_are_none_and_deep_nests_are_unreadable(text):
    with pytest.raises(Unfit, match="not"):
        parse_ink(text)


@pytest.mark.parametrize("x", [-0.01, 340.01, 5000])
def test_a_point_outside_of_the_canvas_is_refused(x):
    assert refused(drawing([[(10, 10), (x, 20), (90, 80)]])) == "ink_outside"


def test_time_goes_forward_from_zero():
    data = drawing(flourish())
    data["strokes"][1][3][2] = 0
    assert refused(data) == "ink_unreadable"
    late = drawing(flourish())
    late["strokes"][0][0][2] = 5
    assert refused(late) == "ink_unreadable"


def test_what_is_too_much_is_refused():
    assert refused(drawing([[(i % 300, i % 150) for i in range(8001)]])) == "ink_too_long"
    assert refused(drawing([[(i, 9)] for i in range(301)])) == "ink_too_long"
    with pytest.raises(Unfit) as info:
        parse_ink(" " * (module.MOST_BYTES + 1))
    assert info.value.code == "ink_too_long"


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_drawn_is_missing(text):
    with pytest.raises(Unfit) as info:
        parse_ink(text)
    assert info.value.code == "ink_missing"
    assert refused(drawing([])) == "ink_missing"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (DOT, "ink_dot"),
        (SCRIBBLED_DOT, "ink_dot"),
        (drawing([[(9, 9)], [(14, 9)], [(11, 14)]]), "ink_dot"),
        (SHORT_LINE, "ink_line"),
        (TINY, "ink_short"),
    ],
)
def test_what_is_no_signature_is_named(data, code):
    assert refused(data) == code


@pytest.mark.parametrize(
    "strokes",
    [
        flourish(),
        [[(60, 40), (120, 120)], [(120, 40), (60, 120)]],  # a cross
        [[(20, 90), (320, 88)]],  # a long line
        [[(100 + 30 * math.cos(i / 9), 80 + 30 * math.sin(i / 9)) for i in range(60)]],
    ],
)
def test_what_people_sign_with_is_taken(strokes):
    check_ink(read_ink(drawing(strokes)), LEAST)


@given(st.sampled_from([DOT, SHORT_LINE, TINY, drawing(flourish())]), st.floats(0.5, 4))
def test_the_verdict_does_not_depend_on_the_size_of_the_screen(data, factor):
    ink = read_ink(data)
    assert _verdict(ink_data(around(ink, factor))) == _verdict(data)


def _verdict(data) -> str:
    try:
        check_ink(read_ink(data), LEAST)
    except Unfit as error:
        return error.code
    return ""


@settings(max_examples=60)
@given(drawings())
def test_the_picture_holds_only_shapes_and_all_of_the_ink(data):
    ink = read_ink(data)
    picture = etree.fromstring(ink_svg(ink))
    assert {etree.QName(one).localname for one in picture.iter()} <= {"svg", "g", "path", "circle"}
    left, top, width, height = (float(part) for part in picture.get("viewBox").split())
    tolerance = 0.011
    for x, y, _, _ in (point for stroke in _strokes(ink) for point in stroke):
        assert left + MARGIN - tolerance <= x <= left + width - MARGIN + tolerance
        assert top + MARGIN - tolerance <= y <= top + height - MARGIN + tolerance
    assert ink_svg(ink) == ink_svg(parse_ink(ink_json(ink)))
    assert b"nan" not in ink_svg(ink)


@given(drawings())
def test_lines_stay_between_thin_and_thick(data):
    for stroke in read_ink(data).strokes:
        assert len(widths(stroke)) == len(stroke) - 1
        assert all(THIN <= width <= THICK for width in widths(stroke))


def test_slow_or_pressed_is_thick_and_fast_or_light_is_thin():
    def width(step: float, pressure: float) -> float:
        points = [[10 + step * i, 50, 10 * i, pressure] for i in range(10)]
        stroke = read_ink({**drawing([]), "strokes": [points]}).strokes[0]
        return widths(stroke)[-1]

    assert width(1, 0.5) > width(20, 0.5)
    assert width(5, 0.9) > width(5, 0.1)


def test_a_dot_among_lines_is_a_circle():
    picture = ink_svg(read_ink(drawing([*flourish(), [(200, 40)]])))
    assert picture.count(b"<circle") == 1
    assert COLOUR.encode() in picture


def test_length_counts_only_while_the_pen_is_down():
    assert ink_length(read_ink(drawing([[(0, 0), (30, 40)], [(90, 90), (90, 100)]]))) == 60
