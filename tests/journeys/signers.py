"""What people do with an offer: read the e-mail, look at pages and drawing, tick, draw, say no."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import requests
from playwright.sync_api import Locator, Page, expect

from connectors.crm_rest.sandbox.offer import DRAWING, FIELDS, drawing
from connectors.crm_rest.sandbox.signins import TOKEN
from tests.journeys.people import Person, put_away
from tests.web.pages.pointers import Where, draw, loops, touch

SEEN = "Sedd"


def new_offer(
    sandbox: str, number: str, *, alone: bool = False, mobile: str = ""
) -> tuple[str, str, str]:
    """An offer in the CRM: its id, and the addresses of the two who sign it."""
    fields: dict[str, Any] = deepcopy(FIELDS)
    emails = f"alice.{number}@example.com".lower(), f"bob.{number}@example.com".lower()
    fields["customer"]["email"], fields["partner"]["email"] = emails
    fields["customer"]["mobile"] = mobile or fields["customer"]["mobile"]
    fields |= {"number": number, "seller": {}, "partner": {} if alone else fields["partner"]}
    url, headers = f"{sandbox}/crm_rest/api/v2/offers", {"Authorization": f"Bearer {TOKEN}"}
    made = requests.post(url, json={"data": fields}, headers=headers, timeout=30)
    made.raise_for_status()
    record = str(made.json()["data"]["id"])
    plan = {"file": (DRAWING, drawing(), "image/png")}
    answer = requests.post(f"{url}/{record}/files", files=plan, headers=headers, timeout=30)
    answer.raise_for_status()
    return (record, *emails)


class Offer:
    """One offer on the CRM's screen, in front of a clerk."""

    def __init__(self, clerk: Person, record: str) -> None:
        self._clerk = clerk
        self._card = f"#offer-{record}"

    def ask(self) -> None:
        """From the start page to the offer, and the button."""
        self._clerk.start()
        link = self._clerk.page.get_by_role("link", name="Be om underskrifter på offerten")
        self._clerk.follow(link)
        self.card.get_by_role("button", name="Ask for signatures").click()
        expect(self.field("status")).to_have_text("Sent")

    @property
    def card(self) -> Locator:
        """All of the offer."""
        return self._clerk.page.locator(self._card)

    def field(self, name: str) -> Locator:
        """What the screen shows in a field; it follows by itself."""
        return self.card.locator(f'[data-field="{name}"]')

    def line(self, number: str) -> Locator:
        """What was decided about a line."""
        return self.card.locator(f'[data-line="{number}"] span').last


INVITATION = "^Norrby Vitvaruservice: Offert"


def open_mail(person: Person, address: str, subject: str = INVITATION) -> None:
    """In the mailbox: choose the mail to this address with this subject, press its first link."""
    read_mail(person, address, subject)
    # Another one may lead to where its reader chooses what to be told.
    person.follow(person.page.locator(".letter a").first)


def read_mail(person: Person, address: str, subject: str) -> None:
    """In the mailbox: choose the mail to this address with this subject."""
    person.start()
    person.page.get_by_role("link", name=re.compile("^(Brevlåda|Mailbox)$")).click()
    about = person.page.locator(".subject", has_text=re.compile(subject))
    person.page.locator(".mails a", has_text=address).filter(has=about).first.click()
    person.page.get_by_role("link", name="Text", exact=True).click()


def code_in_sms(person: Person, mobile: str) -> str:
    """The code that came to this number, looked up beside the page in front."""
    phone = person.page.context.new_page()
    phone.goto(f"{person.sandbox}/phone?to={quote(mobile)}")
    bubble = phone.locator(".bubble", has_text=re.compile("kod")).last
    expect(bubble).to_be_visible()
    found = re.search(r"\d{6}", bubble.inner_text())
    put_away(phone)
    assert found is not None
    return found.group()


def read(person: Person) -> None:
    """Scroll through the document, as somebody does who reads it."""
    leaves = person.page.locator(".leaf img")
    for number in range(leaves.count()):
        leaves.nth(number).scroll_into_view_if_needed()
        leaf = leaves.nth(number)
        expect(leaf).to_have_js_property("complete", value=True)
        assert leaf.evaluate("image => image.naturalWidth") > 0


def look_at_drawing(person: Person) -> None:
    """Open what must be looked at, and come back."""
    person.page.get_by_role("link", name="Ritning").first.click()
    person.sees("Ritning")
    expect(person.page.locator("img.photo")).to_have_js_property("complete", value=True)
    person.look("drawing")
    person.press("Tillbaka till dokumentet", role="link")
    expect(person.page.locator(".file", has_text="Ritning")).to_contain_text(SEEN)


def go_on(person: Person) -> None:
    """From what was read through the review to where one signs."""
    person.press("Nästa")
    person.sees("Kontrollera och skriv under")
    person.look("review")
    person.press("Gå vidare till underskrift")
    person.sees("Skriv under här")


def sign(person: Person, *, finger: bool) -> None:
    """Draw, tick, and press the button."""
    places: list[Where] = loops()
    person.page.locator("canvas").scroll_into_view_if_needed()
    (touch if finger else draw)(person.page, places)
    person.page.locator('input[name="consent"]').check()
    person.look("drawn")
    person.press("Skriv under nu")


def total(page: Page) -> Locator:
    """What it comes to, as the table of lines has it."""
    return page.locator(".totals [data-gross]")
