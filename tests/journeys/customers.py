"""What people do around the customer's portal: share an offer in the field-service system, find the
code in the mailbox, sign in."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import requests
from playwright.sync_api import expect

from connectors.crm_rest.sandbox.service import ALICE, ALL, BOB, CARMEN, OFFER, offer
from connectors.crm_rest.sandbox.signins import TOKEN
from hub.cli.story import wait_for
from tests.journeys.people import Person

PEOPLE = {"da": ALICE, "fr": BOB, "ro": CARMEN}
LINES = (
    ("Luft-vand-varmepumpe, 12 kW", "1", "stk", "68500"),
    ("Montering og indkøring", "16", "timer", "595"),
)


def new_offer(sandbox: str, number: str, language: str) -> tuple[str, str]:
    """An offer in the field-service system for somebody who reads this language and has an address
    of their own: its id, and the address."""
    email = f"{PEOPLE[language]['name'].split()[0]}.{number}@solsikken.example".lower()
    fields = offer(number, f"P-{number}", "Varmepumpe til bageriet", ALL, LINES)
    contact = {**PEOPLE[language], "email": email, "phone": ""}
    fields |= {"contact": contact, "customer": _customer(fields["customer"], number, contact)}
    url, headers = f"{sandbox}/crm_rest/api/v2/{OFFER}", {"Authorization": f"Bearer {TOKEN}"}
    made = requests.post(url, json={"data": fields}, headers=headers, timeout=30)
    made.raise_for_status()
    return str(made.json()["data"]["id"]), email


def _customer(usual: dict[str, Any], number: str, contact: dict[str, Any]) -> dict[str, Any]:
    """A customer for this offer alone, so that nobody else's documents stand in the list."""
    return {**usual, "id": f"K-{number}", "contacts": [contact]}


def share(clerk: Person, record: str) -> None:
    """From the start page to the offer, and the button."""
    clerk.start()
    portal = clerk.page.get_by_role("link", name="Öppna portalen som kunden")
    expect(portal).to_have_attribute("href", re.compile(r"/p/service/\?lang=da$"))
    clerk.follow(clerk.page.get_by_role("link", name="Dela en offert"))
    clerk.page.locator(f"#offer-{record} a").click()
    clerk.press("Share in the portal")
    expect(clerk.field("portal_status")).to_have_text("Shared")


def to_the_portal(clerk: Person, person: Person, language: str) -> None:
    """By the link on the offer's screen, in another browser."""
    link = clerk.page.locator(f'[data-portal="{language}"]')
    person.page.goto(str(link.get_attribute("href")))


def sign_in(person: Person, email: str, *, keys: bool = False) -> None:
    """Type the address, then the code that comes to it. The mailbox looks the same to everybody, so
    its list is read here and not on the page."""
    before = len(_codes(person.sandbox, email))
    page = person.page
    page.locator("#address").fill(email)
    if keys:
        page.keyboard.press("Enter")
    else:
        page.locator(".bar .button").click()
    page.locator("#code").wait_for()
    code = wait_for(lambda: _codes(person.sandbox, email)[before:], f"a code for {email}")
    page.locator("#code").fill(code[-1])
    if keys:
        page.keyboard.press("Enter")
    else:
        page.locator(".bar .button").click()
    page.locator(".shelf").wait_for()


def _codes(sandbox: str, email: str) -> list[str]:
    answer = requests.get(f"{sandbox}/mailbox/messages?to={quote(email)}", timeout=30)
    texts = [str(one["text"]) for one in answer.json()["messages"]]
    return [found for text in texts for found in re.findall(r"\b\d{6}\b", text)[:1]]
