"""On a computer: the link to the hub's own page, the QR code, and the app on another device."""

from __future__ import annotations

import re

from playwright.sync_api import expect

NUMBER, MOBILE = "SC-1042", "+46701740612"
REVIEW = "Öppna utskicket"


def test_a_computer_sends_by_link_and_signs_by_code(person):
    clerk = person("computer")
    clerk.open_case(NUMBER)
    clerk.glance("case")
    _send_once(clerk)
    oskar = person("computer")
    oskar.open_link(MOBILE, NUMBER, lambda: oskar.glance("sms"))
    assert oskar.texts == 1
    _fill_in(oskar)
    _sign(oskar, person("phone"))
    expect(clerk.field("sign_state")).to_have_text("Signed")
    clerk.glance("case-signed")


def _send_once(clerk):
    clerk.press(REVIEW, role="link")
    clerk.sees("Skicka till kunden?")
    shown = clerk.page.locator("main")
    for part in ("Oskar Bergman", MOBILE, f"för ärende {NUMBER} här:"):
        expect(shown).to_contain_text(part)
    clerk.look("button")
    clerk.press("Skicka nu")
    clerk.sees("Skickat")
    expect(shown).to_contain_text(MOBILE)
    clerk.look("button-sent")
    clerk.press("Tillbaka till posten", role="link")
    expect(clerk.field("sign_state")).to_have_text("Sent")
    clerk.press(REVIEW, role="link")
    clerk.sees("Redan skickat")
    clerk.look("button-again")
    expect(clerk.page.get_by_role("button", name="Skicka nu")).to_have_count(0)
    clerk.press("Tillbaka till posten", role="link")


def _fill_in(oskar):
    oskar.sees("Dina kontaktuppgifter")
    oskar.press("Nästa")
    oskar.sees("Det som ska repareras")
    oskar.page.get_by_label("Telefonsamtal").check()
    with oskar.watch.refusal(422):
        oskar.press("Nästa")
        expect(oskar.page.get_by_label("Jag har sparat en kopia")).to_be_focused()
    oskar.look("repair-error")
    oskar.page.get_by_label("Jag har sparat en kopia").check()
    oskar.press("Nästa")
    oskar.sees("Kontrollera och skriv under")
    oskar.look("review")


def _sign(oskar, phone):
    oskar.press("BankID på en annan enhet (QR-kod)")
    oskar.sees("Läs av koden med BankID")
    code = oskar.page.get_by_role("img", name="QR-kod")
    first = code.screenshot()
    for _ in range(2):
        shown = str(code.get_attribute("src"))
        expect(code).not_to_have_attribute("src", shown, timeout=3_000)
    assert code.screenshot() != first
    oskar.look("code")
    phone.start()
    phone.follow(phone.page.get_by_role("link", name="BankID app"))
    phone.glance("app-home")
    phone.page.get_by_role("radio", name="Bob Berg").check()
    phone.press("Paraph Sandbox AB")
    expect(phone.page.get_by_role("region", name="Text to sign")).to_contain_text(NUMBER)
    expect(oskar.page.get_by_role("status")).to_have_text(re.compile("säkerhetskod"))
    expect(code).to_be_hidden()
    oskar.look("code-taken")
    phone.approve()
    phone.sees("Signed")
    phone.glance("app-signed")
    oskar.sees("Tack, det är underskrivet")
    oskar.look("done")
