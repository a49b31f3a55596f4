"""What somebody at the firm does in the story of quotes: the CRM's screen, the hub's page behind
its button, the mailbox."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from hub.cli.quote_script import QuoteAct
from hub.cli.robot import Page, Robot, Stuck
from hub.cli.story import wait_for

_LINK = re.compile(r"https?://\S+/s/[\w-]+")


class QuoteDesk:
    """A browser at the firm. ``screen`` is the CRM's address of quotes."""

    def __init__(self, sandbox: str, screen: str) -> None:
        self._sandbox, self._screen = sandbox, f"{sandbox}{screen}"
        self._robot = Robot("Mozilla/5.0 (X11; Linux x86_64) Paraph story")

    def find(self, quote_name: str) -> str:
        """The id of a quote, which may be named by its number."""
        if quote_name.isdecimal():
            return quote_name
        page = self._robot.open(self._screen)
        for link in page.links("/quotes/"):
            found = link.rpartition("/")[2]
            if self.shown(found)["fields"]["reference"] == quote_name:
                return found
        raise Stuck(f"the CRM has no quote {quote_name}")

    def shown(self, record_id: str) -> dict[str, Any]:
        """What a quote's page shows, and what followed from it."""
        return dict(self._robot.json(f"{self._screen}/{record_id}.json"))

    def send(self, act: QuoteAct, record_id: str) -> None:
        """Press the quote's button, choose, say yes on the hub's page."""
        page = self._pressed(record_id)
        given: dict[str, str | list[str]] = {}
        if act.recipient:
            given["recipient"] = f"c:{act.recipient}"
        if not act.signature:
            given["signature"] = "no"
        if act.words:
            given["message"] = act.words
        said = self._robot.send(page.forms()[0], given)
        if said.status != 200:
            raise Stuck(f"it was not sent: '{said.heading}' {said.words[:600]}")

    def chase(self, record_id: str) -> None:
        """Press the same button again: it chases now."""
        page = self._pressed(record_id)
        form = next((one for one in page.forms() if ("act", "chase") in one.buttons), None)
        if form is None:
            raise Stuck(f"the button does not chase, but says '{page.heading}': {page.words[:200]}")
        said = self._robot.send(form, {"act": "chase"})
        if said.status != 200:
            raise Stuck(f"nobody was chased: '{said.heading}'")

    def mails(self, address: str) -> list[str]:
        """Every e-mail to somebody, the oldest first."""
        found: Any = self._robot.json(f"{self._sandbox}/mailbox/messages?to={quote(address)}")
        return [str(one["text"]) for one in found["messages"]]

    def link(self, address: str, seen: int) -> str:
        """The link in the newest e-mail after the first ``seen`` ones, once it is there."""
        mails = wait_for(lambda: self.mails(address)[seen:], f"an e-mail to {address}")
        match = _LINK.search(mails[-1])
        if match is None:
            raise Stuck("the e-mail holds no link")
        return match.group()

    def fetch(self, url: str) -> bytes:
        """A file of the CRM."""
        return self._robot.fetch(url)

    def close(self) -> None:
        """Close the browser."""
        self._robot.close()

    def _pressed(self, record_id: str) -> Page:
        link = self._robot.open(f"{self._screen}/{record_id}").link_at("send")
        if link is None:
            raise Stuck(f"the quote {record_id} has no button")
        page = self._robot.open(link)
        if not page.forms():
            raise Stuck(f"the hub offers nothing: '{page.heading}' {page.words[:200]}")
        return page
