"""PDFs and images for tests, good and bad, all made here: hand-written bytes, Typst, pyHanko."""

from __future__ import annotations

import io
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache

import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import signers

from hub.services.sealing.awaited import awaited

TEXT = b"BT /F1 24 Tf 72 700 Td (An offer for Alice) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def raw_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(content: bytes, more: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def pdf(
    *further: bytes,
    catalogue: bytes = b"",
    page: bytes = b"",
    box: bytes = b"0 0 595 842",
    content: bytes = TEXT,
    count: int = 1,
    trailer: bytes = b"",
) -> bytes:
    """A PDF of ``count`` equal pages. ``further`` objects are numbered from 5 on."""
    first = 5 + len(further)
    pages = [
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R"
        b" /Resources << /Font << /F1 3 0 R >> >> %s >>" % (box, page)
        for _ in range(count)
    ]
    kids = b" ".join(b"%d 0 R" % number for number in range(first, first + count))
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        FONT,
        stream(content),
        *further,
        *pages,
        trailer=trailer,
    )


@cache
def offer(pages: int = 3) -> bytes:
    """An offer as the hub's own templates make them: text, a table, colours."""
    source = """
#set page(paper: "a4", margin: 2cm)
#set text(size: 10pt)
#for number in range(%d) [
  #text(fill: rgb("#0b5c4a"), size: 18pt)[Offert 1234]
  #lorem(120)
  #table(columns: (1fr, auto, auto), fill: (_, y) => if calc.odd(y) { rgb("#eef5f2") },
    ..range(22).map(i => ([Rad #i #lorem(4)], [#i st], [1 234,00])).flatten())
  #lorem(90)
  #pagebreak(weak: true)
]
"""
    return bytes(typst.compile((source % pages).encode(), timestamp=0))


@cache
def signed() -> bytes:
    """A PDF that somebody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bob")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    p12 = serialization.pkcs12.serialize_key_and_certificates(
        b"bob", key, certificate, None, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner.load_pkcs12_data(p12, [], None)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf()))
    about = signers.PdfSignatureMetadata(field_name="Bob")
    out = awaited(lambda: signers.async_sign_pdf(writer, about, signer))
    return bytes(out.getvalue())


@cache
def encrypted(password: str = "") -> bytes:
    """Encrypted; without a password anybody may open it, but not change it."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf())))
    writer.encrypt("the owner's", password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def deep(nodes: int) -> bytes:
    """A PDF whose only page stands below so many nodes of a tree of pages."""
    tree = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 3) for number in range(nodes)]
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] >>" % (nodes + 1)
    return raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", *tree, page)


def link(address: bytes) -> bytes:
    """A PDF with a link to an address."""
    annotation = ANNOTATION % (b"Link", b"/A << /S /URI /URI (%s) >>" % address)
    return pdf(annotation, page=b"/Annots [5 0 R]")


def layered(plan: bytes, usage: bytes = b"") -> bytes:
    """A PDF with a blue area on a layer, of which the catalogue says ``plan``, and a red one."""
    return pdf(
        b"<< /Type /OCG /Name (Options) %s >>" % usage,
        catalogue=b"/OCProperties << /OCGs [5 0 R] /D << %s >> >>" % plan,
        page=b"/Resources << /Properties << /L 5 0 R >> >>",
        content=b"/OC /L BDC 0 0 1 rg 9 9 300 300 re f EMC 1 0 0 rg 400 400 50 50 re f",
    )


def bomb(size: int) -> bytes:
    """A page whose content is ``size`` bytes once it is unpacked, some thousandth of that here."""
    packed = zlib.compress(b"0 0 m 9 9 l S\n" * (size // 14), 9)
    return pdf(stream(packed, b"/Filter /FlateDecode"), page=b"/Contents 5 0 R", content=b"")


def picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more
) -> bytes:
    """An image of one colour whose upper left quarter is red."""
    image = Image.new("RGB", size, "#0b5c4a")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **more)
    return out.getvalue()


def photo(width: int, height: int) -> Image.Image:
    """Something with as many colours as a photograph."""
    red, green = Image.linear_gradient("L"), Image.radial_gradient("L")
    return Image.merge("RGB", (red, green, red.rotate(90))).resize((width, height))


ACTION = b"<< /Type /Action /S /%s %s >>"
ANNOTATION = b"<< /Type /Annot /Subtype /%s /Rect [0 0 9 9] %s >>"
