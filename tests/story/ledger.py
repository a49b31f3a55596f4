"""What the hub's database says about one case, read beside the running hub."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hub.services.core import Core
from hub.services.history import verify_chain
from hub.storage.models import (
    CaseNote,
    Customer,
    Delivery,
    RepairCase,
    Request,
    RequestEvent,
    SigningOrder,
)

UNFINISHED = ("pending", "leased", "retry", "paused")


@dataclass(frozen=True)
class Entry:
    """Everything about one record's requests."""

    requests: list[Request]
    events: list[RequestEvent]
    deliveries: list[Delivery]
    orders: list[SigningOrder]
    customers: list[Customer]
    cases: list[RepairCase]
    notes: list[CaseNote]

    @property
    def kinds(self) -> Counter[str]:
        """How often each kind of event happened."""
        return Counter(event.kind for event in self.events)

    @property
    def broken_at(self) -> int | None:
        """Where the chain of events does not hold."""
        return verify_chain(self.events)

    def step(self, key: str) -> Delivery:
        """The one delivery of this step."""
        (found,) = [one for one in self.deliveries if one.step == key]
        return found


class Ledger:
    """Looks things up; changes nothing."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def entry(self, record: int, mobile: str = "") -> Entry:
        """All about the requests of a record, and the register's rows of ``mobile``."""
        with self._core.db.read() as session:

            def rows(model: Any, *where: Any, by: Any) -> list[Any]:
                return list(session.scalars(select(model).where(*where).order_by(by)))

            requests = rows(Request, Request.source_id == str(record), by=Request.id)
            mine = [request.id for request in requests]
            customers = rows(Customer, by=Customer.id)
            cases = [
                case
                for case in rows(RepairCase, by=RepairCase.id)
                if str(case.fields.get("source_id")) == str(record)
            ]
            return Entry(
                requests,
                rows(RequestEvent, RequestEvent.request_id.in_(mine), by=RequestEvent.seq),
                rows(Delivery, Delivery.request_id.in_(mine), by=Delivery.id),
                rows(SigningOrder, SigningOrder.request_id.in_(mine), by=SigningOrder.id),
                [one for one in customers if one.fields.get("mobile") == mobile],
                cases,
                rows(CaseNote, CaseNote.row_id.in_([case.id for case in cases]), by=CaseNote.id),
            )

    def all_done(self, record: int) -> bool:
        """Whether there is a request of the record and nothing is owed to anybody any more."""
        entry = self.entry(record)
        owed = [one for one in entry.deliveries if one.state in UNFINISHED]
        return bool(entry.requests) and not owed
