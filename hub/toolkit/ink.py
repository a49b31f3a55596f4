"""A drawn signature from the outside: read within bounds, judged, in one canonical form.

Its JSON is ``{"width", "height", "pen", "strokes": [[[x, y, t, pressure], ...], ...]}``, the fields
of ``hub.contracts.canvas`` with a point as four numbers, since a signature has hundreds. Whatever
does not fit raises ``Unfit``. The picture is made by ``ink_picture``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson

from hub.contracts.canvas import Ink, InkPoint
from hub.kernel.crypto import canonical_json
from hub.kernel.errors import Unfit

MOST_BYTES = 250_000
MOST_STROKES = 300
MOST_POINTS = 8_000
LONGEST = 30 * 24 * 3600 * 1000  # ms; a page may lie open for days
SMALLEST_SIDE, LARGEST_SIDE = 40.0, 8_000.0
PENS = ("mouse", "pen", "touch")

DOT = 0.06  # of the canvas's width: what is nowhere wider or higher is a dot
STRAIGHT = 0.012  # of the width: a line that strays less is straight,
SHORT_LINE = 0.4  # and shorter than this part of the width no signature


def parse_ink(text: str | bytes) -> Ink:
    """The drawing in a JSON text. Raises ``Unfit``: ``ink_unreadable``, ``ink_too_long``,
    ``ink_missing``, ``ink_outside``."""
    content = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(content) > MOST_BYTES:
        raise Unfit("ink_too_long", f"{len(content)} bytes")
    if not content.strip():
        raise Unfit("ink_missing")
    try:
        return read_ink(orjson.loads(content))
    except orjson.JSONDecodeError:
        raise Unfit("ink_unreadable", "not JSON") from None


def read_ink(data: Any) -> Ink:
    """The drawing in parsed JSON; raises as ``parse_ink`` does."""
    if not isinstance(data, dict) or data.keys() != {"width", "height", "pen", "strokes"}:
        raise Unfit("ink_unreadable", "not the members of a drawing")
    width, height = _side(data["width"]), _side(data["height"])
    strokes, pen = data["strokes"], data["pen"]
    if pen not in PENS or not isinstance(strokes, list):
        raise Unfit("ink_unreadable", "no known pen, or no list of strokes")
    if not all(isinstance(stroke, list) and stroke for stroke in strokes):
        raise Unfit("ink_unreadable", "a stroke that is no list of points")
    if len(strokes) > MOST_STROKES or sum(map(len, strokes)) > MOST_POINTS:
        raise Unfit("ink_too_long", f"more than {MOST_STROKES} strokes or {MOST_POINTS} points")
    if not strokes:
        raise Unfit("ink_missing")
    ink = Ink(width, height, pen, tuple(tuple(map(_point, stroke)) for stroke in strokes))
    _ordered(ink)
    if not all(0 <= one.x <= width and 0 <= one.y <= height for one in _points(ink)):
        raise Unfit("ink_outside")
    return ink


def check_ink(ink: Ink, least: float) -> None:
    """Raises ``Unfit`` for what is no signature: ``ink_dot``, ``ink_line`` (short and straight) or
    ``ink_short`` (less than ``least`` of the width in all). The browser asks the same."""
    xs, ys = [one.x for one in _points(ink)], [one.y for one in _points(ink)]
    if max(max(xs) - min(xs), max(ys) - min(ys)) < DOT * ink.width:
        raise Unfit("ink_dot")
    span, stray = _line(ink)
    if stray < STRAIGHT * ink.width and span < SHORT_LINE * ink.width:
        raise Unfit("ink_line")
    if ink_length(ink) < least * ink.width:
        raise Unfit("ink_short")


def ink_length(ink: Ink) -> float:
    """How far the pen went while it was down, in units of the canvas."""
    return sum(
        math.dist((one.x, one.y), (two.x, two.y))
        for stroke in ink.strokes
        for one, two in pairwise(stroke)
    )


def ink_data(ink: Ink) -> dict[str, Any]:
    """The drawing as plain data; ``read_ink`` reads it to an equal one."""
    return {
        "width": ink.width,
        "height": ink.height,
        "pen": ink.pen,
        "strokes": [[[p.x, p.y, p.t, p.pressure] for p in stroke] for stroke in ink.strokes],
    }


def ink_json(ink: Ink) -> bytes:
    """The drawing as canonical JSON: equal drawings give equal bytes."""
    return canonical_json(ink_data(ink))


def _side(value: Any) -> float:
    side = _number(value, 2)
    if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
        raise Unfit("ink_unreadable", "the canvas has no possible size")
    return side


def _point(value: Any) -> InkPoint:
    if not isinstance(value, list) or len(value) != 4:
        raise Unfit("ink_unreadable", "a point is not four numbers")
    x, y, pressure = _number(value[0], 2), _number(value[1], 2), _number(value[3], 3)
    t = value[2]
    if isinstance(t, bool) or not isinstance(t, int) or not 0 <= t <= LONGEST:
        raise Unfit("ink_unreadable", "a time is no number of milliseconds")
    if not 0 <= pressure <= 1:
        raise Unfit("ink_unreadable", "a pressure is not between 0 and 1")
    return InkPoint(x, y, t, pressure)


def _number(value: Any, places: int) -> float:
    """Rounded, so that every browser's floats have one form; never a negative zero."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unfit("ink_unreadable", "something is no number")
    return round(float(value), places) + 0.0


def _ordered(ink: Ink) -> None:
    times = [one.t for one in _points(ink)]
    if times[0] != 0 or any(one > two for one, two in pairwise(times)):
        raise Unfit("ink_unreadable", "the times do not go forward from 0")


def _points(ink: Ink) -> Iterator[InkPoint]:
    return (one for stroke in ink.strokes for one in stroke)


def _line(ink: Ink) -> tuple[float, float]:
    """How far the drawing reaches from its first point, and how far it strays from the straight
    line to that farthest point."""
    points = list(_points(ink))
    start = points[0]
    end = max(points, key=lambda one: math.dist((start.x, start.y), (one.x, one.y)))
    dx, dy = end.x - start.x, end.y - start.y
    span = math.hypot(dx, dy)
    if span == 0:
        return 0.0, 0.0
    stray = max(abs(dx * (one.y - start.y) - dy * (one.x - start.x)) / span for one in points)
    return span, stray
