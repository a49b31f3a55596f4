"""The pages of a PDF as its tree holds them, with what each takes over from the nodes above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pyhanko.pdf_utils import generic

from hub.kernel.errors import Unfit

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_DEEPEST = 50  # nodes of the tree above a page
Inherited = Mapping[str, generic.PdfObject]
Place = tuple[generic.IndirectObject, Inherited]


class Size(NamedTuple):
    """``width`` and ``height`` of a page in its ``unit``, which counts in points."""

    width: float
    height: float
    unit: float = 1.0


def leaves(root: generic.DictionaryObject) -> Iterator[Place]:
    """Every page below the catalogue, in order. ``Unfit`` for a tree that runs in a circle, or is
    deeper than any real one."""
    yield from _leaves(root.raw_get("/Pages"), {})


def size(page: generic.DictionaryObject, inherited: Inherited) -> Size:
    """How large that is what a page shows, turned as it is shown."""
    entries = generic.DictionaryObject({**inherited, **raw(page)})
    whole = _box(value(entries, "/MediaBox"))
    shown = _box(value(entries, "/CropBox")) or whole
    if whole is None or shown is None:
        return Size(0.0, 0.0)
    left, bottom = max(whole[0], shown[0]), max(whole[1], shown[1])
    right, top = min(whole[2], shown[2]), min(whole[3], shown[3])
    width, height = right - left, top - bottom
    if int(value(entries, "/Rotate") or 0) % 180:
        width, height = height, width
    return Size(width, height, float(value(entries, "/UserUnit") or 1))


def raw(entries: generic.DictionaryObject) -> dict[str, generic.PdfObject]:
    """The entries as they stand, references as references."""
    return {key: entries.raw_get(key) for key in entries}


def value(node: Any, key: str) -> Any:
    """What stands behind ``key``, also when it stands elsewhere; None when nothing does.
    (pyHanko's ``get`` would give the reference.)"""
    try:
        return node[key]
    except KeyError:
        return None


def _box(found: Any) -> tuple[float, ...] | None:
    """Left, bottom, right, top; None where there is no area."""
    if not isinstance(found, generic.ArrayObject) or len(found) != 4:
        return None
    x, y, other_x, other_y = (float(found[place]) for place in range(4))
    box = min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)
    return box if box[0] < box[2] and box[1] < box[3] else None


def _leaves(
    node: generic.IndirectObject, inherited: Inherited, above: tuple[int, ...] = ()
) -> Iterator[Place]:
    if node.idnum in above or len(above) > _DEEPEST:
        raise Unfit("broken", "the page tree runs in a circle, or is too deep")
    here = node.get_object()
    if "/Kids" not in here:
        yield node, inherited
        return
    below = {**inherited, **{key: here.raw_get(key) for key in _INHERITED if key in here}}
    kids = here["/Kids"]
    for place in range(len(kids)):
        yield from _leaves(kids.raw_get(place), below, (*above, node.idnum))
