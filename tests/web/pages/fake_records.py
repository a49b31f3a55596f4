"""The requests of one record in memory, which behave as ``RecordDesk`` promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from hub.kernel.errors import Refused, Unfit
from hub.services.document_views import (
    EnclosedView,
    FileView,
    GivenFile,
    LineView,
    PersonView,
)
from hub.services.record_views import (
    OVER,
    AgreementView,
    NotedView,
    RecordView,
    Said,
    SpokenView,
)
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


PHOTO = EnclosedView("f1", "worn-wheel.jpg", 1_240_000, picture=True)
TALK = (
    SpokenView("Alice Andersson", False, "Does the battery fit?", NOW, (PHOTO,), new=True),
    SpokenView("Alice Andersson", True, "It does.", NOW),
    SpokenView("Bob Berg", False, "<img src=x onerror=alert(1)>", NOW, new=True),
)
WRITERS = (("bob", "Bob Berg"), ("alice", "Alice Andersson"))

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
    unread=2,
    talk=TALK,
    writers=WRITERS,
)


@dataclass
class FakeRecords:
    """One record with one request. Tests set ``shown`` and what refuses (``refusal``)."""

    shown: RecordView = SHOWN
    refusal: Refused | None = None
    trouble: Exception | None = None
    checked: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def check(self, instance: str, action: str, query: Mapping[str, str]) -> None:
        self.checked.append(action)
        good = action in ("check", "cancel", "decide", "talk") and query.get("k") == "good"
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

    def read(self, instance: str, query: Mapping[str, str], request_id: str) -> None:
        self.check(instance, "talk", query)
        fresh = tuple(replace(one, new=False) for one in self.shown.talk)
        self.shown = replace(self.shown, talk=fresh, unread=0)

    def answer(
        self,
        instance: str,
        query: Mapping[str, str],
        request_id: str,
        to: str,
        text: str,
        files: Sequence[GivenFile] = (),
    ) -> None:
        self._act("talk", instance, query, request_id)
        names = dict(self.shown.writers)
        if to not in names:
            raise LinkInvalid
        if self.trouble is not None:
            raise self.trouble
        sent = tuple(
            EnclosedView(f"file-{number}", one.name, len(one.content), picture=False)
            for number, one in enumerate(files)
        )
        said = SpokenView(names[to], ours=True, text=text, at=NOW, files=sent)
        self.shown = replace(self.shown, talk=(*self.shown.talk, said))

    def enclosed(
        self, instance: str, query: Mapping[str, str], request_id: str, file_id: str
    ) -> FileView:
        self.check(instance, "talk", query)
        known = {one.id: one for said in self.shown.talk for one in said.files}
        if request_id != REQUEST or file_id not in known:
            raise LinkInvalid
        return FileView(known[file_id].name, "text/plain", b"<script>", "tag")

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
