"""Without JavaScript: the form, its errors, the review, the BankID step's own words, saying no."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.people import SEND


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
