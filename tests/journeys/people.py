"""What a person does in a browser: opens, clicks, types, reads. Knows no address but the start
page's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from playwright.sync_api import Locator, Page, expect

from tests.journeys.album import Album
from tests.journeys.watch import Watch

SEND = "Skicka för BankID-signering"


def put_away(tab: Page) -> None:
    """Close a tab once it shows what it was asked for.

    Chromium never answers a close that meets a page on its way.
    """
    tab.wait_for_load_state()
    tab.close()


class Person:
    """Somebody with a browser; ``page`` is the tab in front."""

    def __init__(
        self, page: Page, sandbox: str, watch: Watch, album: Album, *, scripts: bool = True
    ) -> None:
        self.page = page
        self.watch = watch
        self.sandbox = sandbox
        self._album = album
        self._scripts = scripts  # axe-core is one
        self._texts = 0

    def look(self, name: str) -> None:
        """Check one of the hub's pages, and take its pictures."""
        self._album.look(self.page, name, axe=self._scripts)

    def glance(self, name: str) -> None:
        """Take the pictures of one of the sandbox's pages."""
        self._album.look(self.page, name, axe=False)

    def start(self) -> None:
        """The sandbox's start page, the one address that is typed in."""
        self.page.goto(f"{self.sandbox}/")

    def sees(self, heading: str) -> None:
        """The page's heading comes to be this one."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))

    def press(self, name: str, *, role: str = "button") -> None:
        """Press what is called so."""
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    def follow(self, link: Locator) -> None:
        """Press a link that opens a tab of its own, and go on there."""
        with self.page.context.expect_page() as opened:
            link.click()
        self.page = opened.value
        self.page.wait_for_load_state()

    def open_case(self, number: str) -> None:
        """From the start page to one case in the ticketing system."""
        self.start()
        self.follow(self.page.get_by_role("link", name="Starta en förfrågan"))
        self.page.get_by_role("link", name=number).click()
        self.sees(number)

    def field(self, name: str) -> Locator:
        """What the case's page shows in a field; it follows by itself."""
        return self.page.locator(f'[data-field="{name}"]').first

    @property
    def texts(self) -> int:
        """How many SMS this person had before opening the link in the last one."""
        return self._texts

    def open_link(self, mobile: str, words: str, look: Callable[[], None] | None = None) -> None:
        """On the phone: choose the number, wait for the SMS with ``words``, tap its link."""
        self.start()
        self.page.get_by_role("link", name=re.compile("^(Telefon|Phone)$")).click()
        self.page.get_by_role("link", name=mobile).first.click()
        bubble = self.page.locator(".bubble", has_text=words).last
        expect(bubble).to_be_visible()
        self._texts = self.page.locator(".bubble").count()
        if look:
            look()
        self.follow(bubble.get_by_role("link"))

    def fill(self, answers: Mapping[str, str]) -> None:
        """Type each answer into the field with that label."""
        for label, text in answers.items():
            self.page.get_by_label(label).fill(text)

    def choose(self, name: str) -> None:
        """In the signing app: say who one is, and go on."""
        self.page.get_by_role("radio", name=name).check()
        self.press("Continue")

    def approve(self) -> None:
        """In the signing app: sign what it shows."""
        self.press("Sign with security code")
