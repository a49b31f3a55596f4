"""Drawings for tests: a plausible signature, and what is none."""

from __future__ import annotations

import json
import math
from typing import Any


def drawing(strokes: list[list[tuple[float, float]]], **changes: Any) -> dict[str, Any]:
    """The strokes on a canvas of a phone, a point every 8 ms."""
    clock, timed = 0, []
    for stroke in strokes:
        timed.append([[x, y, clock + 8 * i, 0.5] for i, (x, y) in enumerate(stroke)])
        clock = timed[-1][-1][2] + 120
    return {"width": 340.0, "height": 170.0, "pen": "touch", "strokes": timed, **changes}


def flourish(seed: float = 0.0) -> list[list[tuple[float, float]]]:
    """Loops from left to right, and a line below them."""
    loops = [
        (40 + 1.1 * i + 14 * math.sin(i / 5 + seed), 85 + 38 * math.cos(i / 6 + seed))
        for i in range(200)
    ]
    return [loops, [(50 + 4 * i, 140 - 6 * math.sin(i / 9)) for i in range(50)]]


ALICE = json.dumps(drawing(flourish()))
BOB = json.dumps(drawing(flourish(1.5)))
DOT = drawing([[(100, 80)]])
SCRIBBLED_DOT = drawing([[(100 + i % 5, 80 + i % 7) for i in range(300)]])
SHORT_LINE = drawing([[(100 + i, 80 + i / 4) for i in range(90)]])
TINY = drawing([[(100, 80), (112, 95), (124, 80), (136, 95)]])
