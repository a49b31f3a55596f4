"""Sets sheets as PDF with Typst: PDF/A-3a and PDF/UA-1, the same bytes for the same sheet.

A template is a program of ours; what a record holds goes in as data and is never read as Typst.
Typst sees the templates' folder and the fonts here, nothing else, and downloads nothing.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import typst

from hub.kernel.errors import Permanent
from hub.kernel.logging import get_logger
from hub.services.typeset import glyphs, wording
from hub.services.typeset.sheet import Sheet
from hub.services.typeset.view import view

_log = get_logger(__name__)
# Typst keeps what it laid out for its next ten documents; of large ones that is half a gigabyte.
_LARGE = 20_000  # characters of data
_ROUNDS_UNTIL_FORGOTTEN = 12
_STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]


class NotTypeset(Permanent):
    """A document could not be made from its template."""

    code = "not_typeset"


class Press:
    """Compilers that are kept warm, with the fonts read once. At most ``width`` documents are set
    at a time, since a compiler serves one thread at a time."""

    def __init__(self, root: Path, width: int = 2) -> None:
        self._root = root
        self._free: queue.LifoQueue[typst.Compiler | None] = queue.LifoQueue()
        for _ in range(width):
            self._free.put(None)

    def pdf(self, source: str, data: Mapping[str, Any], timestamp: int) -> bytes:
        """The PDF that the file ``source`` under the root makes of ``data``, which it reads as
        ``json(bytes(sys.inputs.sheet))``. ``timestamp`` stands inside the PDF."""
        return self._made(source, data, timestamp, "")[0]

    def laid_out(
        self, source: str, data: Mapping[str, Any], timestamp: int, selector: str
    ) -> tuple[bytes, list[Any]]:
        """The PDF, and the values of the metadata that ``selector`` finds in its layout."""
        made, found = self._made(source, data, timestamp, selector)
        return made, json.loads(found)

    def _made(
        self, source: str, data: Mapping[str, Any], timestamp: int, selector: str
    ) -> tuple[bytes, str]:
        for without_logo, standards in ((False, _STANDARDS), (True, _STANDARDS), (True, [])):
            given = {**data, "logo": None} if without_logo else data
            try:
                return self._compiled(source, given, timestamp, standards, selector)
            except typst.TypstError as error:
                # The message cites the text at fault: a log must not hold it.
                _log.warning("not_typeset", source=source, standards=standards, hints=error.hints)
        raise NotTypeset(f"Typst could not set {source}")

    def _compiled(
        self,
        source: str,
        data: Mapping[str, Any],
        timestamp: int,
        standards: list[Literal["a-3a", "ua-1"]],
        selector: str,
    ) -> tuple[bytes, str]:
        told = json.dumps(data, ensure_ascii=False)
        with self._compiler() as compiler:
            made = compiler.compile(
                input=self._root / source,
                format="pdf",
                sys_inputs={"sheet": told},
                pdf_standards=[*standards],
                timestamp=timestamp,
            )
            # a query is about what was compiled last, with the same data
            found = compiler.query(selector, field="value") if selector else "[]"
            if len(told) > _LARGE:
                for _ in range(_ROUNDS_UNTIL_FORGOTTEN):
                    compiler.compile(input=b"", format="svg")
        if not isinstance(made, bytes):
            raise NotTypeset(f"Typst made no PDF of {source}")
        return made, found

    @contextmanager
    def _compiler(self) -> Iterator[typst.Compiler]:
        compiler = self._free.get()
        try:
            compiler = compiler or self._new()
            yield compiler
        finally:
            self._free.put(compiler)

    def _new(self) -> typst.Compiler:
        nowhere = self._root / "no-packages"
        return typst.Compiler(
            root=self._root,
            font_paths=self._fonts,
            package_path=nowhere,
            package_cache_path=nowhere,
        )

    @cached_property
    def _fonts(self) -> typst.Fonts:
        # Fonts of the system would make other bytes on another machine.
        return typst.Fonts(include_system_fonts=False, font_paths=[glyphs.FONTS])


_press = Press(wording.TEMPLATES)
OFFERED, _OFFERED_SOURCE, _BOXES = "offered", "page.typ", "<box>"
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Box:
    """Where an option's square stands: ``option`` counts the sheet's optional lines, ``page`` its
    pages, both from 0; points from the page's upper left corner."""

    option: int
    page: int
    left: float
    top: float
    size: float


def offered(sheet: Sheet) -> tuple[bytes, list[Box]]:
    """The page on which a sheet's lines are offered, for others to put boxes to tick on its
    squares. Raises ``Unfit`` when the sheet holds what cannot be counted."""
    source = f"{OFFERED}/{_OFFERED_SOURCE}"
    data = view(OFFERED, sheet)
    if len(data["name"]) > _LONGEST_NAME:  # stands on top of each further page
        data["name"] = f"{data['name'][:_LONGEST_NAME]}…"
    if data["options"]:
        data["words"] = {**data["words"], "total": data["words"]["total_before"]}
    made, marks = _press.laid_out(source, data, int(sheet.made_at.timestamp()), _BOXES)
    return made, [_box(mark) for mark in marks]


def _box(mark: Mapping[str, Any]) -> Box:
    """A hundredth of a point is less than anybody sees, and a number that people can read."""
    left, top = round(mark["left"], 2), round(mark["top"], 2)
    return Box(mark["option"], mark["page"], left, top, mark["size"])


def typeset(template: str, sheet: Sheet) -> bytes:
    """``sheet`` as a PDF by ``template``. Raises ``ConfigurationError`` when there is no such
    template, and ``Unfit`` when the sheet holds what cannot be counted."""
    source = f"{wording.known(template)}/{wording.SOURCE}"
    return _press.pdf(source, view(template, sheet), int(sheet.made_at.timestamp()))
