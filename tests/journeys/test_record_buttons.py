"""The buttons on a record of the ERP beside "send": how it stands at the provider, and withdraw."""

from __future__ import annotations

import re

from playwright.sync_api import expect

NUMBER, MOBILE = "VQ1002", "+46701740612"


def test_a_clerk_looks_how_it_stands_and_withdraws_it(person):
    clerk = person("computer")
    clerk.start()
    clerk.follow(clerk.page.get_by_role("link", name="Skicka en tilläggsförsäljning"))
    clerk.page.get_by_role("link", name="Offerter", exact=True).first.click()
    clerk.page.get_by_role("link", name=NUMBER).first.click()
    clerk.page.locator("#check").click()
    clerk.sees("Inget har skickats")
    clerk.look("nothing")
    clerk.press("Tillbaka till posten", role="link")
    clerk.page.locator("label.chip", has_text="Snabboffert").click()
    clerk.press("Skicka för signering")
    clerk.press("Skicka nu")
    clerk.sees("Skickat")
    clerk.press("Tillbaka till posten", role="link")
    expect(clerk.page.locator("#digital-status")).to_have_text(re.compile("skickad"))
    customer = person("phone")
    customer.open_link(MOBILE, NUMBER)
    customer.sees(NUMBER)
    clerk.page.locator("#check").click()
    clerk.sees("Så här står det")
    clerk.press("Titta hos GetAccept nu")
    expect(clerk.page.locator("[data-said]")).to_be_hidden()
    expect(clerk.page.locator("[data-standing]")).to_contain_text("Kunden har öppnat")
    clerk.look("standing")
    clerk.press("Tillbaka till posten", role="link")
    clerk.page.locator("#cancel").click()
    clerk.sees("Återkalla det")
    clerk.look("cancel")
    clerk.press("Återkalla nu")
    clerk.sees("Det är återkallat")
    clerk.look("withdrawn")
    clerk.page.go_back()
    clerk.sees("Det är återkallat")  # no browser keeps the page that asked
    clerk.press("Tillbaka till posten", role="link")
    expect(clerk.page.locator("#digital-status")).not_to_have_text(re.compile("skickad|läst"))
    with customer.watch.refusal(410):
        customer.open_link(MOBILE, NUMBER)
        customer.sees("återkallat")
    customer.look("told")
