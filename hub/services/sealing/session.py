"""One signing with pyHanko. Its own entry point takes the time of signing from the machine; here it
is said, so the steps are taken one by one."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from datetime import datetime

from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.signers import PdfSigner, constants
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from hub.services.sealing.awaited import awaited

# It warns of what is meant here (nothing is fetched behind our back), and might name people.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class ArchivalSigner(PdfSigner):
    """Leaves the PDF in its version. pyHanko marks one with an elliptic seal as PDF 2.0 with an
    extension (ISO 32002), and then it is no PDF/A-3 any more; PAdES (ETSI EN 319 142-1) has such
    seals in PDF 1.7."""

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        """Only that of PAdES itself."""
        pdf_out.register_extension(constants.ESIC_EXTENSION_1)


def sign(
    signer: PdfSigner,
    writer: IncrementalPdfFileWriter,
    at: datetime,
    sizes: dict[Hashable, int],
    kind: Hashable,
) -> cms.SignedData:
    """Sign what the writer holds, in place, claiming the time ``at``. Returns the signature.

    How much room a signature of this ``kind`` needs is kept in ``sizes``: to find it out, a trial
    signature is put together, which takes a third of the whole.
    """
    return awaited(lambda: _signed(signer, writer, at, sizes, kind))


async def _signed(
    signer: PdfSigner,
    writer: IncrementalPdfFileWriter,
    at: datetime,
    sizes: dict[Hashable, int],
    kind: Hashable,
) -> cms.SignedData:
    session = signer.init_signing_session(writer)
    session.system_time = at
    known = await session.perform_presign_validation(writer)
    if kind not in sizes:
        sizes[kind] = await session.estimate_signature_container_size(known, tight=False)
    prepared = session.prepare_tbs_document(known, bytes_reserved=sizes[kind])
    digest, output = prepared.digest_tbs_document(in_place=True)
    attributes = PdfCMSSignedAttributes(signing_time=at)
    done = await prepared.perform_signature(digest.document_digest, attributes)
    await done.post_signature_processing(output)
    signed: cms.SignedData = cms.ContentInfo.load(bytes(done.sig_contents))["content"]
    return signed
