"""The story of one case, played by robots on the same addresses that people use.

Somebody upstream presses the button; the customer gets an SMS, opens the link, fills in the
form, signs in the app; the record changes. What the story presses and expects is data
(``config/stories``).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from hub.cli.robot import Form, Page, Robot, Stuck
from hub.mapping.document import read_document
from hub.toolkit.phone import normalise

PHONE_BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
T = TypeVar("T")
_LINK = re.compile(r"https?://\S+/s/[\w-]+")
PATIENCE = 60.0  # seconds for anything that happens by itself
LOOK_EVERY = 0.1


@dataclass(frozen=True)
class Script:
    """A story as data."""

    workspace: str
    mapping: str
    source: str
    record: str
    press: str
    read: str
    phone: str
    person: str
    answers: Mapping[str, Mapping[str, str]]
    signed: Mapping[str, str]
    filled: tuple[str, ...]
    unanswered: Mapping[str, str]
    reminders: int


@dataclass
class Moment:
    """One line of the timeline."""

    step: str
    at: datetime
    seconds: float


@dataclass
class Timeline:
    """What happened when; ``tell`` is called with each moment as it ends."""

    tell: Callable[[Moment], None] = lambda moment: None
    moments: list[Moment] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        at, started = datetime.now(UTC), time.monotonic()
        yield
        moment = Moment(name, at, time.monotonic() - started)
        self.moments.append(moment)
        self.tell(moment)


def load_script(path: Path) -> Script:
    """Read a story file."""
    data = dict(read_document(path.read_text(encoding="utf-8"), str(path)).data)
    data.pop("story")
    return Script(**{**data, "filled": tuple(data["filled"])})


class Story:
    """Plays one script against a hub and a sandbox."""

    def __init__(self, script: Script, sandbox: str, timeline: Timeline | None = None) -> None:
        self.script = script
        self.sandbox = sandbox.rstrip("/")
        self.timeline = timeline or Timeline()
        self.clerk = Robot("Mozilla/5.0 (X11; Linux x86_64) Paraph story")
        self.customer = Robot(PHONE_BROWSER)

    def record(self) -> dict[str, Any]:
        """The record as its screen shows it."""
        address = self.sandbox + self.script.read.format(id=self.script.record)
        fields = self.clerk.json(address)["fields"]
        return dict(fields)  # type: ignore[call-overload,no-any-return]

    def press(self) -> None:
        """The button on the case."""
        self.clerk.send(
            Form(self.sandbox + self.script.press.format(id=self.script.record), {}, ())
        )

    def texts(self) -> list[str]:
        """Every SMS on the customer's phone."""
        number = normalise(str(self.record()[self.script.phone]), "SE")
        found: Any = self.clerk.json(f"{self.sandbox}/phone/messages?to={quote(number)}")[
            "messages"
        ]
        return [str(message["text"]) for message in found]

    def link(self, seen: int = 0) -> str:
        """The link in the newest SMS after the first ``seen`` ones, once it has arrived."""
        texts = wait_for(lambda: self.texts()[seen:], "an SMS with a link")
        match = _LINK.search(texts[-1])
        if match is None:
            raise Stuck("the SMS holds no link")
        return match.group()

    def wait_for_texts(self, count: int) -> None:
        """Until ``count`` SMS have arrived in all."""
        wait_for(lambda: len(self.texts()) >= count, f"{count} SMS in all")

    def fill_in(self, link: str) -> Page:
        """Open the link and go through the form; ends at the page where one signs."""
        page = self.customer.open(link)
        for _ in range(10):
            form = _with_button(page, "flow", "this_device")
            if form is not None:
                return page
            form = _form(page, lambda one: "/form/" in one.action)
            if form is None:
                raise Stuck(f"no form on '{page.heading}' ({page.status})")
            step = form.action.rpartition("/")[2]
            page = self.customer.send(form, self.script.answers.get(step, {}))
            if page.status == 422:
                raise Stuck(f"the form refused the answers: {page.errors}")
        raise Stuck("the form has no end")

    def begin_signing(self, review: Page) -> Page:
        """Choose to sign on this device."""
        form = _with_button(review, "flow", "this_device")
        if form is None:
            raise Stuck(f"nothing to sign on '{review.heading}'")
        return self.customer.send(form, {"flow": "this_device"})

    def approve(self, signing: Page) -> Page:
        """Open the app from the page, choose who one is, approve; the app leads back."""
        start = signing.link("data-start")
        if start is None:
            raise Stuck(f"no link into the app on '{signing.heading}' ({signing.status})")
        page = self.customer.open(start)
        for action in ("choose", "approve"):
            form = _with_button(page, "action", action)
            if form is None and action == "choose":
                continue  # the order names the person, who is chosen already
            if form is None:
                raise Stuck(f"the app does not offer to {action} on '{page.heading}'")
            page = self.customer.send(form, {"action": action, "person": self.script.person})
        return page

    def finish(self, signing: Page) -> Page:
        """Look at the signing page again until it leads to the one that says that it is signed."""
        return wait_for(lambda: self._done(signing.url), "the page that says it is signed")

    def wait_for_record(self, expected: Mapping[str, str]) -> dict[str, Any]:
        """The record once it holds ``expected``."""

        def look() -> dict[str, Any] | None:
            record = self.record()
            return record if holds(record, expected) else None

        return wait_for(look, f"{dict(expected)}")

    def play(self) -> list[str]:
        """The whole story to the signature; what is wrong with the record in the end."""
        step, script = self.timeline.step, self.script
        seen = len(self.texts())
        with step("button pressed on the case"):
            self.press()
        with step("SMS on the phone"):
            link = self.link(seen)
        with step("form filled in"):
            review = self.fill_in(link)
        with step("signing started"):
            signing = self.begin_signing(review)
        with step("approved in the app"):
            self.approve(signing)
        with step("page says signed"):
            self.finish(signing)
        with step("record upstream changed"):
            record = self.wait_for_record(script.signed)
        return [f"{name} is empty" for name in script.filled if not record.get(name)]

    def play_unanswered(self, reminders: Callable[[], int]) -> list[str]:
        """Nobody answers: reminders, then the case is reported as failed."""
        seen = len(self.texts())
        with self.timeline.step("button pressed on the case"):
            self.press()
        with self.timeline.step("SMS on the phone"):
            self.link(seen)
        for number in range(1, self.script.reminders + 1):
            with self.timeline.step(f"reminder {number}"):
                self.wait_for_texts(seen + number + 1)
        with self.timeline.step("case reported as failed"):
            self.wait_for_record(self.script.unanswered)
        sent = len(self.texts()) - seen - 1
        told = reminders()
        wanted = self.script.reminders
        return [] if sent == told == wanted else [f"{sent} reminders sent, {told} recorded"]

    def close(self) -> None:
        """Close both browsers."""
        self.clerk.close()
        self.customer.close()

    def _done(self, signing: str) -> Page | None:
        page = self.customer.open(signing)
        return page if page.url.endswith("/done") else None


def holds(record: Mapping[str, Any], expected: Mapping[str, str]) -> bool:
    """Whether the record shows every expected value."""
    return all(str(record.get(name, "")).strip() == text for name, text in expected.items())


def wait_for(look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
    """What ``look`` gives once it gives something; raises ``Stuck`` after ``patience`` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(LOOK_EVERY)
    raise Stuck(f"waited {patience:.0f} s in vain for {what}")


def _form(page: Page, wanted: Callable[[Form], bool]) -> Form | None:
    return next((form for form in page.forms() if wanted(form)), None)


def _with_button(page: Page, name: str, value: str) -> Form | None:
    return _form(page, lambda form: (name, value) in form.buttons)
