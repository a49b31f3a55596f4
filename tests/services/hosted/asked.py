"""Requests with papers in memory, in a house whose object store is real, and what the PDF shows
that comes of them."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import pypdfium2
from PIL import Image

from hub.contracts.agreements import Choice
from hub.kernel.crypto import sha256_hex
from hub.kernel.ids import new_id
from hub.services.papers import Papers
from hub.storage.models import Attachment, Document, Recipient, Request
from tests.services.documents import made
from tests.simulated_house import NOON

LINE = {
    "id": "1", "text": "Work", "quantity": "2", "unit": "h", "price": "1000", "vat": "25",
    "optional": False, "chosen": True,
}  # fmt: skip
HOSE = {**LINE, "id": "2", "text": "Hose", "price": "99.50", "quantity": "1", "optional": True}
OIL = {**HOSE, "id": "3", "text": "Oil", "price": "50", "vat": "12", "chosen": False}
SQUARE = 3.0  # pixels for each point when squares are looked for


def person(key: str, **given: Any) -> Recipient:
    """Somebody of a request; ``contact`` is added to what people have."""
    contact = {
        "name": key.title(),
        "mobile": "+46701740605",
        "email": f"{key}@example.com",
        "national_id": "199001012385",
        **given.pop("contact", {}),
    }
    usual = {"role": "signer", "language": "en", "turn": 1, "forwarded_at": None}
    return Recipient(key=key, contact=contact, **{**usual, **given})


class Asked:
    """Requests of one workspace of a house."""

    def __init__(self, core: Any) -> None:
        self.core = core
        self.workspace_id = core.workspace_ids["alice"]

    def request(self, *lines: Any, people: Any = (), plan: Any = None, **given: Any) -> Request:
        """A request in memory, with lines."""
        usual = {
            "id": new_id(),
            "workspace_id": self.workspace_id,
            "mapping_key": "offer",
            "source_id": "1",
            "kind": "offer",
            "title": "Service of a boat",
            "language": "en",
            "answers": {"values": {}, "saved": []},
            "created_at": NOON,
            "expires_at": NOON + timedelta(days=14),
        }
        planned = {
            "number": "O-1",
            "lines": list(lines),
            "currency": "SEK",
            "channels": ["post"],
            "signing": {},
            "reminders": {},
            **(plan or {}),
        }
        row = Request(**{**usual, **given}, plan=planned)
        row.recipients = list(people) or [person("alice")]
        return row

    def papers(self, *contents: bytes, attachments: tuple[Attachment, ...] = ()) -> Papers:
        """Documents of these bytes, stored."""
        return Papers(tuple(self._document(at, one) for at, one in enumerate(contents, 1)),
                      attachments=attachments)  # fmt: skip

    def attachment(self, content: bytes, **given: Any) -> Attachment:
        """A file beside the documents, stored."""
        usual = {
            "key": "photo",
            "title": "Photo",
            "file_name": "photo.png",
            "media_type": "image/png",
            "must_view": False,
            "pages": 1,
            "shown_sha256": sha256_hex(b"the picture on our page"),
        }
        sha256 = self.core.workshop.blobs.put(self.workspace_id, content)
        return Attachment(**{**usual, **given}, sha256=sha256, size=len(content))

    def _document(self, position: int, content: bytes) -> Document:
        sha256 = self.core.workshop.blobs.put(self.workspace_id, content)
        with pypdfium2.PdfDocument(content) as document:
            pages = len(document)
        return Document(
            key=f"paper{position}",
            position=position,
            title=f"Paper {position}",
            sha256=sha256,
            size=len(content),
            pages=pages,
        )


def sizes(content: bytes) -> list[tuple[int, int]]:
    """Width and height of each page as it is shown."""
    with pypdfium2.PdfDocument(content) as document:
        return [(round(page.get_width()), round(page.get_height())) for page in document]


def has_square(content: bytes, choice: Choice) -> bool:
    """Whether the page shows the outline of an empty square there and nowhere else around: each of
    its four edges is ink, what is inside and a point outside of it is paper."""
    image = _drawn(content, choice.page)
    left, top = choice.left, choice.top
    right, bottom = left + choice.size, top + choice.size
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2

    def dark(x: float, y: float) -> bool:
        return image.getpixel((int(x * SQUARE), int(y * SQUARE))) < 128

    edges = ((left, middle_y), (right, middle_y), (middle_x, top), (middle_x, bottom))
    paper = [
        (middle_x + x, middle_y + y)
        for x in (-4.5, 0, 4.5)
        for y in (-4.5, 0, 4.5)
    ] + [(left - 1.2, middle_y), (middle_x, top - 1.2), (middle_x, bottom + 1.2),
         (right + 1.2, middle_y)]  # fmt: skip
    return all(dark(*at) for at in edges) and not any(dark(*at) for at in paper)


@lru_cache(maxsize=8)
def _drawn(content: bytes, page: int) -> Image.Image:
    with pypdfium2.PdfDocument(content) as document:
        return document[page].render(scale=SQUARE).to_pil().convert("L")


def turned(degrees: int, box: bytes = b"0 0 300 500") -> bytes:
    """A PDF whose page is turned."""
    return made.pdf(page=b"/Rotate %d" % degrees, box=box)
