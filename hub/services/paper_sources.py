"""Where a request's papers come from: the record's own files, an address, the record's text, or a
template. Every outgoing call and every inspection is here."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from hub.contracts.connector import Connector
from hub.contracts.records import RecordRef
from hub.kernel.errors import (
    NotFound,
    OwnTrouble,
    ParaphError,
    Refused,
    Retryable,
    Unfit,
    Unsupported,
)
from hub.services import template_data
from hub.services.core import Core
from hub.services.documents.refusals import REFUSALS, refusal
from hub.services.step_context import user_language
from hub.storage.models import Request

PDF = "application/pdf"
INSPECTION_AWAY = "inspection_away"  # the code while no process can look at documents
MAKING_AWAY = "making_away"  # the code while none can typeset them


@dataclass(frozen=True)
class ReadyPage:
    """A rendered page whose image is stored."""

    number: int
    width: int
    height: int
    text: str
    blob: Mapping[str, Any]  # sha256, media_type, size


@dataclass(frozen=True)
class ReadyDocument:
    """A document whose bytes and page images are stored."""

    key: str
    position: int
    title: str
    source: str
    blob: Mapping[str, Any]
    pages: tuple[ReadyPage, ...]


@dataclass(frozen=True)
class ReadyAttachment:
    """An attachment whose bytes are stored; ``shown`` is the picture that pages show, of a PDF the
    first of its ``pages``."""

    key: str
    position: int
    title: str
    file_name: str
    must_view: bool
    blob: Mapping[str, Any]
    shown: Mapping[str, Any] | None
    pages: int


class Source:
    """Reads the papers of one request."""

    def __init__(self, core: Core, request: Request) -> None:
        self._core = core
        self._request = request
        self._limit = core.workshop.longest

    def document(self, position: int, wanted: Mapping[str, Any]) -> ReadyDocument:
        """A document of the plan, inspected, rendered and stored. Raises ``Unfit`` that names
        it."""
        try:
            content, _ = self._content(wanted)
            with _own(INSPECTION_AWAY):
                found = self._core.workshop.inspector.inspect_pdf(content)
        except ParaphError as error:
            raise self._named(error, wanted) from error
        pages = tuple(
            ReadyPage(
                page.number,
                page.width,
                page.height,
                page.text,
                self._stored(page.content, "image/webp"),
            )
            for page in found.pages
        )
        return ReadyDocument(
            key=wanted["key"],
            position=position,
            title=wanted["title"],
            source=wanted["source"]["kind"],
            blob=self._stored(content, PDF),
            pages=pages,
        )

    def attachment(self, position: int, wanted: Mapping[str, Any]) -> ReadyAttachment:
        """An attachment of the plan, looked at and stored. Raises ``Unfit`` that names it."""
        try:
            content, theirs = self._content(wanted)
            name = wanted["file_name"] or theirs or wanted["key"]
            with _own(INSPECTION_AWAY):
                found = self._core.workshop.inspector.inspect_attachment(content, name)
        except ParaphError as error:
            raise self._named(error, wanted) from error
        shown = found.shown
        return ReadyAttachment(
            key=wanted["key"],
            position=position,
            title=wanted["title"],
            file_name=name,
            must_view=wanted["must_view"],
            blob=self._stored(content, found.media_type),
            shown=self._stored(shown.content, "image/webp") if shown else None,
            pages=found.pages,
        )

    def _content(self, wanted: Mapping[str, Any]) -> tuple[bytes, str]:
        """The bytes, and the name that the other side gave them, if it gave one."""
        source = wanted["source"]
        match source["kind"]:
            case "attachment":
                ref = RecordRef(self._request.source_table, self._request.source_id)
                file = self._connector().read_file(ref, source["file"], self._limit)
                return file.content, file.name
            case "url":
                name = urlsplit(source["url"]).path.rpartition("/")[2]
                return self._core.workshop.fetch(source["url"]), unquote(name)
            case "base64":
                return decoded(source["content"], self._limit), ""
            case _:
                return self._typeset(wanted), ""

    def _typeset(self, wanted: Mapping[str, Any]) -> bytes:
        source = wanted["source"]
        sheet = template_data.sheet(self._core, self._request, wanted["title"], source["values"])
        with _own(MAKING_AWAY):
            return self._core.workshop.typeset(source["template"], sheet)

    def _connector(self) -> Connector:
        where = self._core.instance(self._request.workspace_id, self._request.source_instance)
        return self._core.registry.connector(where)

    def _named(self, error: ParaphError, wanted: Mapping[str, Any]) -> ParaphError:
        """What went wrong with a paper, in words and with its key. What passes by itself stays as
        it is; where it is not the upstream's fault, nothing is counted against the upstream."""
        if isinstance(error, OwnTrouble):
            return OwnTrouble(f"{wanted['key']}: {error.detail}", code=error.code)
        if isinstance(error, Retryable) and wanted["source"]["kind"] != "attachment":
            said, wait = f"{wanted['key']}: {error.detail}", error.retry_after
            return Retryable(said, retry_after=wait, code="paper_away")
        if not isinstance(error, Refused | NotFound | Unsupported):
            return error
        known = {"megabytes": self._limit // 1_000_000}
        said = error.detail
        if isinstance(error, Refused) and error.code in REFUSALS:
            said = refusal(error, user_language(self._request), **known)
        return Refused(f"{wanted['key']}: {said}", code=error.code)

    def _stored(self, content: bytes, media_type: str) -> dict[str, Any]:
        sha256 = self._core.workshop.blobs.put(self._request.workspace_id, content)
        return {"sha256": sha256, "media_type": media_type, "size": len(content)}


@contextmanager
def _own(code: str) -> Iterator[None]:
    """What keeps the hub from looking at a paper, or from making one, is its own trouble: neither
    the upstream's nor the paper's."""
    try:
        yield
    except Retryable as error:
        wait = error.retry_after
        raise OwnTrouble(error.detail, retry_after=wait, code=code) from error


def decoded(text: str, limit: int) -> bytes:
    """The bytes of base64, with or without line ends. Raises ``Unfit``."""
    packed = "".join(text.split())
    if len(packed) > (limit + 2) // 3 * 4:
        raise Unfit("too_large", f"is larger than {limit} bytes", limit=limit)
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise Unfit("not_base64", "is no base64; send the file's bytes encoded") from None
