"""The text of a page in the order in which a person reads it.

PDFs hold text in the order in which it was drawn. That is nearly always the order of reading, and
where a page has columns it is the only one that knows; so it is kept, unless it jumps back up again
and again, as reports do that draw their frame last.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2

MOST = 100_000  # characters of one page; the rest is left out
_JUMPS = 3  # upwards, e.g. a head, two columns and a foot
_KEPT = "\n\t"


@dataclass(frozen=True)
class _Line:
    left: float
    bottom: float
    top: float
    text: str

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


def text_of(page: pypdfium2.PdfPage) -> str:
    """What stands on the page, a line for each line."""
    textpage = page.get_textpage()
    try:
        drawn = textpage.get_text_range(0, min(textpage.count_chars(), MOST), errors="ignore")
        if _jumps(lines := _lines(textpage)) > _JUMPS:
            drawn = "\n".join(_in_rows(lines))[:MOST]
        return _clean(drawn)
    finally:
        textpage.close()


def _lines(textpage: pypdfium2.PdfTextPage) -> list[_Line]:
    """Pieces of text with their place, in the order of drawing."""
    found = []
    left_over = MOST
    for index in range(textpage.count_rects()):
        left, bottom, right, top = textpage.get_rect(index)
        text = textpage.get_text_bounded(left, bottom, right, top, errors="ignore").strip()
        left_over -= len(text)
        if left_over < 0:
            break
        if text:
            found.append(_Line(left, bottom, top, text))
    return found


def _jumps(lines: list[_Line]) -> int:
    """How often the next piece stands higher than the one before, by more than its height."""
    return sum(
        after.middle > before.middle + (before.top - before.bottom)
        for before, after in pairwise(lines)
    )


def _in_rows(lines: list[_Line]) -> list[str]:
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda one: (-one.middle, one.left)):
        if rows and abs(rows[-1][0].middle - line.middle) < (line.top - line.bottom) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [" ".join(one.text for one in sorted(row, key=lambda one: one.left)) for row in rows]


def _clean(text: str) -> str:
    """One kind of line end; no control characters, which no screen reader says."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    kept = (char for char in plain if char in _KEPT or unicodedata.category(char) not in _SILENT)
    return "\n".join(line.rstrip() for line in "".join(kept).split("\n")).strip()


_SILENT = frozenset({"Cc", "Cs", "Co", "Cn"})
