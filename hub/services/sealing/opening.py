"""Opens a PDF to add a seal to it."""

from __future__ import annotations

from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from hub.kernel.errors import Unfit


def opened(output: BytesIO) -> tuple[IncrementalPdfFileWriter, bool]:
    """A writer that adds to the PDF, and whether nobody has signed it yet. Raises ``Unfit``."""
    try:
        writer = IncrementalPdfFileWriter(output, strict=False)
        if writer.prev.encrypted:
            raise Unfit("encrypted")
        before = writer.prev.embedded_signatures
        if any(one.docmdp_level is MDPPerm.NO_CHANGES for one in before):
            raise Unfit("already_sealed", "the PDF was certified, and allows no changes")
    except Unfit:
        raise
    except Exception as error:  # whatever the library meets in what is no PDF
        raise Unfit(
            "not_a_pdf", f"the file cannot be read as a PDF: {type(error).__name__}"
        ) from None
    return writer, not before
