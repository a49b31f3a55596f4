"""What a row of a list shows: of a request, and of a job line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import Session

from hub.contracts.money import rounded
from hub.contracts.papers import SIGNER
from hub.contracts.records import RecordRef
from hub.kernel.errors import ParaphError
from hub.services import papers, reading
from hub.services.core import Core
from hub.services.made_records import address, made_of
from hub.storage.models import HostedAgreement, JobLine, Recipient, Request

_PLAIN = (
    "id", "number", "kind", "state", "decision", "mapping_key", "source_instance", "source_table",
    "source_id", "created_at", "finished_at",
)  # fmt: skip
_LINE = (
    "id", "line_id", "kind", "step", "step_name", "decision", "request_id", "source_instance",
    "source_table", "source_id", "source_number", "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What lists show of some requests, by their ids."""

    core: Core
    workspace_id: str
    now: datetime
    requests: Mapping[str, Any]
    people: Mapping[str, Sequence[Any]]
    made: Mapping[str, Sequence[Mapping[str, Any]]]
    agreements: Mapping[str, Any]
    unread: Mapping[str, int]

    @classmethod
    def read(cls, core: Core, session: Session, workspace_id: str, ids: Collection[str]) -> Shown:
        """By one question for each kind of rows, however many requests there are."""
        columns = [getattr(Request, name) for name in _PLAIN]
        sealed = [
            type_coerce(getattr(Request, name), Text).label(name)
            for name in ("title", "plan", "answers")
        ]
        mine = Request.workspace_id == workspace_id
        rows = session.execute(select(*columns, *sealed).where(mine, Request.id.in_(ids)))
        contact = type_coerce(Recipient.contact, Text).label("contact")
        whose = select(
            Recipient.request_id, Recipient.role, Recipient.turn, Recipient.forwarded_at,
            Recipient.invited_at, contact,
        ).where(Recipient.workspace_id == workspace_id, Recipient.request_id.in_(ids))  # fmt: skip
        people: dict[str, list[Any]] = defaultdict(list)
        requests = {row.id: row for row in rows}
        for row in session.execute(whose.order_by(Recipient.id)):
            people[row.request_id].append(row)
        current = select(
            HostedAgreement.request_id, HostedAgreement.provider, HostedAgreement.reference
        ).where(HostedAgreement.request_id.in_(ids), HostedAgreement.current.is_(True))
        agreements = {row.request_id: row for row in session.execute(current)}
        made = made_of(core, session, workspace_id, ids)
        now = core.clock.now()
        unread = reading.unread(session, ids)
        return cls(core, workspace_id, now, requests, people, made, agreements, unread)

    def customer(self, request_id: str) -> str | None:
        """The name of the signer who comes first."""
        acting = [
            one
            for one in self.people.get(request_id, ())
            if one.role == SIGNER and one.forwarded_at is None
        ]
        first = min(acting, key=lambda one: one.turn or 1, default=None)
        contact = opened(self.core, first.contact) if first is not None else None
        return (contact or {}).get("name")

    def sent(self, request_id: str) -> dict[str, Any]:
        """When the first link went out, and how many days ago."""
        known = (one.invited_at for one in self.people.get(request_id, ()) if one.invited_at)
        first = min(known, default=None)
        days = max(0, (self.now - first).days) if first is not None else None
        return {"sent_at": first.isoformat() if first else None, "days_since_sent": days}

    def provider_url(self, request_id: str) -> str | None:
        """Where the sender opens the document at the provider that keeps it."""
        row = self.agreements.get(request_id)
        if row is None or not row.reference:
            return None
        try:
            where = self.core.instance(self.workspace_id, row.provider)
            return self.core.registry.hosted(where).record_url(row.reference)
        except ParaphError:
            return None


def request_item(shown: Shown, request_id: str) -> dict[str, Any]:
    """A request's row."""
    row, core = shown.requests[request_id], shown.core
    plan = opened(core, row.plan) or {}
    ref = RecordRef(row.source_table, row.source_id)
    return {
        "id": row.id,
        "number": plan.get("number") or row.source_id,
        "request_number": row.number,
        "kind": row.kind,
        "state": row.state,
        "decision": row.decision,
        "customer": shown.customer(row.id),
        "title": opened_text(core, row.title),
        "amount": _amount(plan, opened(core, row.answers)),
        "date": row.created_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        **shown.sent(row.id),
        "mapping": row.mapping_key,
        "record": {"instance": row.source_instance, "table": ref.table, "id": ref.id},
        "record_url": address(core, shown.workspace_id, row.source_instance, ref),
        "provider_url": shown.provider_url(row.id),
        "made": list(shown.made.get(row.id, ())),
        "unread": shown.unread.get(row.id, 0),
    }


def line_item(shown: Shown, line: Mapping[str, Any]) -> dict[str, Any]:
    """What a job line's row shows of the request that it was offered with."""
    row = shown.requests.get(line["request_id"] or "")
    if row is None:
        empty = ("state", "customer", "title", "date", "sent_at", "days_since_sent")
        return {**dict.fromkeys(empty), "provider_url": None, "made": []}
    return {
        "state": row.state,
        "customer": shown.customer(row.id),
        "title": opened_text(shown.core, row.title),
        "date": row.created_at.isoformat(),
        **shown.sent(row.id),
        "provider_url": shown.provider_url(row.id),
        "made": list(shown.made.get(row.id, ())),
    }


def lines_of(core: Core, session: Session, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Job lines as rows, in the order of ``ids``."""
    columns = [getattr(JobLine, name) for name in _LINE]
    details = type_coerce(JobLine.details, Text).label("details")
    query = select(*columns, details).where(JobLine.id.in_(ids))
    rows = {row.id: row for row in session.execute(query)}
    return [_line(core, rows[one]) for one in ids]


def opened(core: Core, sealed: str | None) -> Any:
    """Sealed JSON; None for what no key fits any more."""
    text = opened_text(core, sealed)
    return None if text is None else orjson.loads(text)


def opened_text(core: Core, sealed: str | None) -> str | None:
    """Sealed text; None for what no key fits any more."""
    if sealed is None:
        return None
    try:
        return core.vault.open(sealed)
    except ParaphError:
        return None


def _line(core: Core, row: Any) -> dict[str, Any]:
    details = opened(core, row.details) or {}
    return {
        "id": row.id,
        "line": row.line_id,
        "kind": row.kind,
        "step": row.step,
        "step_name": row.step_name,
        "decision": row.decision,
        "text": details.get("text"),
        "quantity": details.get("quantity"),
        "unit": details.get("unit"),
        "amount": _net(details),
        "currency": details.get("currency") or None,
        "number": row.source_number,
        "record": {"instance": row.source_instance, "table": row.source_table, "id": row.source_id},
        "request_id": row.request_id,
        "updated_at": row.updated_at.isoformat(),
    }


def _net(details: Mapping[str, Any]) -> str | None:
    """What a line comes to without tax; None while it has no price."""
    if details.get("price") is None or not details.get("currency"):
        return None
    product = Decimal(details["price"]) * Decimal(details["quantity"])
    return str(rounded(product, details["currency"]))


def _amount(plan: Mapping[str, Any], answers: Any) -> dict[str, Any] | None:
    """What the lines come to as they stand; None without lines."""
    seen: Any = SimpleNamespace(plan=plan, answers=answers or {})
    sums = papers.totals_of(seen)
    if sums is None:
        return None
    told = sums.data()
    return {name: told[name] for name in ("net", "vat", "gross", "currency")}
