"""Looks at documents and attachments in processes of their own, and refuses with words.

They are started when there is something to look at, kept for the next file, and end with the hub.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Retryable, Unfit
from hub.services.documents.child import Child, Ended
from hub.services.documents.shapes import InspectedFile, InspectedPdf, Limits, PageImage
from hub.settings import DocumentSettings

_SLOWER, _BEGINNING = 4, 30.0  # on a busy machine: times its processor time, and seconds besides


def limits_of(settings: DocumentSettings | None) -> Limits:
    """The bounds that an administrator has set."""
    one = settings or DocumentSettings()
    return Limits(one.pages, one.megabytes * 1_000_000, one.seconds, one.memory * 1_000_000)


class Inspector:
    """Any thread may ask; ``at_once`` files are looked at, further ones wait."""

    def __init__(self, limits: Limits | None = None, *, at_once: int = 2) -> None:
        self.limits = limits or Limits()
        self._free = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._all: set[Child] = set()
        self._closed = False

    def inspect_pdf(self, content: bytes) -> InspectedPdf:
        """The pages of a PDF that may be signed. ``Unfit`` when it may not be; ``Retryable`` when
        that could not be found out."""
        _, pages = self._ask(content, {"what": "pdf"})
        return InspectedPdf(sha256_hex(content), pages)

    def inspect_attachment(self, content: bytes, name: str) -> InspectedFile:
        """What an attachment is and how it is shown. Errors as of ``inspect_pdf``."""
        answer, pages = self._ask(content, {"what": "attachment", "name": name})
        shown = pages[0] if pages else None
        return InspectedFile(answer["media_type"], sha256_hex(content), shown, answer["count"])

    def close(self) -> None:
        """End the processes, also those that are at work."""
        with self._lock:
            self._closed = True
            left = list(self._all)
            self._idle.clear()
            self._all.clear()
        for child in left:
            child.end()

    def _ask(
        self, content: bytes, question: dict[str, Any]
    ) -> tuple[dict[str, Any], tuple[PageImage, ...]]:
        if len(content) > self.limits.size:
            raise Unfit("too_large", megabytes=self.limits.size // 1_000_000)
        with self._free:
            try:
                answer, pictures = self._asked(self._taken(), question, content)
            except Ended as ended:
                if not ended.doubtful:
                    raise ended.error from None
                answer, pictures = self._asked_anew(question, content)
        if "unfit" in answer:
            raise Unfit(answer["unfit"], answer["detail"], **answer["values"])
        return answer, tuple(
            _page(plain, picture) for plain, picture in zip(answer["pages"], pictures, strict=True)
        )

    def _asked_anew(
        self, question: dict[str, Any], content: bytes
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Once more in a new process: what earlier files left in the former may have ended it."""
        try:
            return self._asked(self._begun(), question, content)
        except Ended as ended:
            raise ended.error from None

    def _asked(
        self, child: Child, question: dict[str, Any], content: bytes
    ) -> tuple[dict[str, Any], list[bytes]]:
        limits = self.limits
        bounds = {
            "pages": limits.pages,
            "seconds": limits.seconds,
            "memory": limits.memory,
            "output": limits.output,
        }
        answer = None
        try:
            answer = child.ask(
                {**question, **bounds},
                content,
                patience=limits.seconds * _SLOWER + _BEGINNING,
                output=limits.output,
            )
        finally:
            worn = child.worn or answer is None or answer[0].get("unfit") == "too_heavy"
            self._given_back(child, worn)
        return answer

    def _taken(self) -> Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._begun()

    def _begun(self) -> Child:
        with self._lock:
            if self._closed:
                raise Retryable("the hub is ending")
            child = Child()
            self._all.add(child)
        return child

    def _given_back(self, child: Child, worn: bool) -> None:
        with self._lock:
            if not worn and not self._closed:
                self._idle.append(child)
                return
            self._all.discard(child)
        child.end()


def _page(plain: dict[str, Any], content: bytes) -> PageImage:
    return PageImage(content=content, **plain)


def read_within(chunks: Iterable[bytes], limit: int) -> bytes:
    """All of a file that comes in pieces. Refused as soon as there is more than ``limit`` bytes:
    the rest is not read."""
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > limit:
            raise Unfit("too_large", megabytes=limit // 1_000_000)
    return bytes(found)
