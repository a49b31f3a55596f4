"""The sender's answers reach the customer where the talk is: beside the document, at the hosted
provider that keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.kernel.errors import Unfit
from hub.services import history, owed_kinds
from hub.services.core import Core
from hub.services.enclosures import FIELD, ReadyFile
from hub.services.hosted import owing, rows
from hub.storage.models import Message, Request

KIND = owed_kinds.SAY


def where(core: Core, session: Session, request: Request) -> str:
    """Where somebody of the sender's answers at the provider; empty where there is no such
    place."""
    row = rows.current(session, request.id) if request.plan.get(rows.ELSEWHERE) else None
    return str(rows.told(core, row)["url"]) if row is not None else ""


def owe(
    core: Core,
    session: Session,
    request: Request,
    message: Message,
    files: Sequence[ReadyFile] = (),
) -> bool:
    """Owe an answer to the provider; False where it carries none: then the hub tells it itself.
    Raises ``Unfit`` for files, which no provider's talk takes."""
    row = rows.current(session, request.id) if request.plan.get(rows.ELSEWHERE) else None
    if row is None or row.status != rows.STANDING or not history.is_open(request):
        return False
    place = core.instance(request.workspace_id, row.provider)
    if not core.registry.manifest(place).can(Capability.MESSAGES):
        return False
    if files:
        detail = "the provider that keeps the document takes no files; write where they are"
        raise Unfit("no_files_there", detail, field=FIELD)
    session.flush()
    owing.owe(core, session, row, KIND, "say", step=KIND, more={"message": message.id})
    return True
