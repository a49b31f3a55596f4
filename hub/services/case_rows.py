"""Reads from the database and the object store what a proof is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.contracts.evidence import EvidencePart
from hub.kernel.redact import last_digits
from hub.mapping.forms import FormSpec, said
from hub.services import papers, signed_text
from hub.services.core import Core
from hub.services.evidence.case import (
    Answer,
    Case,
    CaseEvent,
    DecidedLine,
    Person,
    Receipt,
    RequestFacts,
    Sender,
    ShownAttachment,
    ShownDocument,
    ShownPage,
    Signature,
    Totals,
    event_of,
)
from hub.services.evidence.members import TEXT
from hub.services.hosted import proving
from hub.services.order_data import signed_answers, stored_order, task_of
from hub.storage.models import (
    Acceptance,
    Delivery,
    HostedAgreement,
    Recipient,
    Request,
    RequestEvent,
    SigningOrder,
)

_TOLD = ("id", "table", "created", "repeated", "reference", "parts")  # of a delivery's result


@dataclass(frozen=True)
class CaseRows:
    """The rows behind a case."""

    request: Request
    papers: papers.Papers
    accepted: Mapping[str, tuple[Acceptance, SigningOrder | None]]  # by recipient id
    events: tuple[CaseEvent, ...]
    receipts: tuple[Receipt, ...]
    agreements: tuple[HostedAgreement, ...] = ()

    @property
    def signed(self) -> dict[str, Any] | None:
        """The blob of the file that a hosted provider had signed."""
        return proving.signed_file(self.agreements)


def read(session: Session, request_id: str) -> CaseRows:
    """Everything of a request that its proof needs."""
    request = session.get_one(Request, request_id)
    return CaseRows(
        request,
        papers.papers_of(session, request),
        _accepted(session, request),
        _events(session, request),
        receipts(session, request),
        proving.agreements(session, request),
    )


def case(core: Core, rows: CaseRows) -> Case:
    """The case with the bytes of its papers and the providers' own proofs. No session may be
    open."""
    request = rows.request
    workspace = core.workspace(request.workspace_id)
    final = next((one for one, _ in rows.accepted.values() if one.kind == "signed"), None)
    shown = final.shown if final is not None else papers.shown(request, rows.papers)
    return Case(
        request=RequestFacts(
            id=request.id,
            number=request.plan["number"] or request.number,
            kind=request.kind,
            title=request.title,
            language=request.language,
            zone=workspace.zone,
            created_at=request.created_at,
            completed_at=request.finished_at or core.clock.now(),
        ),
        sender=Sender(workspace.name, workspace.email, workspace.phone),
        documents=_documents(core, rows),
        attachments=_attachments(core, rows),
        people=_people(core, rows),
        answers=_answers(core, request),
        lines=_lines(request, shown),
        totals=_totals(shown),
        events=rows.events,
        receipts=rows.receipts,
    )


def _documents(core: Core, rows: CaseRows) -> tuple[ShownDocument, ...]:
    def bytes_of(sha256: str) -> bytes:
        return core.workshop.blobs.get(rows.request.workspace_id, sha256)

    return tuple(
        ShownDocument(
            one.key,
            one.version,
            one.title,
            bytes_of(one.sha256),
            tuple(
                ShownPage(page.number, page.width, page.height, bytes_of(page.sha256), page.text)
                for page in rows.papers.pages_of(one)
            ),
        )
        for one in rows.papers.documents
    )


def _attachments(core: Core, rows: CaseRows) -> tuple[ShownAttachment, ...]:
    workspace = rows.request.workspace_id
    return tuple(
        ShownAttachment(
            one.key,
            one.title,
            one.file_name,
            one.media_type,
            core.workshop.blobs.get(workspace, one.sha256),
            one.must_view,
            core.workshop.blobs.get(workspace, one.shown_sha256) if one.shown_sha256 else None,
        )
        for one in rows.papers.attachments
    )


def _people(core: Core, rows: CaseRows) -> tuple[Person, ...]:
    """Everybody; what hosted providers told stands with the first who signed."""
    people = [_person(core, rows, one) for one in rows.request.recipients]
    more = tuple(proving.parts(core, rows.agreements))
    for index, person in enumerate(people):
        if more and person.signature is not None and person.signature.kind == "signed":
            signature = replace(person.signature, parts=(*person.signature.parts, *more))
            people[index] = replace(person, signature=signature)
            break
    return tuple(people)


def _person(core: Core, rows: CaseRows, one: Recipient) -> Person:
    mine = rows.accepted.get(one.id)
    signature = _signature(core, rows.request, *mine) if mine else None
    return Person(one.key, one.contact.get("name") or "", one.role, one.language, signature)


def _signature(
    core: Core, request: Request, accepted: Acceptance, order: SigningOrder | None
) -> Signature:
    kept = accepted.signature
    name = kept.get("name") or ""
    if order is None:
        return Signature(
            "approved", "approved", name, accepted.at, ip=kept.get("ip", ""),
            in_person=bool(kept.get("in_person")), shown=accepted.shown,
        )  # fmt: skip
    where = core.instance(request.workspace_id, order.provider)
    manifest = core.registry.manifest(where)
    canvas, there = manifest.can(Capability.CANVAS), manifest.can(Capability.HOSTED)
    task, raw = task_of(order), order.raw or {}
    client = task.client
    return Signature(
        kind="signed",
        method=str(raw.get("method", "drawn")) if canvas or there else "eid",
        name=name,
        at=accepted.at,
        consent=task.options.get("consent", ""),
        scheme="" if canvas else manifest.title,
        reference=order.reference or "",
        national_id=last_digits(kept.get("national_id") or ""),
        ip=client.ip if client else "",
        user_agent=client.user_agent if client else "",
        code_channel=task.options.get("code", ""),
        in_person=bool(kept.get("in_person")),
        shown=accepted.shown,
        answers=signed_answers(order),
        binding=task.hidden_data.decode("ascii"),
        parts=_parts(core, order, manifest.can(Capability.EVIDENCE) and not there),
    )


def _parts(core: Core, order: SigningOrder, hands_over: bool) -> tuple[EvidencePart, ...]:
    said = task_of(order).visible_text.encode()
    text = EvidencePart(TEXT, "text/plain; charset=utf-8", said)
    stored = stored_order(order)
    if stored is None or order.raw is None or not hands_over:
        return (text,)
    provider = core.registry.provider(core.instance(order.workspace_id, order.provider))
    return (text, *provider.evidence(stored, order.raw))


def _answers(core: Core, request: Request) -> tuple[Answer, ...]:
    form = core.shelf.known_form(request.form) if request.form else None
    if form is None:
        return ()
    values = request.answers["values"]
    words = dict(signed_text.answer_rows(form, values, request.language))
    return tuple(_worded(form, words, request.language))


def _worded(form: FormSpec, words: Mapping[str, str], language: str) -> list[Answer]:
    labels = ((one.name, said(one.label, language)) for one in form.fields)
    return [Answer(name, label, words[label]) for name, label in labels if label in words]


def _lines(request: Request, shown: Mapping[str, Any]) -> tuple[DecidedLine, ...]:
    sums = papers.totals_of(request)
    nets = {one.id: one.net for one in sums.lines} if sums else {}
    return tuple(
        DecidedLine(
            line["id"],
            line["text"],
            Decimal(line["quantity"]),
            line["unit"],
            nets.get(line["id"], Decimal(0)),
            Decimal(line["vat"]),
            line["optional"],
            line["decision"],
        )
        for line in shown.get("lines", ())
    )


def _totals(shown: Mapping[str, Any]) -> Totals | None:
    sums = shown.get("totals")
    if not sums:
        return None
    return Totals(
        sums["currency"],
        Decimal(sums["net"]),
        tuple((Decimal(one["rate"]), Decimal(one["vat"])) for one in sums["rates"]),
        Decimal(sums["gross"]),
    )


def _accepted(
    session: Session, request: Request
) -> dict[str, tuple[Acceptance, SigningOrder | None]]:
    query = (
        select(Acceptance, SigningOrder)
        .outerjoin(SigningOrder, SigningOrder.id == Acceptance.order_id)
        .where(Acceptance.request_id == request.id, Acceptance.current.is_(True))
        .order_by(Acceptance.id)
    )
    return {one.recipient_id: (one, order) for one, order in session.execute(query)}


def _events(session: Session, request: Request) -> tuple[CaseEvent, ...]:
    query = select(RequestEvent).where(RequestEvent.request_id == request.id)
    return tuple(event_of(row) for row in session.scalars(query.order_by(RequestEvent.seq)))


def receipts(session: Session, request: Request) -> tuple[Receipt, ...]:
    """What was delivered so far; what came after the proof was made is not in that."""
    query = select(Delivery).where(
        Delivery.request_id == request.id,
        Delivery.state == "delivered",
        Delivery.kind.in_(("message", "step", "notice")),
    )
    return tuple(
        Receipt(
            f"{row.kind}:{row.step}",
            row.destination,
            row.state,
            row.finished_at or row.created_at,
            {name: row.result[name] for name in _TOLD if name in (row.result or {})},
        )
        for row in session.scalars(query.order_by(Delivery.id))
    )
