"""A customer in a story, on a phone, at the provider that keeps the document."""

from __future__ import annotations

from hub.cli.robot import Form, Page, Robot, Stuck
from hub.cli.story import PHONE_BROWSER, wait_for
from hub.cli.workshop_script import Act

_HELD_BACK = "Before you can sign"


class HostedSigner:
    """One customer with one link of the hub's."""

    def __init__(self, link: str) -> None:
        self._link = link
        self._robot = Robot(PHONE_BROWSER)

    def open(self) -> Page:
        """Follow the hub's link; it leads to the provider's page."""
        page = self._robot.open(self._link)
        if page.status != 200:
            raise Stuck(f"the link shows '{page.heading}' ({page.status})")
        return page

    def is_held_back(self, act: Act) -> None:
        """Nobody signs before everything was seen that must be."""
        page = self._on_to_sign(self.open(), act)
        if _HELD_BACK not in page.words:
            raise Stuck(f"one could sign unseen, on '{page.heading}'")

    def look(self) -> None:
        """Every page and every attachment."""
        page = self.open()
        for picture in page.pictures():
            self._robot.fetch(picture)
        for attachment in page.links("/attachments/"):
            self._robot.fetch(attachment)
        self._robot.send(Form(f"{page.url.rstrip('/')}/read", {}, ()))

    def ask(self, text: str) -> None:
        """Write to the workshop."""
        self._robot.send(_form(self.open(), "/chat"), {"text": text})

    def reads(self, text: str) -> None:
        """Wait for an answer."""
        wait_for(lambda: text in self.open().words, f"the answer '{text}'")

    def sign(self, act: Act) -> None:
        """Tick the lines, give the name, sign."""
        page = self._on_to_sign(self.open(), act)
        done = self._robot.send(_form(page, "/sign"), {"name": act.signs})
        if "signed" not in done.words:
            raise Stuck(f"it does not say that it is signed, but '{done.heading}'")

    def decline(self, act: Act) -> None:
        """Say no, with a reason."""
        form = _form(self.open(), "/decline")
        said = self._robot.send(form, {"reason": act.declines, "more": act.more})
        if said.status != 200:
            raise Stuck(f"one cannot decline: '{said.heading}' ({said.status})")

    def is_over(self) -> str:
        """What the link says when it is over."""
        return self._robot.open(self._link).words

    def close(self) -> None:
        """Put the phone away."""
        self._robot.close()

    def _on_to_sign(self, page: Page, act: Act) -> Page:
        """The last page before the signature, the lines ticked as the customer wants them."""
        boxes = page.boxes()
        if not boxes:
            return self._robot.open(f"{page.url.rstrip('/')}/sign")
        unknown = set(act.takes or ()) - boxes.keys()
        if unknown:
            raise Stuck(f"there is no line {', '.join(unknown)}; there are {', '.join(boxes)}")
        ticked: dict[str, str | list[str]] = {boxes[one]: "1" for one in act.takes or ()}
        return self._robot.send(_form(page, "/boxes"), {**ticked, "go": "1"})


def _form(page: Page, end: str) -> Form:
    found = next((one for one in page.forms() if one.action.endswith(end)), None)
    if found is None:
        raise Stuck(f"no form for '{end}' on '{page.heading}' ({page.status})")
    return found
