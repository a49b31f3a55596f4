"""The files that a sealed PDF holds, read from what its seal covers and from nothing after it."""

from __future__ import annotations

import io

from pyhanko.pdf_utils.reader import PdfFileReader

from hub.services.evidence.archive import Broken
from hub.services.evidence.increments import check_increments
from hub.services.evidence.members import EMBEDDED, SIGNED


def embedded_files(pdf: bytes) -> dict[str, bytes]:
    """Name → content of the files of a proof. Raises ``Broken``."""
    try:
        found = _files(sealed_part(pdf))
    except Broken:
        raise
    except Exception as error:  # the library stumbles over a stranger's file in many ways
        said = f"its embedded files cannot be read ({type(error).__name__})"
        raise Broken(SIGNED, "malformed", said) from None
    names = [name for name, _ in found]
    if sorted(names) != sorted(EMBEDDED):
        said = (
            f"it has to hold just {', '.join(EMBEDDED)}, and holds {', '.join(names) or 'nothing'}"
        )
        raise Broken(SIGNED, "malformed", said)
    return dict(found)


def sealed_part(pdf: bytes) -> bytes:
    """The file as it was when it was sealed: up to the end of what the seal covers. What was added
    after it may be time stamps alone."""
    reader = PdfFileReader(io.BytesIO(pdf))
    seals = reader.embedded_regular_signatures
    if len(seals) != 1:
        raise Broken(SIGNED, "seals", f"it has {len(seals)} seals, and one is needed")
    if reader.embedded_signatures[0].signed_revision != seals[0].signed_revision:
        raise Broken(SIGNED, "seals", "something was signed before it was sealed")
    check_increments(reader, seals[0].signed_revision)
    _, _, start, length = (int(number) for number in seals[0].byte_range)
    return pdf[: start + length]


def _files(pdf: bytes) -> list[tuple[str, bytes]]:
    names = PdfFileReader(io.BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    return [
        (str(names[at]), bytes(names[at + 1]["/EF"]["/F"].data)) for at in range(0, len(names), 2)
    ]
