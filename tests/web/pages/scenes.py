"""Every page in every state, as steps on a real browser: for screenshots and for axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

from werkzeug.serving import make_server

from hub.contracts.requests import RequestState
from hub.contracts.steps import Wait
from hub.kernel.errors import Retryable
from hub.services.views import SenderView, SigningStatus
from tests.web.pages.conftest import BASE, BUTTON, make_app
from tests.web.pages.fake_buttons import FakeButtons
from tests.web.pages.fake_records import FakeRecords
from tests.web.pages.fakes import FakeCases, new_cases
from tests.web.pages.repair_form import CONTACT_ANSWERS, REPAIR_ANSWERS

LONG = "Alice-Wolfeschlegelsteinhausenbergerdorff الأندلسية 👩‍🔧 " * 9
Act = Callable[["Stage"], None]


@dataclass
class Stage:
    """A served application, the fakes behind it and the page in front of it."""

    page: Any
    cases: FakeCases
    buttons: FakeButtons
    records: FakeRecords
    address: str

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def answered(self) -> None:
        """Both form steps are done."""
        self.cases.case = replace(
            self.cases.case,
            answers={**CONTACT_ANSWERS, **REPAIR_ANSWERS},
            saved_steps=("contact", "repair"),
        )

    def press(self, button: str) -> None:
        """Press a button that sends a form, and be on the page that answers it."""
        with self.page.expect_navigation():
            self.page.click(button)

    def sign(self, flow: str) -> None:
        """Fill in and press the button of a flow."""
        self.answered()
        self.go(f"{BASE}/review")
        self.press(f"button[value={flow}]")

    def turn(self, *turn: Any) -> None:
        """The order takes a turn while nobody looks: the page's own script would move on too."""
        order = self.page.url
        self.page.goto("about:blank")
        self.cases.turn(*turn)
        self.page.goto(order)


def _form(stage: Stage) -> None:
    stage.go(BASE)


def _form_errors(stage: Stage) -> None:
    stage.go(BASE)
    stage.page.fill("#email", "alice at example")
    stage.page.fill("#phone", "")
    stage.press("form .button")


def _repair(stage: Stage) -> None:
    stage.cases.case = replace(stage.cases.case, saved_steps=("contact",))
    stage.go(BASE)


def _repair_errors(stage: Stage) -> None:
    _repair(stage)
    stage.press("form .button")


def _review(stage: Stage) -> None:
    stage.answered()
    stage.go(BASE)


def _review_long(stage: Stage) -> None:
    stage.answered()
    answers = {**stage.cases.case.answers, "name": LONG, "fault": "x" * 400, "email": "a" * 240}
    sender = SenderView(
        "Nordic " + "Mähmaschinen-Reparatur " * 12, "08-123 456 78", accent="#ffd500"
    )
    stage.cases.case = replace(stage.cases.case, answers=answers, sender=sender)
    stage.cases.title = {"en": LONG, "sv": LONG}
    stage.go(BASE)


def _form_long(stage: Stage) -> None:
    _review_long(stage)
    stage.go(f"{BASE}/form/contact")


def _scan(stage: Stage) -> None:
    stage.sign("other_device")


def _open(stage: Stage) -> None:
    stage.sign("this_device")


def _waiting(stage: Stage) -> None:
    stage.sign("other_device")
    stage.turn(SigningStatus.PENDING, "Enter your code in the app.", Wait({"en": "Wait"}))


def _return(stage: Stage) -> None:
    stage.sign("this_device")
    stage.turn(SigningStatus.RETURN_NEEDED, "Go back to the page that the app opened.")


def _over(stage: Stage) -> None:
    stage.sign("other_device")
    stage.turn(SigningStatus.FAILED, "You cancelled in the BankID app.")


def _done(stage: Stage) -> None:
    stage.sign("other_device")
    stage.turn(SigningStatus.ACCEPTED)
    stage.page.wait_for_timeout(900)


def _ended(state: RequestState) -> Act:
    def act(stage: Stage) -> None:
        stage.answered()
        stage.cases.finish(state)
        stage.go(BASE)

    return act


def _decline(stage: Stage) -> None:
    stage.go(f"{BASE}/decline")


def _unknown(stage: Stage) -> None:
    stage.go("/s/nonsense")


def _unavailable(stage: Stage) -> None:
    stage.cases.trouble = Retryable("down")
    stage.sign("other_device")


def _elsewhere(stage: Stage) -> None:
    stage.go(f"{BASE}/return?n=other")


def _csrf(stage: Stage) -> None:
    stage.go(f"{BASE}/decline")
    stage.page.context.clear_cookies()
    stage.press("form .button")


def _button(stage: Stage) -> None:
    stage.go(BUTTON)


def _button_sent(stage: Stage) -> None:
    stage.go(BUTTON)
    stage.press("form .button")


def _button_problem(stage: Stage) -> None:
    stage.buttons.problem = "The mobile number is missing. Fill it in and press the button again."
    stage.go(BUTTON)


S = RequestState
SCENES: dict[str, Act] = {
    "form": _form,
    "form-errors": _form_errors,
    "form-long": _form_long,
    "repair": _repair,
    "repair-errors": _repair_errors,
    "review": _review,
    "review-long": _review_long,
    "scan": _scan,
    "open": _open,
    "waiting": _waiting,
    "return": _return,
    "over": _over,
    "done": _done,
    "already-done": _ended(S.COMPLETED),
    "decline": _decline,
    "declined": _ended(S.DECLINED),
    "expired": _ended(S.EXPIRED),
    "cancelled": _ended(S.CANCELLED),
    "failed": _ended(S.FAILED),
    "unknown": _unknown,
    "unavailable": _unavailable,
    "elsewhere": _elsewhere,
    "csrf": _csrf,
    "button": _button,
    "button-sent": _button_sent,
    "button-problem": _button_problem,
}


@contextmanager
def served(page: Any, language: str = "en") -> Iterator[Stage]:
    """A fresh application on a free port for one scene."""
    cases, buttons, records = new_cases(language=language), FakeButtons(), FakeRecords()
    records.shown = replace(records.shown, language=language)
    server = make_server("127.0.0.1", 0, make_app(cases, buttons, records=records), threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Stage(page, cases, buttons, records, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
