"""Files that come with messages, of customers and of the sender: what is taken, looked at before
anything is stored, and how it is kept. Limits stand here, for every door.

What a file is, its bytes say; its name only names it, and ends as its type does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.kernel.errors import NotFound, Unfit
from hub.kernel.ids import new_id
from hub.services import file_names, papers
from hub.services.core import Core
from hub.services.document_views import EnclosedView, GivenFile
from hub.storage.models import Message, MessageFile, Request

MOST_FILES = 3  # with one message
LARGEST = 10_000_000  # bytes of one
MOST_BYTES = 100_000_000  # of all that one person's messages of a request have
FIELD = "files"
# Codes of those who look at files → what whoever sent it is told; anything else is damaged.
_TOLD = {
    "empty_file": "empty_file",
    "bad_type": "bad_type",
    "scripted": "acting_file",
    "embedded_files": "acting_file",
    "encrypted": "locked_file",
}
_BROKEN = "broken_file"
_DETAILS = {
    "empty_file": "is empty",
    "bad_type": "is no PDF, JPEG, PNG, WebP or plain text",
    "acting_file": "holds scripts, actions or other files",
    "locked_file": "is locked by a password",
    _BROKEN: "is damaged, or takes too much to look at",
}


@dataclass(frozen=True)
class ReadyFile:
    """A file that was looked at, and whose bytes are stored."""

    name: str
    media_type: str
    sha256: str
    size: int


def look_at(core: Core, workspace_id: str, given: Sequence[GivenFile]) -> tuple[ReadyFile, ...]:
    """Look at files and store them; call it where no transaction is open. Raises ``Unfit`` with the
    name of the one that is not taken, ``Retryable`` while none can be looked at."""
    if len(given) > MOST_FILES:
        raise Unfit(
            "too_many_files", f"send at most {MOST_FILES} files", field=FIELD, limit=MOST_FILES
        )
    largest = min(LARGEST, core.workshop.longest)
    for one in given:
        if len(one.content) > largest:
            mega = largest // 1_000_000
            raise _unfit("large_file", one.name, f"is larger than {mega} MB", megabytes=mega)
    return tuple(_looked_at(core, workspace_id, one) for one in given)


def _looked_at(core: Core, workspace_id: str, given: GivenFile) -> ReadyFile:
    try:
        found = core.workshop.inspector.inspect_enclosed(given.content)
    except Unfit as error:
        code = _TOLD.get(error.code, _BROKEN)
        raise _unfit(code, given.name, _DETAILS[code]) from error
    sha256 = core.workshop.blobs.put(workspace_id, found.content)
    name = file_names.enclosed(given.name, found.media_type)
    return ReadyFile(name, found.media_type, sha256, len(found.content))


def _unfit(code: str, name: str, detail: str, **values: Any) -> Unfit:
    shown = file_names.last_part(name)[:80] or "file"
    return Unfit(code, f"'{shown}' {detail}", field=FIELD, name=shown, **values)


def keep(
    session: Session, request: Request, message: Message, files: Sequence[ReadyFile], now: datetime
) -> list[MessageFile]:
    """The rows of files that came with a message. Names of a request's files differ, since many
    upstreams tell files by their names only. Raises ``Unfit`` where there are too many."""
    if not files:
        return []
    if too_much(session, message.recipient_id, message.direction, files):
        mega = MOST_BYTES // 1_000_000
        detail = f"there are {mega} MB of files already"
        raise Unfit("files_full", detail, field=FIELD, megabytes=mega)
    mine = MessageFile.request_id == request.id
    taken = {name.lower() for name in session.scalars(select(MessageFile.name).where(mine))}
    kept = []
    for position, one in enumerate(files, 1):
        blob = {"sha256": one.sha256, "media_type": one.media_type, "size": one.size}
        papers.keep_blob(session, request, blob, now)
        name = _free(one.name, taken)
        taken.add(name.lower())
        row = MessageFile(
            id=new_id(),
            workspace_id=request.workspace_id,
            request_id=request.id,
            message_id=message.id,
            position=position,
            name=name,
            **blob,
        )
        kept.append(row)
    session.add_all(kept)
    return kept


def too_much(
    session: Session, recipient_id: str, direction: str, files: Sequence[ReadyFile]
) -> bool:
    """Whether one person's files would be too many bytes with these."""
    total = (
        select(func.sum(MessageFile.size))
        .join(Message, Message.id == MessageFile.message_id)
        .where(Message.recipient_id == recipient_id, Message.direction == direction)
    )
    return (session.scalar(total) or 0) + sum(one.size for one in files) > MOST_BYTES


def of_request(session: Session, request_id: str) -> dict[str, list[MessageFile]]:
    """The files of a request's messages, by message."""
    found: dict[str, list[MessageFile]] = {}
    mine = select(MessageFile).where(MessageFile.request_id == request_id)
    for one in session.scalars(mine.order_by(MessageFile.message_id, MessageFile.position)):
        found.setdefault(one.message_id, []).append(one)
    return found


def content(core: Core, request: Request, file_id: str) -> bytes:
    """The bytes of a file that came with a message of this request. Raises ``NotFound``."""
    return core.workshop.blobs.get(
        request.workspace_id, one_of(core, request.workspace_id, request.id, file_id).sha256
    )


def one_of(core: Core, workspace_id: str, request_id: str, file_id: str) -> MessageFile:
    """A file of a request's messages. Raises ``NotFound``."""
    mine = MessageFile.workspace_id == workspace_id, MessageFile.request_id == request_id
    with core.db.read() as session:
        found = session.scalar(select(MessageFile).where(*mine, MessageFile.id == file_id))
    if found is None:
        raise NotFound("there is no such file with a message")
    return found


def shown(file: MessageFile) -> EnclosedView:
    """A file as pages list it."""
    return EnclosedView(file.id, file.name, file.size, file.media_type.startswith("image/"))


def told(files: Sequence[MessageFile]) -> list[dict[str, Any]]:
    """What steps and events read of files."""
    return [
        {"id": one.id, "name": one.name, "media_type": one.media_type, "size": one.size}
        for one in files
    ]


def names(files: Sequence[ReadyFile | Mapping[str, Any]]) -> str:
    """Their names, as they are written in a message."""
    return ", ".join(one.name if isinstance(one, ReadyFile) else one["name"] for one in files)


def _free(name: str, taken: set[str]) -> str:
    stem, _, ending = name.rpartition(".")
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{stem}-{number}.{ending}"
    return free
