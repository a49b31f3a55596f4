"""Puts together the one PDF that a hosted provider gets: the documents' pages, then the page where
the lines are offered. Runs in the process that makes documents."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

from hub.services.documents.page_tree import leaves
from hub.services.evidence.joining import bound
from hub.services.typeset.press import offered
from hub.services.typeset.sheet import Sheet


def put_together(
    documents: Sequence[bytes], sheet: Sheet | None, title: str, language: str
) -> tuple[dict[str, Any], bytes]:
    """The PDF; ``pages``, how many it has, and ``boxes``, where the options of the sheet stand in
    it. The sheet's page stays as it was made where there is nothing before it."""
    if sheet is None:
        whole, counts = bound(documents, title, language)
        return {"pages": sum(counts), "boxes": []}, whole
    page, boxes = offered(sheet)
    if not documents:
        return {"pages": _count(page), "boxes": [vars(box) for box in boxes]}, page
    whole, counts = bound([*documents, page], title, language)
    before = sum(counts[:-1])
    placed = [{**vars(box), "page": box.page + before} for box in boxes]
    return {"pages": sum(counts), "boxes": placed}, whole


def _count(content: bytes) -> int:
    return sum(1 for _ in leaves(PdfFileReader(io.BytesIO(content)).root))
