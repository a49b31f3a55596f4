"""The picture of a drawn signature: SVG, smooth, thick where the pen was slow or pressed hard.

Only paths and circles with numbers in them: no text, no script, no address.
"""

from __future__ import annotations

import math
from itertools import groupby, pairwise

from hub.contracts.canvas import Ink, InkPoint

COLOUR = "#171b21"
THIN, THICK = 1.2, 4.8  # of a line, in units of the canvas
MARGIN = 4.0
_STEADY = 0.7  # how much of a new speed counts at once; the rest is what was before

Place = tuple[float, float]


def ink_svg(ink: Ink) -> bytes:
    """The picture, cut to the ink and a small margin; the same drawing gives the same bytes."""
    left, top, width, height = _frame(ink)
    shapes = "".join(_stroke(stroke) for stroke in ink.strokes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_n(left)} {_n(top)} {_n(width)} '
        f'{_n(height)}" width="{_n(width)}" height="{_n(height)}">'
        f'<g fill="none" stroke="{COLOUR}" stroke-linecap="round" stroke-linejoin="round">'
        f"{shapes}</g></svg>\n"
    ).encode()


def widths(stroke: tuple[InkPoint, ...]) -> list[float]:
    """The line's width on the way to each point after the first. A pressure of 0.5, which mice and
    fingers have, leaves it to the speed."""
    speed, found = 0.0, []
    for one, two in pairwise(stroke):
        now = math.dist((one.x, one.y), (two.x, two.y)) / max(two.t - one.t, 1)
        speed = _STEADY * now + (1 - _STEADY) * speed
        most = THICK * min(1.0, 0.4 + 1.2 * two.pressure)
        found.append(max(most / (speed + 1), THIN))
    return found


def _stroke(stroke: tuple[InkPoint, ...]) -> str:
    if len(stroke) == 1:
        dot = stroke[0]
        radius = (THIN + THICK) / 4
        return (
            f'<circle cx="{_n(dot.x)}" cy="{_n(dot.y)}" r="{_n(radius)}" '
            f'fill="{COLOUR}" stroke="none"/>'
        )
    curves = zip((round(width, 1) for width in widths(stroke)), _curves(stroke), strict=True)
    drawn = []
    for width, group in groupby(curves, key=lambda curve: curve[0]):
        pieces = [piece for _, piece in group]
        path = f"M{_at(pieces[0][0])}" + "".join(
            f"C{_at(one)} {_at(two)} {_at(end)}" for _, one, two, end in pieces
        )
        drawn.append(f'<path stroke-width="{_n(width)}" d="{path}"/>')
    return "".join(drawn)


def _curves(stroke: tuple[InkPoint, ...]) -> list[tuple[Place, Place, Place, Place]]:
    """Between each two points a cubic curve whose direction at a point is that of its neighbours
    (Catmull-Rom), so that one goes over into the next without a corner."""
    places = [(one.x, one.y) for one in stroke]
    padded = [places[0], *places, places[-1]]
    return [
        (
            padded[i],
            _moved(padded[i], padded[i - 1], padded[i + 1], 1 / 6),
            _moved(padded[i + 1], padded[i], padded[i + 2], -1 / 6),
            padded[i + 1],
        )
        for i in range(1, len(padded) - 2)
    ]


def _moved(place: Place, before: Place, after: Place, part: float) -> Place:
    return (
        place[0] + (after[0] - before[0]) * part,
        place[1] + (after[1] - before[1]) * part,
    )


def _frame(ink: Ink) -> tuple[float, float, float, float]:
    points = [one for stroke in ink.strokes for one in stroke]
    left, right = min(one.x for one in points), max(one.x for one in points)
    top, bottom = min(one.y for one in points), max(one.y for one in points)
    wide = 2 * MARGIN
    return left - MARGIN, top - MARGIN, right - left + wide, bottom - top + wide


def _at(place: Place) -> str:
    return f"{_n(place[0])} {_n(place[1])}"


def _n(value: float) -> str:
    """As short as it can be: ``12.5``, ``3``, ``0``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
