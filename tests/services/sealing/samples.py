"""PDFs for tests, and what others do to sealed ones."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

import pypdfium2
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hub.services.sealing.awaited import awaited
from tests.services.sealing.authorities import entity


@cache
def offer() -> bytes:
    """Two pages with a drawing on the first."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(2):
        document.new_page(595, 842)
    output = BytesIO()
    document.save(output)
    document.close()
    return output.getvalue()


def stamped_over(content: bytes) -> bytes:
    """A line of text put on the first page by a later increment, as an annotation tool does it."""
    output = BytesIO(content)
    writer = IncrementalPdfFileWriter(output)
    page = writer.root["/Pages"]["/Kids"][0]
    drawn = generic.StreamObject(stream_data=b"BT (paid) Tj ET")
    page[generic.pdf_name("/Contents")] = writer.add_object(drawn)
    writer.update_container(page)
    writer.write_in_place()
    return output.getvalue()


def rewritten_by_pdfium(content: bytes) -> bytes:
    """Opened and saved with another library."""
    document = pypdfium2.PdfDocument(content)
    output = BytesIO()
    document.save(output)
    document.close()
    return output.getvalue()


def rewritten_whole(content: bytes) -> bytes:
    """Every object written anew, the signature with them."""
    writer: PdfFileWriter = copy_into_new_writer(PdfFileReader(BytesIO(content)))
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def flipped(content: bytes, place: int, bit: int = 1) -> bytes:
    """One bit of one byte changed."""
    changed = bytearray(content)
    changed[place] ^= bit
    return bytes(changed)


def encrypted(content: bytes) -> bytes:
    """With a password."""
    writer: PdfFileWriter = copy_into_new_writer(PdfFileReader(BytesIO(content)))
    writer.encrypt(owner_pass="owner", user_pass="user")
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def signed_by_another(content: bytes, name: str = "Other", **options: Any) -> bytes:
    """Signed with a key that has nothing to do with the hub."""
    own = entity("Mallory")
    plain = asn1.Certificate.load(own.certificate.public_bytes(Encoding.DER))
    key = keys.PrivateKeyInfo.load(
        own.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )
    known = SimpleCertificateStore()
    known.register(plain)
    signer = SimpleSigner(plain, key, known)
    output = BytesIO(content)
    about = PdfSignatureMetadata(field_name=name, subfilter=SigSeedSubFilter.PADES, **options)
    session = PdfSigner(about, signer)
    session._enforce_certification_constraints = lambda reader: None  # it would not, Mallory does
    writer = IncrementalPdfFileWriter(output)
    awaited(lambda: session.async_sign_pdf(writer, in_place=True))
    return output.getvalue()
