"""Files, library and documents of the account, in memory, under one lock."""

from __future__ import annotations

import heapq
import itertools
import secrets
import threading
from datetime import datetime, timedelta

from hub.kernel.clock import Clock
from providers.getaccept.sandbox import papers
from providers.getaccept.sandbox.model import Document, LibraryItem, Recipient, StoredFile
from providers.getaccept.sandbox.refusals import Refusal, not_found
from providers.getaccept.sandbox.seed import LIBRARY_ITEM

MOST_BYTES = 10 * 1024 * 1024
FILE_LIFE = timedelta(hours=48)
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def short_id(length: int = 10) -> str:
    """An id in the vendor's manner."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


class Store:
    """Hold ``guard`` while looking at or changing what is in here."""

    def __init__(self, clock: Clock) -> None:
        self.guard = threading.RLock()
        self.clock = clock
        self.reset()

    def reset(self) -> None:
        """Back to the seed: one attachment in the library."""
        with self.guard:
            self.files: dict[str, StoredFile] = {}
            self.documents: dict[str, Document] = {}
            self._links: dict[str, tuple[Document, Recipient]] = {}
            self._numbers = itertools.count()
            self._due: list[tuple[datetime, int, str]] = []
            self._due_wall: list[tuple[datetime, int, str]] = []
            key, title, name = LIBRARY_ITEM
            text = ("Work is done by the manufacturer's instructions. Parts have a guarantee.",)
            self.library = {key: LibraryItem(key, title, name, papers.made(title, text))}

    def add_file(self, name: str, content: bytes) -> StoredFile:
        """Keep an uploaded file as PDF. Raises ``Refusal``."""
        if not name:
            raise Refusal(400, "file_name is missing")
        if not content or len(content) > MOST_BYTES:
            raise Refusal(400, "The file is empty or larger than 10 MB")
        try:
            paper = papers.as_pdf(name, content)
            pages = papers.count_pages(paper)
        except papers.Unreadable as error:
            raise Refusal(400, f"The file cannot be imported: {error}") from error
        with self.guard:
            kept = StoredFile(f"{short_id(13)}.pdf", name, paper, self.clock.wall(), pages)
            self.files[kept.id] = kept
            return kept

    def take_file(self, file_id: str) -> StoredFile:
        """An uploaded file for a document, while it is young enough. Raises ``Refusal``."""
        kept = self.files.get(file_id)
        if kept is None or kept.at + FILE_LIFE <= self.clock.wall():
            raise Refusal(400, f"File {file_id} does not exist or is older than 48 hours")
        kept.used = True
        return kept

    def document(self, document_id: str) -> Document:
        """One document. Raises ``Refusal``."""
        found = self.documents.get(document_id)
        if found is None:
            raise not_found("Document")
        return found

    def keep(self, document: Document) -> None:
        """Add a document, and let its people's links lead to it."""
        self.documents[document.id] = document
        for recipient in document.recipients:
            self.link(document, recipient)

    def link(self, document: Document, recipient: Recipient) -> None:
        """Let a person's link lead to the document."""
        self._links[recipient.token] = (document, recipient)

    def by_link(self, token: str) -> tuple[Document, Recipient] | None:
        """Whose link it is."""
        return self._links.get(token)

    def look_again(self, document: Document, at: datetime, *, wall: bool = False) -> None:
        """Something may be due for the document at this moment, of business or of real time."""
        entry = (at, next(self._numbers), document.id)
        heapq.heappush(self._due_wall if wall else self._due, entry)

    def take_due(self) -> list[Document]:
        """The documents that have to be looked at now."""
        found: dict[str, Document] = {}
        for heap, now in ((self._due, self.clock.now()), (self._due_wall, self.clock.wall())):
            while heap and heap[0][0] <= now:
                document_id = heapq.heappop(heap)[2]
                if document_id in self.documents:
                    found[document_id] = self.documents[document_id]
        return list(found.values())
