"""A signature that is drawn or typed on the hub's own page, as it travels from the browser to a
provider and into the evidence.

Points are in units of the canvas: 0 to ``width`` and 0 to ``height`` (CSS pixels of the page on
which it was drawn), time in milliseconds since the first point, pressure 0 to 1. In JSON a point is
the list ``[x, y, t, pressure]``; ``hub.toolkit.ink`` reads and writes it.
"""

from __future__ import annotations

from dataclasses import dataclass

METHODS = ("drawn", "typed")


@dataclass(frozen=True)
class InkPoint:
    """Where the pen was."""

    x: float
    y: float
    t: int
    pressure: float = 0.5


@dataclass(frozen=True)
class Ink:
    """Strokes in the order in which they were drawn; ``pen`` is mouse, pen or touch."""

    width: float
    height: float
    pen: str
    strokes: tuple[tuple[InkPoint, ...], ...]


@dataclass(frozen=True)
class CanvasAnswer:
    """What the customer gave. ``consent`` is the exact sentence that was ticked; ``code_used`` the
    id of the one-time code that was asked for, if one was. ``ink`` for ``drawn`` only."""

    method: str
    name: str
    consent: str
    ink: Ink | None = None
    code_used: str | None = None
