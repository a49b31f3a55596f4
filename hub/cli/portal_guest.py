"""Somebody of the customer's in the portal, on a phone: signs in by code, reads, takes along,
writes, accepts by typing a name, says no, signs out."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from hub.cli.portal_script import Guest
from hub.cli.robot import Form, Page, Robot, Stuck
from hub.cli.story import PHONE_BROWSER, wait_for

_CODE = re.compile(r"\b\d{6}\b")
_TYPED = "typed"


class PortalGuest:
    """One person with one browser. ``arrived`` gives the texts of the messages to them."""

    def __init__(self, guest: Guest, portal: str, arrived: Callable[[], list[str]]) -> None:
        self.guest = guest
        self._portal = portal
        self._arrived = arrived
        self._robot = Robot(PHONE_BROWSER)

    def sign_in(self) -> Page:
        """Ask for a code, type it; the list."""
        before = len(self._arrived())
        page = self._robot.open(self._portal)
        page = self._robot.send(_form(page, "/sign-in"), {"address": self.guest.address})
        code = wait_for(lambda: self._code(before), f"a code for {self.guest.reached}")
        page = self._robot.send(_form(page, "/code"), {"code": code})
        if not page.links("/documents/"):
            raise Stuck(f"the code leads to '{page.heading}' ({page.status}): {page.errors}")
        return page

    def list_problems(self) -> list[str]:
        """What is in the list and should not be, or is not and should."""
        words = self._robot.open(self._portal).words
        wanted = self.guest.sees
        shown = tuple(sorted(set(re.findall(r"T-\d+", words))))
        return [] if shown == wanted else [f"{self.guest.address} sees {shown}, not {wanted}"]

    def open(self, number: str) -> Page:
        """From the list to a document, every page of which is looked at."""
        link = self._robot.open(self._portal).link_about(number)
        if link is None:
            raise Stuck(f"the list of {self.guest.address} leads to no {number}")
        page = self._robot.open(link)
        for picture in page.pictures():
            self._robot.fetch(picture)
        return page

    def download(self, page: Page) -> bytes:
        """Take the PDF along."""
        links = page.links("/file/")
        if not links:
            raise Stuck(f"nothing can be taken along on '{page.heading}'")
        return self._robot.fetch(links[0])

    def write(self, page: Page, text: str) -> None:
        """Send a message."""
        page = self._robot.send(_form(page, "/remark"), {"text": text})
        if text not in page.words:
            raise Stuck(f"the message does not stand on '{page.heading}': {page.errors}")

    def accept(self, page: Page, name: str) -> None:
        """Accept by typing one's name."""
        for _ in range(5):
            forms = page.forms()
            form = next((one for one in forms if "name" in one.values), None)
            if form is not None:
                break
            form = next((one for one in forms if one.action.endswith(("/document", "/sign"))), None)
            if form is None:
                raise Stuck(f"nothing leads on from '{page.heading}' ({page.status})")
            flow = next((value for key, value in form.buttons if key == "flow"), "")
            page = self._robot.send(form, {"flow": flow} if flow else {})
        else:
            raise Stuck(f"the way to accept has no end at '{page.heading}': {page.errors}")
        given = {"name": name, "method": _TYPED, "consent": form.ticks["consent"]}
        page = self._robot.send(form, given)
        wait_for(lambda: self._is_done(page), "the page that says it is accepted")

    def decline(self, page: Page, reason: str) -> None:
        """Say no, with a reason."""
        links = page.links("/decline")
        if not links:
            raise Stuck(f"one cannot say no on '{page.heading}'")
        page = self._robot.open(links[0])
        page = self._robot.send(_form(page, "/decline"), {"reason": reason})
        if page.status != 200:
            raise Stuck(f"the no was not taken on '{page.heading}': {page.errors}")

    def sign_out_everywhere(self) -> None:
        """End every session of this address."""
        page = self._robot.open(self._portal)
        form = next((one for one in page.forms() if ("everywhere", "1") in one.buttons), None)
        if form is None:
            raise Stuck(f"one cannot sign out on '{page.heading}'")
        self._robot.send(form, {"everywhere": "1"})

    def is_out(self) -> bool:
        """Whether the portal asks this browser to sign in."""
        return not self._robot.open(self._portal).links("/documents/")

    def close(self) -> None:
        """Put the phone away."""
        self._robot.close()

    def _code(self, before: int) -> str | None:
        found = (_CODE.search(text) for text in self._arrived()[before:])
        return next((one.group() for one in found if one), None)

    def _is_done(self, page: Page) -> bool:
        if page.status == 422:
            raise Stuck(f"the acceptance was refused: {page.errors}")
        return self._robot.open(page.url).url.endswith("/done")


def _form(page: Page, end: str) -> Form:
    found = next((one for one in page.forms() if urlsplit(one.action).path.endswith(end)), None)
    if found is None:
        raise Stuck(f"no form for '{end}' on '{page.heading}' ({page.status}): {page.errors}")
    return found
