"""A sender's logo as one SVG text that is safe to set: bounded, and reaching for nothing outside.

A picture is wrapped into SVG, since that is a text and travels with the other data of a document.
"""

from __future__ import annotations

import base64
import io
from functools import lru_cache

from lxml import etree
from PIL import Image

MOST_BYTES = 1_000_000
_MOST_PIXELS = 25_000_000
_SHOWN = (1000, 400)  # pixels, enough for the 70 mm that a logo has on paper
_MOST_USES = 10  # each may stand for many others
_FORMATS = ("PNG", "JPEG", "WEBP")


@lru_cache(maxsize=32)
def svg(logo: bytes) -> str | None:
    """The logo as SVG; None when it is none that can be shown."""
    if not logo or len(logo) > MOST_BYTES:
        return None
    try:
        return _vector(logo) if logo.lstrip()[:1] == b"<" else _picture(logo)
    except (etree.XMLSyntaxError, OSError, ValueError, Image.DecompressionBombError):
        return None


def _vector(logo: bytes) -> str | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(logo, parser)
    # An entity that was declared in the file would be gone with its declaration.
    if etree.QName(root).localname != "svg" or any(True for _ in root.iter(etree.Entity)):
        return None
    uses = 0
    for element in root.iter(etree.Element):
        uses += etree.QName(element).localname == "use"
        for name, value in element.attrib.items():
            inside = str(value).strip().startswith(("#", "data:image/"))
            if etree.QName(str(name)).localname == "href" and not inside:
                return None
    return etree.tostring(root, encoding="unicode") if uses <= _MOST_USES else None


def _picture(logo: bytes) -> str | None:
    with Image.open(io.BytesIO(logo), formats=_FORMATS) as image:
        if image.width * image.height > _MOST_PIXELS:
            return None
        shown = image.convert("RGBA")
    shown.thumbnail(_SHOWN)
    content = io.BytesIO()
    shown.save(content, "PNG")
    encoded = base64.b64encode(content.getvalue()).decode()
    size = f'width="{shown.width}" height="{shown.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<image {size} href="data:image/png;base64,{encoded}"/></svg>'
    )
