"""Without JavaScript: the form, its errors, the review, the BankID step's own words, saying no; a
document from reading it to the signature that is typed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.people import SEND
from tests.journeys.signers import Offer, go_on, look_at_drawing, new_offer, open_mail, read, total

CHOSEN = "45\xa0537,50\xa0kr"


def test_a_browser_without_script_comes_to_the_code_and_back(person):
    clerk = person("computer")
    _send(clerk, "SC-1043")
    maja = person("phone", java_script_enabled=False)
    maja.open_link("+46701740623", "SC-1043")
    maja.sees("Dina kontaktuppgifter")
    maja.fill({"E-postadress": "maja", "Ort": ""})
    with maja.watch.refusal(422):
        maja.press("Nästa")
        expect(maja.page.get_by_label("E-postadress")).to_be_focused()
    maja.look("contact-error")
    maja.fill({"E-postadress": "maja@example.com", "Ort": "Åre"})
    maja.press("Nästa")
    maja.sees("Det som ska repareras")
    maja.page.get_by_label("E-post", exact=True).check()
    maja.page.get_by_label("Jag har sparat en kopia").check()
    maja.press("Nästa")
    maja.sees("Kontrollera och skriv under")
    expect(maja.page.locator(".exact")).to_contain_text("maja@example.com")
    maja.look("review")
    maja.press("BankID på en annan enhet (QR-kod)")
    expect(maja.page.locator("noscript .note")).to_be_visible()
    expect(maja.page.locator("noscript .note")).to_contain_text("JavaScript är avstängt")
    maja.look("code")
    _approve(person("phone"))
    expect(clerk.field("sign_state")).to_have_text("Signed")  # so the hub has heard of it
    maja.press("Uppdatera sidan", role="link")
    maja.sees("Tack, det är underskrivet")
    maja.look("done")


def test_saying_no_needs_no_script(person):
    clerk = person("computer")
    _send(clerk, "SC-1047")
    nils = person("phone", java_script_enabled=False)
    nils.open_link("+46701740658", "SC-1047")
    nils.press("Jag vill inte det här", role="link")
    nils.sees("Vill du inte gå vidare?")
    nils.look("decline")
    nils.fill({"Vill du berätta varför?": "Vi har köpt en ny."})
    nils.press("Tacka nej")
    nils.sees("Du har tackat nej")
    expect(nils.page.get_by_text("Vi har köpt en ny.")).to_be_visible()
    nils.look("declined")
    expect(clerk.field("sign_state")).to_have_text("Declined")
    expect(clerk.field("sign_reason")).to_have_text("Kunden avböjde. Vi har köpt en ny.")
    clerk.glance("case-declined")


def test_a_document_is_read_chosen_and_signed_without_script(person, stage):
    record, email, _ = new_offer(stage.sandbox_url, "O-PLAIN", alone=True)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    alice = person("phone", java_script_enabled=False)
    open_mail(alice, email)
    alice.sees("Läs och skriv under")
    read(alice)
    alice.look("offer")
    _choose(alice)
    _held_back(alice)
    go_on(alice)
    with alice.watch.refusal(422):
        alice.press("Skriv under nu")
        expect(alice.page.locator("#consent-error")).to_be_visible()
    alice.look("not-agreed")
    _type(alice)
    alice.sees("Tack, det är underskrivet")  # by itself: the page before it looks again
    alice.look("signed")
    expect(offer.field("status")).to_have_text("Signed")
    expect(offer.line("3")).to_have_text("declined")
    expect(offer.line("4")).to_have_text("accepted")


def _choose(alice):
    page = alice.page
    page.get_by_role("checkbox", name=re.compile("Bänkskiva i sten")).uncheck()
    page.get_by_role("checkbox", name=re.compile("Lådinredning")).check()
    alice.press("Uppdatera summan")
    expect(page.locator("main [role=status]").first).to_contain_text(f"Summan är nu {CHOSEN}.")
    expect(total(page)).to_have_text(CHOSEN)
    alice.look("offer-chosen")


def _held_back(alice):
    """What was not looked at is said in words; from there one can go on and back."""
    alice.press("Nästa")
    missing = alice.page.locator("#missing")
    expect(missing).to_be_focused()
    expect(missing).to_contain_text("Titta på det här först")
    alice.look("offer-missing")
    missing.get_by_role("link", name="Ritning").click()
    alice.sees("Ritning")
    alice.page.go_back()
    alice.sees("Läs och skriv under")
    look_at_drawing(alice)


def _type(alice):
    name = alice.page.get_by_label("Ditt namn")
    expect(name).to_have_value("Alice Andersson")
    expect(alice.page.locator("canvas")).to_be_hidden()
    name.fill("Alice A. Andersson")
    alice.page.locator('input[name="consent"]').check()
    alice.look("typed")
    alice.press("Skriv under nu")


def _send(clerk, number):
    clerk.open_case(number)
    clerk.press(SEND)
    expect(clerk.field("sign_state")).to_have_text("Sent")


def _approve(phone):
    phone.start()
    phone.follow(phone.page.get_by_role("link", name="BankID app"))
    phone.page.get_by_role("radio", name="Charlie Cederlund").check()
    phone.press("Paraph Sandbox AB")
    phone.approve()
    phone.sees("Signed")
