"""Looks at documents and attachments in processes of their own, and refuses with words.

They are started when there is something to look at, kept for the next file, and end with the hub.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import ParaphError, Retryable, Unfit
from hub.services.apart import wire
from hub.services.apart.child import Child, Ended
from hub.services.apart.pool import Pool
from hub.services.documents.shapes import (
    EnclosedFile,
    InspectedFile,
    InspectedPdf,
    Limits,
    PageImage,
)
from hub.settings import DocumentSettings

_MODULE = "hub.services.documents.process"
_FILES = 100  # that one process looks at
_HEAD = 64_000_000  # bytes of an answer's JSON, which holds the texts of all pages
_SLOWER, _BEGINNING = 4, 30.0  # on a busy machine: times its processor time, and seconds besides
# Endings for which the file is to blame. Any other signal came from outside.
_FAULTS = {
    -one
    for one in (
        signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS, signal.SIGFPE,
        signal.SIGXCPU, signal.SIGXFSZ,
    )
}  # fmt: skip
_Answer = tuple[dict[str, Any], list[bytes]]


def limits_of(settings: DocumentSettings | None) -> Limits:
    """The bounds that an administrator has set."""
    one = settings or DocumentSettings()
    return Limits(one.pages, one.megabytes * 1_000_000, one.seconds, one.memory * 1_000_000)


class Inspector:
    """Any thread may ask; ``at_once`` files are looked at, further ones wait."""

    def __init__(self, limits: Limits | None = None, *, at_once: int = 2) -> None:
        self.limits = limits or Limits()
        self._pool = Pool(_begun, at_once=at_once, uses=_FILES)

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

    def inspect_enclosed(self, content: bytes) -> EnclosedFile:
        """What a file of a message is, and what is handed on of it. Errors as of
        ``inspect_pdf``."""
        answer, drawn = self._ask(content, {"what": "enclosed"})
        return EnclosedFile(answer["media_type"], drawn[0].content if drawn else content)

    @property
    def pids(self) -> frozenset[int]:
        """Of its processes."""
        return self._pool.pids

    def close(self) -> None:
        """End the processes, also those that are at work."""
        self._pool.close()

    def _ask(
        self, content: bytes, question: dict[str, Any]
    ) -> tuple[dict[str, Any], tuple[PageImage, ...]]:
        if len(content) > self.limits.size:
            raise Unfit("too_large", megabytes=self.limits.size // 1_000_000)
        try:
            answer, pictures = self._asked(question, content)
        except Ended as ended:
            raise _meaning(ended) from None
        if "unfit" in answer:
            raise Unfit(answer["unfit"], answer["detail"], **answer["values"])
        return answer, tuple(
            _page(plain, picture) for plain, picture in zip(answer["pages"], pictures, strict=True)
        )

    def _asked(self, question: dict[str, Any], content: bytes) -> _Answer:
        limits = self.limits
        bounds = {
            "pages": limits.pages,
            "seconds": limits.seconds,
            "memory": limits.memory,
            "output": limits.output,
        }

        def read(stream: BinaryIO) -> _Answer:
            answer = wire.receive_json(stream, _HEAD)
            return answer, [wire.receive(stream, limits.output) for _ in answer.get("pages", ())]

        return self._pool.ask(
            [orjson.dumps({**question, **bounds}), content],
            read,
            limits.seconds * _SLOWER + _BEGINNING,
            spent=lambda found: found[0].get("unfit") == "too_heavy",
        )


def _begun() -> Child:
    # Libraries may repeat on standard error what a document says.
    return Child(_MODULE, environment={"LANG": "C.UTF-8"}, quiet=True)


def _meaning(ended: Ended) -> ParaphError:
    """What that means for the file."""
    if ended.late:
        return Retryable("a document took too long; this machine may have too much to do")
    if ended.code == -signal.SIGXCPU:
        return Unfit("too_heavy", "processor time")
    if ended.code in _FAULTS:
        name = signal.Signals(-ended.code).name
        return Unfit("too_heavy", f"the process ended by {name}")
    return Retryable(f"the process for documents ended ({ended.code})")


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
