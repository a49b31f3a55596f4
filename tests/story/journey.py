"""One case from the button to the record, while the hub is killed at a chosen point of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import requests

from hub.cli.robot import Form, Page
from hub.cli.story import holds
from providers.bankid.sandbox.people import PEOPLE
from tests.story.hub_process import HubProcess
from tests.story.ledger import Ledger
from tests.story.world import ALICE, TABLE, CallLost, World, mobile_of

PATIENCE = 60.0  # for the whole story, one kill and restart included
RESUME_BOUND = 20.0  # seconds; only says that something hangs
LOOK_EVERY = 0.03
SIGNED = "badge good"  # on the pages that say that it is signed
T = TypeVar("T")


@dataclass(frozen=True)
class Point:
    """Where the hub is killed: at a call that it makes, or where the customer stands (``mark``).

    ``state`` narrows it: what the record holds or is to hold, or the status of the order. ``owed``:
    after the restart the hub has something to do by itself. ``delay`` kills so many seconds later,
    while the hub goes on.
    """

    name: str
    system: str = ""
    operation: str = ""
    moment: str = ""
    state: str | None = None
    mark: str = ""
    owed: bool = True
    delay: float = 0.0

    def is_at(self, system: str, operation: str, moment: str, state: str) -> bool:
        """Whether this call is the one."""
        call = (self.system, self.operation, self.moment) == (system, operation, moment)
        return call and self.state in (None, state)


@dataclass
class Resumed:
    """What was measured after a kill; seconds from the start of the new process."""

    point: str
    ready: float
    first_call: float | None = None


class Journey:
    """Plays one case. Whenever the hub was killed it is started again, and everybody goes on from
    where they stand."""

    def __init__(self, world: World, hub: HubProcess, ledger: Ledger, point: Point, n: int) -> None:
        self.world, self.hub, self.ledger, self.point = world, hub, ledger, point
        self.mobile = mobile_of(n)
        self.record = world.new_case(n)
        self.story = world.story_of(self.record)
        self.resumed: Resumed | None = None
        self.signings = 0
        self._approved: set[str] = set()
        self._hit = False
        self._first_call: float | None = None
        self._end = time.monotonic() + PATIENCE
        self._notices = len(world.agiloft.hooks.notices)
        world.watch(self._watch)
        world.gateway.account.move = self._report_coming
        world.gateway.reporter.made.clear()

    def play(self) -> None:
        """From the button to the end of all that is owed."""
        self.story.press()
        if self.point.mark == "webhook_answered":
            self._until(lambda: self._notice_state() == "delivered", "the webhook's answer")
            self._at("webhook_answered")
        link = self._until(self._link, "an SMS with a link")
        if self.point.mark == "report_answered":
            self._until(lambda: "delivered" in self._reports(), "the report's answer")
            self._at("report_answered")
        if self.point.mark == "report_coming":
            self._until(lambda: self._hit, "the report")
        self._visit(link)
        self._until(lambda: holds(self.story.record(), self.story.script.signed), "the record")
        self._until(lambda: self.ledger.all_done(self.record), "everything that is owed")
        self._at("end")
        self._revive()
        self._until(lambda: self.ledger.all_done(self.record), "everything that is owed")
        self.story.close()

    def _visit(self, link: str) -> None:
        """The customer: goes on with whatever the page offers; where a page cannot be reached,
        looks at it again, or at the link."""
        page: Page | None = None
        again = link
        while page is None or SIGNED not in page.text:
            self._check_time("the page that says it is signed")
            try:
                page = self._act(page) if page else self.story.customer.open(again)
            except requests.ConnectionError as error:
                self._revive()
                asked = error.request
                reload = asked is not None and asked.method == "GET" and asked.url
                page, again = None, str(asked.url) if asked and reload else link

    def _act(self, page: Page) -> Page:
        customer = self.story.customer
        if page.link("data-start") and page.url not in self._approved:
            self._approved.add(page.url)
            return self._approve(page)
        for form in [] if page.link("data-start") else page.forms():
            if "/form/" in form.action:
                return self._answer(form)
            if "flow" in [name for name, _ in form.buttons]:
                self.signings += 1
                page = customer.send(form, {"flow": "this_device"})
                self._at("signing_page")
                return page
        time.sleep(LOOK_EVERY * 3)
        return customer.open(page.url)

    def _answer(self, form: Form) -> Page:
        step = form.action.rpartition("/")[2]
        page = self.story.customer.send(form, self.story.script.answers[step])
        assert page.status == 200, page.errors
        self._at(f"form_{step}")
        return page

    def _approve(self, page: Page) -> Page:
        if self.point.mark != "complete_stored" or self._hit:
            page = self.story.approve(page)
            self._at("approved")
            return page
        orders = self.world.bankid.orders
        order = orders.all()[0]
        orders.identify(order, PEOPLE[ALICE])
        orders.approve(order)
        status = f"{page.url}/status"
        self._until(
            lambda: self.story.customer.json(status)["screen"] == "return", "the stored answer"
        )
        self._at("complete_stored")
        self._revive()
        return self.story.customer.open(str(order.body["returnUrl"]))

    def _watch(self, system: str, operation: str, moment: str, state: str) -> None:
        if self._hit:
            if self.resumed is None and moment == "before" and self.hub.is_up:
                self._first_call = self._first_call or time.monotonic()
            return
        holding = self.point.mark == "webhook_answered" and moment == "before"
        if holding and system == "agiloft":
            self.hub.killed.wait(RESUME_BOUND)  # it must not get any further
            raise CallLost
        if not self.point.is_at(system, operation, moment, state):
            return
        self._kill()
        if moment == "before":
            raise CallLost

    def _report_coming(self, sms: object, status: str) -> None:
        account = self.world.gateway.account
        type(account).move(account, sms, status)
        if self.point.mark == "report_coming" and status == "delivered" and not self._hit:
            self._kill()

    def _at(self, mark: str) -> None:
        if mark == self.point.mark and not self._hit:
            self._kill()

    def _kill(self) -> None:
        self._hit = True
        if self.point.delay:
            threading.Timer(self.point.delay, self.hub.kill).start()
        else:
            self.hub.kill()

    def _revive(self) -> None:
        """Start the hub again if it was killed, and see that it works on what it owes."""
        pending = self._hit and self.resumed is None
        if not self.hub.killed.wait(RESUME_BOUND if pending else 0):
            return
        self._first_call = None
        resumed = Resumed(self.point.name, self.hub.start())
        end = time.monotonic() + RESUME_BOUND
        while self.point.owed and self._first_call is None:
            if self.ledger.all_done(self.record):  # it was quicker than its killer: nothing waits
                break
            assert time.monotonic() < end, f"no work for {RESUME_BOUND:.0f} s after the restart"
            time.sleep(LOOK_EVERY)
        if self.point.owed and self._first_call is not None:
            resumed.first_call = self._first_call - self.hub.started_at
        self.resumed = resumed

    def _until(self, look: Callable[[], T | None], what: str) -> T:
        while True:
            if self.hub.killed.is_set():
                self._revive()
            found = look()
            if found:
                return found
            self._check_time(what)
            time.sleep(LOOK_EVERY)

    def _check_time(self, what: str) -> None:
        assert time.monotonic() < self._end, f"waited {PATIENCE:.0f} s in vain for {what}"

    def _link(self) -> str | None:
        texts = self.world.texts_to(self.mobile)
        return next((word for word in texts[0].split() if "/s/" in word), None) if texts else None

    def _notice_state(self) -> str:
        notices = self.world.agiloft.hooks.notices[self._notices :]
        return notices[0].state if notices else ""

    def _reports(self) -> list[str]:
        made = self.world.gateway.reporter.made
        return [one.form["status"] for one in made if 200 <= one.status < 205]

    @property
    def upstream(self) -> dict[str, object]:
        """The record as Agiloft holds it."""
        shown: dict[str, object] = self.world.agiloft.store.read(TABLE, self.record)
        return shown
