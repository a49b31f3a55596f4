"""What is owed after an event: create or match records, add notes, write back, read back and
compare.

A step is worked out when it is carried out, from the pinned mapping version and rows that do
not change any more; so a second try after a crash works out the very same operation (F2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from hub.contracts.connector import Connector
from hub.contracts.events import EventKind
from hub.contracts.records import Operation, Receipt, RecordRef, Update
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import OutcomeUnknown, Refused, Retryable
from hub.mapping.sendings import Email, Sending, Webhook
from hub.mapping.steps import REMARK
from hub.mapping.texts import render
from hub.services import enclosures, history
from hub.services.core import Core
from hub.services.step_context import STEP_KIND as KIND
from hub.services.step_context import moment, step_context
from hub.services.step_order import not_overtaken
from hub.services.step_sending import send
from hub.storage.models import Delivery, Evidence, Request

READ_BACK_TRIES = 4
OF_MESSAGE = f"{REMARK}:"


@dataclass(frozen=True)
class StepDone:
    """A step was carried out. ``skipped`` when the mapping wanted nothing for this case; ``sent``
    is what is kept of an e-mail or a webhook."""

    receipt: Receipt | None
    skipped: bool = False
    fields: tuple[str, ...] = ()
    sent: Mapping[str, Any] | None = None


class StepHandler(Handler):
    """Carries steps out through connectors."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> StepDone:
        """Work the operation out, do it, and for an update read it back and compare."""
        core = self._core
        with core.db.read() as session:
            request = session.get_one(Request, work.request_id)
            _require_records(core, session, request, work.step)
            event, now = work.payload["event"], moment(request, work.payload)
            line = work.payload.get("line")
            about = work.payload.get("about")
            context = step_context(core, session, request, event, now, line, about)
            made = evidence_of(session, request)
        operation = self._operation(request, work, context, now, made)
        if isinstance(operation, Update):
            with core.db.read() as session:
                operation = not_overtaken(session, work, operation, now)
        if operation is None:
            return StepDone(None, skipped=True)
        if isinstance(operation, Email | Webhook):
            return StepDone(None, sent=send(core, work, operation))
        connector = core.registry.connector(core.instance(work.workspace_id, work.destination))
        receipt = connector.apply(operation, work.key, uncertain=work.uncertain)
        if isinstance(operation, Update):
            compare(connector, operation, work.attempt)
            return StepDone(receipt, fields=tuple(operation.fields))
        return StepDone(receipt)

    def delivered(self, session: Session, work: Work, result: StepDone) -> None:
        """Keep the receipt: later steps refer to it."""
        request = session.get_one(Request, work.request_id)
        row = session.get_one(Delivery, work.id)
        if result.receipt is None:
            row.result = dict(result.sent) if result.sent is not None else {"skipped": True}
            if result.sent is not None:
                told = {"step": work.step, "instance": work.destination}
                self._tell(session, request, work, EventKind.RECORDED, told)
            return
        receipt = result.receipt
        row.external_ref = receipt.ref.id[:120]
        row.result = {
            **receipt.detail,
            "id": receipt.ref.id,
            "table": receipt.ref.table,
            "created": receipt.created,
            "repeated": receipt.repeated,
            **({"fields": list(result.fields)} if result.fields else {}),
        }
        kind = EventKind.WRITTEN_BACK if result.fields else EventKind.RECORDED
        data = {
            "step": work.step,
            "instance": work.destination,
            "record": str(receipt.ref),
            "created": receipt.created,
            "fields": list(result.fields),
        }
        self._tell(session, request, work, kind, data)

    def _tell(
        self, session: Session, request: Request, work: Work, kind: EventKind, data: Any
    ) -> None:
        """The event under the step's key: by it the step counts as done, however old it is."""
        history.append(session, request, kind, self._core.clock.now(), dedupe=work.key, data=data)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """Stays visible as a delivery that was given up; nothing else hangs on it."""
        return None

    def _operation(
        self,
        request: Request,
        work: Work,
        context: Mapping[str, Any],
        now: datetime,
        made: Evidence | None,
    ) -> Operation | Sending | None:
        core = self._core
        workspace = core.workspace(request.workspace_id)

        def rendered(text: str, values: Mapping[str, Any]) -> str:
            template = workspace.text(text, request.language) if text in workspace.texts else text
            return render(template, values)

        def sealed(what: str) -> bytes:
            if what.startswith(OF_MESSAGE):
                return enclosures.content(core, request, what.removeprefix(OF_MESSAGE))
            if made is None:
                raise Refused("the evidence is not made: replay that first", code="no_evidence")
            sha256 = made.pdf_sha256 if what == "signed" else made.bundle_sha256
            return core.workshop.blobs.get(request.workspace_id, sha256)

        mapping = core.shelf.version(request.mapping_version_id)
        return mapping.operation(
            work.step,
            context,
            source=RecordRef(request.source_table, request.source_id),
            now=now,
            render=rendered,
            sealed=sealed,
        )


def evidence_of(session: Session, request: Request) -> Evidence | None:
    """The proof of the last completion, if it is made."""
    mine = select(Evidence).where(Evidence.request_id == request.id)
    return session.scalar(mine.order_by(Evidence.number.desc()).limit(1))


def compare(connector: Connector, operation: Update, attempt: int) -> None:
    """Read the written fields again; ``Retryable`` while they differ, ``Refused`` in the end
    (D7)."""
    try:
        read = connector.read_back(operation.ref, tuple(operation.fields))
    except Retryable as error:  # written, not confirmed: the next try looks before it writes again
        raise OutcomeUnknown(f"written, but not read back: {error.detail}") from error
    different = [
        name
        for name, written in operation.fields.items()
        if not connector.same(name, written, read.get(name))
    ]
    if not different:
        return
    detail = f"read back differs from what was written: {', '.join(sorted(different))}"
    if attempt >= READ_BACK_TRIES:
        raise Refused(detail, code="read_back_differs")
    raise Retryable(detail, code="read_back_differs")


def _require_records(core: Core, session: Session, request: Request, step: str) -> None:
    """Raises ``Refused`` when a record that this step refers to could not be made: a replay of both
    makes the record first and then does the step."""
    needs = core.shelf.version(request.mapping_version_id).step(step).spec.needs
    if not needs:
        return
    query = select(Delivery.step).where(
        Delivery.request_id == request.id,
        Delivery.kind == KIND,
        or_(*(_of_record(name) for name in needs)),
        Delivery.state != "delivered",
    )
    for missing in session.scalars(query):
        name = missing.removeprefix("records.").partition("[")[0]
        raise Refused(
            f"record '{name}' was not made: mend that step, then replay both",
            code=f"needs_{name}"[:64],
        )


def _of_record(name: str) -> ColumnElement[bool]:
    """The step that makes a record, or those that make one for each item."""
    step = f"records.{name}"
    return or_(Delivery.step == step, Delivery.step.startswith(f"{step}[", autoescape=True))
