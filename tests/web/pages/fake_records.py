"""The requests of one record in memory, which behave as ``RecordDesk`` promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from hub.kernel.errors import Refused, Unfit
from hub.services.document_views import LineView, PersonView
from hub.services.record_views import OVER, AgreementView, NotedView, RecordView, Said
from hub.services.views import LinkInvalid, SenderView

NOW = datetime(2026, 11, 28, 13, 5, tzinfo=UTC)
SENDER = SenderView("Nordic Garden Machines", "08-123 456 78", accent="#1f6f54")
PLACE, REQUEST = "/r/erp", "0190"
LINK = "w=demo&k=good&table=quote&id=Q1001"
AGREEMENT = AgreementView(
    title="GetAccept",
    status="standing",
    state="opened",
    word="reviewed",
    reference="krahm7ne",
    url="https://app.getaccept.com/document/view/krahm7ne",
    looked_at=datetime(2026, 11, 28, 12, 41, tzinfo=UTC),
    reading=False,
    away=False,
)
PEOPLE = (
    PersonView("Alice Andersson", "signer", "invited"),
    PersonView("Bob Berg", "signer", "waiting"),
)


def _line(key: str, text: str, amount: str, *, optional: bool = True) -> LineView:
    price = Decimal(amount)
    return LineView(
        id=key,
        text=text,
        quantity=Decimal(1),
        unit="",
        price=price,
        vat=Decimal(25),
        amount=price,
        optional=optional,
        chosen=key != "seal",
    )


LINES = (
    _line("brakes", "New brakes, front and rear", "3490", optional=False),
    _line("wash", "Undercarriage wash and rust protection", "1295.50"),
    _line("seal", "New seal for the boot lid", "349"),
)


def address(action: str) -> str:
    """The link of a button."""
    return f"{PLACE}/{action}?{LINK}"


SHOWN = RecordView(
    action="",
    sender=SENDER,
    language="en",
    zone="Europe/Stockholm",
    record_title="Service of a robotic mower (Q1001)",
    upstream_url="https://erp.example.com/quotes/Q1001",
    request_id=REQUEST,
    state="opened",
    people=PEOPLE,
    agreement=AGREEMENT,
    lines=LINES,
    currency="SEK",
)


@dataclass
class FakeRecords:
    """One record with one request. Tests set ``shown`` and what refuses (``refusal``)."""

    shown: RecordView = SHOWN
    refusal: Refused | None = None
    checked: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def check(self, instance: str, action: str, query: Mapping[str, str]) -> None:
        self.checked.append(action)
        good = action in ("check", "cancel", "decide") and query.get("k") == "good"
        if instance != "erp" or not good:
            raise LinkInvalid

    def view(
        self, instance: str, action: str, query: Mapping[str, str], request_id: str = ""
    ) -> RecordView:
        self.check(instance, action, query)
        return replace(self.shown, action=action)

    def look(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        self._act("check", instance, query, request_id)
        if self.shown.agreement is not None:
            reading = replace(self.shown.agreement, reading=True)
            self.shown = replace(self.shown, agreement=reading)

    def cancel(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        self._act("cancel", instance, query, request_id)
        self._end()

    def decide(self, instance: str, query: Mapping[str, str], request_id: str, said: Said) -> None:
        self._act("decide", instance, query, request_id)
        if len(said.remark) > 1000:
            raise Unfit("too_long", field="remark")
        self.said.append(said)
        self._end(NotedView(said.decision, said.by, said.how, said.remark, NOW))

    def turn(self, state: str) -> None:
        """The reading is in."""
        assert self.shown.agreement is not None
        told = replace(self.shown.agreement, reading=False, away=False, state=state, looked_at=NOW)
        self.shown = replace(self.shown, agreement=told)

    def _act(self, action: str, instance: str, query: Mapping[str, str], request_id: str) -> None:
        self.check(instance, action, query)
        if request_id != REQUEST:
            raise LinkInvalid
        if self.refusal is not None:
            raise self.refusal
        self.done.append(action)

    def _end(self, noted: NotedView | None = None) -> None:
        assert self.shown.agreement is not None
        told = replace(self.shown.agreement, status="withdrawn")
        self.shown = replace(
            self.shown, agreement=told, state="cancelled", obstacle=OVER, noted=noted
        )
