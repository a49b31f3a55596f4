"""Customers' cases and buttons in memory, which behave as their Protocols promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hub.contracts.requests import FINAL_STATES, ClientContext, RequestState
from hub.contracts.steps import Canvas, NextStep, ScanCode
from hub.mapping.forms import said
from hub.services.document_views import GivenFile
from hub.services.views import (
    CaseClosed,
    CaseView,
    LinkInvalid,
    NotReady,
    SenderView,
    SigningStatus,
    SigningView,
    StepResult,
)
from tests.web.pages.fake_papers import FakePapers
from tests.web.pages.offer import offer
from tests.web.pages.repair_form import REPAIR_FORM

TOKEN = "Zm9yLXRlc3RzLW9ubHktbm90LWEtcmVhbC10b2tlbiE"
START_URL = "https://app.bankid.com/?autostarttoken=3f2c&redirect=null"
SENDER = SenderView(
    "Nordic Garden Machines", "08-123 456 78", "service@example.com", accent="#1f6f54"
)
MESSAGES = {
    "en": "Open the BankID app.",
    "sv": "Öppna BankID-appen.",
}
TERMS = {
    "en": (
        "Fault finding costs SEK 495 and is deducted if you choose to repair.\n\n"
        "We always ask before a repair that costs more than SEK 1,500."
    ),
    "sv": (
        "Felsökning kostar 495 kr och dras av om du väljer att reparera.\n\n"
        "Vi frågar alltid innan en reparation som kostar mer än 1 500 kr."
    ),
}


@dataclass
class Order:
    """An order, and the browser session that it belongs to."""

    session: str
    view: SigningView


@dataclass
class FakeCases(FakePapers):
    """One case. Tests set ``case``, ``trouble`` (raised by the next call that changes something)
    and what an order does next."""

    case: CaseView
    title: Mapping[str, str]
    looked: list[ClientContext] = field(default_factory=list)
    begun: list[tuple[str, str, ClientContext]] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    enclosures: dict[str, GivenFile] = field(default_factory=dict)
    trouble: Exception | None = None
    talk_trouble: Exception | None = None

    def view(self, token: str, language: str | None = None) -> CaseView:
        self._check(token)
        language = language or self.case.language
        form = self.case.form
        filled = form and set(self.case.saved_steps) >= {step.key for step in form.steps}
        return replace(
            self.case,
            language=language,
            title=self.title.get(language, self.title["en"]),
            terms=TERMS.get(language, TERMS["en"]) if form or not self.papers.offer.methods else "",
            visible_text=self._text(language) if filled else None,
        )

    def opened(self, token: str, client: ClientContext) -> None:
        self._check(token)
        self.looked.append(client)

    def save_step(
        self, token: str, step: str, data: Mapping[str, str], language: str
    ) -> StepResult:
        self._change(token)
        clean, errors = REPAIR_FORM.validate(data, language, step=step)
        if errors:
            return StepResult(errors)
        answers = {**self.case.answers, **{name: str(value) for name, value in clean.items()}}
        saved = tuple(dict.fromkeys((*self.case.saved_steps, step)))
        self.case = replace(self.case, answers=answers, saved_steps=saved)
        undone = [each.key for each in REPAIR_FORM.steps if each.key not in saved]
        return StepResult(next_step=undone[0] if undone else None)

    def begin_signing(
        self, token: str, flow: str, session: str, client: ClientContext, language: str
    ) -> SigningView:
        self._change(token)
        for each in self.case.form.steps if self.case.form else ():
            if each.key not in self.case.saved_steps:
                raise NotReady(each.key)
        for order in [key for key, one in self.orders.items() if one.session == session]:
            del self.orders[order]
        self.begun.append((flow, session, client))
        order_id = f"order-{len(self.begun)}"
        methods = self.papers.offer.methods
        step: NextStep = (
            Canvas(methods)
            if methods
            else ScanCode(
                MESSAGES,
                qr_content="bankid.67df3917.0.dc69358e" if flow == "other_device" else None,
                start_url=START_URL if flow == "this_device" else None,
            )
        )
        message = MESSAGES.get(language, MESSAGES["en"])
        flow = "here" if methods else flow
        view = SigningView(order_id, SigningStatus.PENDING, message, flow, step)
        self.orders[order_id] = Order(session, view)
        self.nonces[f"nonce-{len(self.begun)}"] = order_id
        return view

    def signing(
        self, token: str, order_id: str, session: str, client: ClientContext, language: str
    ) -> SigningView:
        self._check(token)
        return self._order(order_id, session).view

    def returned(self, token: str, nonce: str, session: str, language: str) -> SigningView:
        self._check(token)
        return self._order(self.nonces.get(nonce, ""), session).view

    def cancel_signing(self, token: str, order_id: str, session: str) -> None:
        self._check(token)
        self._order(order_id, session)
        del self.orders[order_id]

    def decline(self, token: str, reason: str, client: ClientContext) -> None:
        self._change(token)
        self.case = replace(
            self.case, state=RequestState.DECLINED, reason=reason or None, finished_at=NOW
        )

    # What tests do with it.

    def turn(
        self,
        status: SigningStatus,
        message: str = "",
        step: NextStep | None = None,
        order: str = "order-1",
    ) -> None:
        """The provider had something to tell about an order."""
        known = self.orders[order]
        known.view = replace(known.view, status=status, message=message, step=step)
        if status is SigningStatus.ACCEPTED:
            self.finish(RequestState.COMPLETED)

    def finish(self, state: RequestState) -> None:
        """The case ended."""
        self.case = replace(self.case, state=state, finished_at=NOW)
        if state in (RequestState.SIGNED, RequestState.COMPLETED):
            self.case = replace(
                self.case,
                signed_at=NOW,
                signed_by="Alice Andersson",
                order_reference="131daac9-16c6-4618-beb0-365768f37288",
                papers=replace(self.case.papers, act="done"),
            )

    def _check(self, token: str) -> None:
        if token != TOKEN:
            raise LinkInvalid

    def _change(self, token: str) -> None:
        self._check(token)
        if self.trouble is not None:
            raise self.trouble
        if self.case.state in FINAL_STATES:
            raise CaseClosed

    def _order(self, order_id: str, session: str) -> Order:
        order = self.orders.get(order_id)
        if order is None or order.session != session:
            raise LinkInvalid
        return order

    def _text(self, language: str) -> str:
        lines = [self.title.get(language, self.title["en"]), ""]
        for step in REPAIR_FORM.steps:
            for each in step.fields:
                given = self.case.answers.get(each.name, "")
                choices = {one.value: said(one.label, language) for one in each.choices}
                lines.append(f"{said(each.label, language)}: {choices.get(given, given)}")
        return "\n".join([*lines, "", TERMS.get(language, TERMS["en"])])


NOW = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)


def new_cases(**changes: object) -> FakeCases:
    """A case that has just been sent, with the name and number known."""
    case = CaseView(
        token=TOKEN,
        request_id="0190",
        number="4711",
        title="",
        state=RequestState.SENT,
        language="en",
        sender=SENDER,
        form=REPAIR_FORM,
        answers={"name": "Alice Andersson", "phone": "070-123 45 67"},
        saved_steps=(),
        terms="",
        visible_text=None,
        provider_title="BankID",
        zone="Europe/Stockholm",
        expires_at=datetime(2026, 12, 6, 12, 0, tzinfo=UTC),
        recipient_name="Alice Andersson",
    )
    title = {"en": "Repair of a lawn mower", "sv": "Reparation av gräsklippare"}
    return FakeCases(replace(case, **changes), title)  # type: ignore[arg-type]


def new_offer(pages: int = 2, **changes: object) -> FakeCases:
    """A case with an offer to read and to sign on the canvas, and no form."""
    title = {"en": "Service of a robotic mower", "sv": "Service av robotgräsklippare"}
    case = new_cases(form=None, papers=offer(pages), provider_title="Signature", **changes)
    case.title = title
    return case
