"""The one PDF that a hosted provider has signed: a request's documents in their order, then a page
with its lines, where each one that may be left out has a square for the provider's box.

The same request with the same papers gives the same bytes, so that a file can be handed over again.
Nothing here is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.contracts.agreements import Choice
from hub.kernel.errors import NotFound, OwnTrouble, Permanent, Retryable, Spoiled, Unfit
from hub.services import template_data
from hub.services.amounts import LANGUAGES
from hub.services.core import Core
from hub.services.hosted.composing_words import NO_DOCUMENT, NOT_READABLE, TOO_LARGE
from hub.services.paper_sources import MAKING_AWAY
from hub.services.papers import Papers
from hub.services.typeset.sheet import Sheet
from hub.storage.models import Request

LARGEST = 100_000_000  # bytes of all documents, which are in memory at the same time
PAPER_LOST = "paper_lost"  # as where a proof is made
_LONG = 600.0  # seconds: a backup is not played back sooner
_LONGEST_NUMBER = 80  # what a sheet takes
_UNREADABLE = "unprovable"  # the maker's code for a document that cannot be copied


@dataclass(frozen=True)
class Composed:
    """The PDF. ``choices`` are the boxes of its last pages, in the order of the lines."""

    content: bytes
    pages: int
    choices: tuple[Choice, ...] = ()


def compose(core: Core, request: Request, found: Papers) -> Composed:
    """Put the documents that are current and the lines together. Needs no session, only rows that
    are loaded. Raises ``Unfit`` with code ``no_document`` where there is neither, and
    ``OwnTrouble`` while a document is not in the object store or no process can be had."""
    lines = request.plan.get("lines", ())
    if not found.documents and not lines:
        raise _unfit("no_document", "the request has neither documents nor lines", NO_DOCUMENT)
    size = sum(one.size for one in found.documents)
    if size > LARGEST:
        raise _unfit("too_large", f"the documents have {size} bytes", TOO_LARGE)
    contents = [kept(core, request.workspace_id, one.sha256) for one in found.documents]
    if len(contents) == 1 and not lines:
        return Composed(contents[0], found.documents[0].pages)
    told, content = _put_together(core, request, contents, _sheet(core, request) if lines else None)
    options = [line for line in lines if line["optional"]]
    return Composed(
        content, told["pages"], tuple(_choice(options[box["option"]], box) for box in told["boxes"])
    )


def kept(core: Core, workspace_id: str, sha256: str) -> bytes:
    """The bytes of a file that is to be handed over. Raises ``OwnTrouble`` while the object store
    does not have them as they were."""
    try:
        return core.workshop.blobs.get(workspace_id, sha256)
    except (NotFound, Spoiled):
        raise OwnTrouble(
            "a file is not in the object store as it was: bring it back from a backup",
            code=PAPER_LOST,
            retry_after=_LONG,
        ) from None


def _choice(line: Mapping[str, Any], box: Mapping[str, Any]) -> Choice:
    return Choice(
        line=line["id"],
        label=" ".join(line["text"].split()) or line["id"],
        page=box["page"],
        left=box["left"],
        top=box["top"],
        size=box["size"],
        chosen=bool(line["chosen"]),
    )


def _put_together(
    core: Core, request: Request, contents: list[bytes], sheet: Sheet | None
) -> tuple[dict[str, Any], bytes]:
    language = request.language if request.language in LANGUAGES else "en"
    try:
        return core.workshop.put_together(contents, sheet, request.title, language)
    except Retryable as error:
        raise OwnTrouble(error.detail, retry_after=error.retry_after, code=MAKING_AWAY) from error
    except Permanent as error:
        if error.code != _UNREADABLE:
            raise
        raise _unfit("broken", error.detail, NOT_READABLE) from error


def _sheet(core: Core, request: Request) -> Sheet:
    number = request.plan["number"] or request.source_id
    return template_data.sheet(core, request, request.title, {"number": number[:_LONGEST_NUMBER]})


def _unfit(code: str, detail: str, words: Mapping[str, str]) -> Unfit:
    return Unfit(code, detail, words=words)
