"""Whether a document can be sealed: its pages are copied for trial.

When it comes in, so that nobody signs what cannot be sealed afterwards, and within the bounds of
the process that looks at it; and again when it could not be joined as it is.
"""

from __future__ import annotations

import io

import pypdfium2
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

from hub.kernel.errors import ParaphError, Unfit
from hub.services.documents.copying import Copier
from hub.services.documents.layers import layers


def copyable(content: bytes, pages: int | None = None) -> bytes:
    """The document, or where pyHanko cannot copy it, the document as PDFium, which draws it,
    understands and writes it. ``Unfit`` when neither can be sealed with its ``pages``."""
    why = ""
    for ready in (content, None):
        try:
            return _tried(_mended(content) if ready is None else ready, pages)
        except Unfit as error:
            if error.code != "broken":
                raise
            why = error.detail
        except (ParaphError, MemoryError):
            raise
        except Exception as error:  # pyHanko takes fewer faults than PDFium, and raises many things
            why = type(error).__name__
    raise Unfit("broken", f"cannot be copied: {why}")


def _tried(content: bytes, pages: int | None) -> bytes:
    writer = PdfFileWriter(stream_xrefs=False)
    source = PdfFileReader(io.BytesIO(content))
    copier = Copier(source, writer)
    if len(copier.pages()) != pages and pages is not None:
        raise Unfit("broken", "two readers find different pages")
    layers([(source, copier)])
    writer.write(io.BytesIO())
    return content


def _mended(content: bytes) -> bytes:
    output = io.BytesIO()
    with pypdfium2.PdfDocument(content) as document:
        document.save(output)
    return output.getvalue()
