"""From the field-service screen to the customer's portal and back: in three languages, on a phone
and on a desk; without JavaScript; by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DEVICES
from tests.journeys.customers import PEOPLE, new_offer, share, sign_in, to_the_portal
from tests.journeys.signers import read

WORDS = {  # what somebody writes, and why they say no
    "da": ("Hvornår kan I begynde?", "Vi venter til foråret."),
    "fr": ("Quand pouvez-vous commencer ?", "Nous attendons le printemps."),
    "ro": ("Când puteți începe?", "Așteptăm până la primăvară."),
}


@pytest.fixture(params=["phone", "computer"])
def device(request, album):
    """Each journey is made on both, so that the device's own width is enough."""
    album.widths = (DEVICES[request.param]["viewport"]["width"],)
    return request.param


@pytest.mark.parametrize("language", list(PEOPLE))
def test_an_offer_is_read_asked_about_and_accepted_in_the_portal(
    person, stage, album, device, language
):
    album.journey = f"portal-{language}-{device}"
    record, email = new_offer(stage.sandbox_url, f"J-{language}-{device}", language)
    clerk = person("computer")
    share(clerk, record)
    clerk.glance("field-service-shared")
    guest = person(device)
    to_the_portal(clerk, guest, language)
    expect(guest.page.locator("html")).to_have_attribute("lang", language)
    guest.look("sign-in")
    sign_in(guest, email)
    expect(guest.page.locator("html")).to_have_attribute("lang", language)
    guest.look("list")
    guest.page.locator(".shelf .card").first.click()
    read(guest)
    guest.look("offer")
    expect(clerk.field("portal_status")).to_have_text("Opened")
    _write(guest, WORDS[language][0])
    guest.look("written")
    expect(clerk.field("last_message")).to_have_text(WORDS[language][0])
    _take_along(guest)
    expect(clerk.field("downloaded_by")).to_have_text(PEOPLE[language]["name"])
    _accept(guest)
    guest.look("accepted")
    expect(clerk.field("portal_status")).to_have_text("Accepted")
    expect(clerk.field("accepted_by")).to_have_text(PEOPLE[language]["name"])
    expect(clerk.page.get_by_role("link", name=re.compile(r"\.pdf$"))).to_be_visible()
    clerk.glance("field-service-accepted")
    guest.page.locator(".back a").click()
    guest.page.locator(".shelf .pill.completed").wait_for()
    guest.look("list-accepted")
    guest.page.locator("form.out button").last.click()
    guest.look("signed-out")


def test_reading_accepting_and_declining_need_no_script(person, stage):
    accepted, email = new_offer(stage.sandbox_url, "J-PLAIN", "da")
    clerk = person("computer")
    share(clerk, accepted)
    guest = person("phone", java_script_enabled=False)
    to_the_portal(clerk, guest, "da")
    sign_in(guest, email)
    guest.page.locator(".shelf .card").first.click()
    read(guest)
    guest.look("offer")
    _accept(guest)
    expect(clerk.field("portal_status")).to_have_text("Accepted")
    declined, other = new_offer(stage.sandbox_url, "J-PLAIN-NO", "da")
    share(clerk, declined)
    guest.page.context.clear_cookies()
    to_the_portal(clerk, guest, "da")
    sign_in(guest, other)
    guest.page.locator(".shelf .card").first.click()
    read(guest)
    guest.page.locator('a[href$="/decline"]').click()
    guest.page.locator("#reason").fill(WORDS["da"][1])
    guest.page.locator(".bar .button").click()
    expect(clerk.field("portal_status")).to_have_text("Declined")
    expect(clerk.field("portal_reason")).to_contain_text(WORDS["da"][1])
    guest.look("declined")


def test_the_keyboard_alone_is_enough(person, stage):
    record, email = new_offer(stage.sandbox_url, "J-KEYS", "fr")
    clerk = person("computer")
    share(clerk, record)
    guest = person("computer")
    to_the_portal(clerk, guest, "fr")
    sign_in(guest, email, keys=True)
    _tab_to(guest, ".shelf .card")
    guest.page.keyboard.press("Enter")
    guest.page.wait_for_url("**/s/**")
    read(guest)
    _tab_to(guest, "#act .button")
    guest.page.keyboard.press("Enter")
    guest.page.locator("form.sign").wait_for()
    _tab_to(guest, "form.sign .button")
    guest.page.keyboard.press("Enter")
    guest.page.locator('input[name="consent"]').wait_for()
    _tab_to(guest, 'input[name="consent"]')
    guest.page.keyboard.press("Space")
    _tab_to(guest, "form.sign .bar .button")
    guest.page.keyboard.press("Enter")
    guest.page.wait_for_url("**/done")
    expect(clerk.field("portal_status")).to_have_text("Accepted")


def _write(guest, text):
    guest.page.locator("#remarks summary").click()
    guest.page.locator("#remarks textarea").fill(text)
    guest.page.locator("#remarks button[type=submit]").click()
    expect(guest.page.locator("#remarks .remark .text")).to_have_text(text)


def _take_along(guest):
    with guest.page.expect_download() as download:
        guest.page.locator('.document-head a[href*="/file/"]').click()
    assert download.value.suggested_filename.endswith(".pdf")


def _accept(guest):
    page = guest.page
    page.locator("#act .button").click()
    page.locator("form.sign .button").first.wait_for()
    guest.look("review")
    page.locator("form.sign .button").first.click()
    page.locator('input[name="consent"]').check()
    guest.look("typed")
    page.locator("form.sign .bar .button").click()
    page.wait_for_url("**/done")


def _tab_to(guest, selector):
    """Press Tab until one of these has the focus."""
    for _ in range(60):
        if guest.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        guest.page.keyboard.press("Tab")
    pytest.fail(f"{selector} cannot be reached with the keyboard")
