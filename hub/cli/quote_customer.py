"""A customer in the story of quotes, on a phone: opens the link, reads, asks, ticks, answers."""

from __future__ import annotations

import json

from hub.cli.document_story import drawn
from hub.cli.quote_script import ACCEPT, DECLINE, QuoteAct
from hub.cli.robot import Form, Page, Robot, Stuck
from hub.cli.story import PHONE_BROWSER, wait_for

_MOST_PAGES = 5  # from the quote to the canvas
_ON = ("/document", "/sign")  # what leads there


class QuoteCustomer:
    """One customer with one link."""

    def __init__(self, link: str) -> None:
        self._link = link
        self._robot = Robot(PHONE_BROWSER)

    def open(self) -> Page:
        """Follow the link, and look at every page."""
        page = self._robot.open(self._link)
        if page.status != 200:
            raise Stuck(f"the link shows '{page.heading}' ({page.status})")
        for picture in page.pictures():
            self._robot.fetch(picture)
        return page

    def remark(self, text: str) -> None:
        """Write to the sender."""
        self._robot.send(_form(self.open(), "/remark"), {"text": text})

    def download(self) -> None:
        """Take the quote along."""
        files = self.open().links("/file/")
        if not files:
            raise Stuck("the page offers no file")
        self._robot.fetch(files[0])

    def answer(self, act: QuoteAct) -> None:
        """Yes or no."""
        page = self.open()
        if act.does == DECLINE:
            no = self._robot.open(page.links("/decline")[0])
            self._robot.send(no.forms()[0], {"reason": act.reason})
            return
        page = self._to_the_end(page, act)
        if act.does == ACCEPT:
            if not page.url.endswith("/done"):
                raise Stuck(f"it does not say that it is accepted, but '{page.heading}'")
            return
        form = _form(page, "/sign/")
        ink = json.dumps(drawn())
        given = {"name": act.signs, "method": "drawn", "ink": ink, "consent": form.ticks["consent"]}
        signed = self._robot.send(form, given)
        if signed.status == 422:
            raise Stuck(f"the signature was refused: {signed.errors}")
        wait_for(
            lambda: self._robot.open(signed.url).url.endswith("/done"), "the page that says signed"
        )

    def close(self) -> None:
        """Close the browser."""
        self._robot.close()

    def _to_the_end(self, page: Page, act: QuoteAct) -> Page:
        """Through ticks and totals, to the canvas or to what says that it is accepted."""
        for _ in range(_MOST_PAGES):
            if page.url.endswith("/done") or any("name" in one.values for one in page.forms()):
                return page
            form = next((one for one in page.forms() if one.action.endswith(_ON)), None)
            if form is None:
                raise Stuck(f"nothing leads on from '{page.heading}': {page.errors}")
            given: dict[str, str | list[str]] = {
                name: value for name, value in form.buttons if name == "flow"
            }
            if act.takes is not None and "lines" in form.values:
                given["line"] = list(act.takes)
            page = self._robot.send(form, given)
        raise Stuck(f"the way to an answer has no end at '{page.heading}': {page.errors}")


def _form(page: Page, part: str) -> Form:
    found = next((one for one in page.forms() if part in one.action), None)
    if found is None:
        raise Stuck(f"no form '{part}' on '{page.heading}' ({page.status})")
    return found
