"""What goes to other people from the document's page: remarks to the sender and their answers, and
the link passed on to somebody else; on a phone and on a computer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.signers import (
    Offer,
    code_in_sms,
    go_on,
    look_at_drawing,
    new_offer,
    open_mail,
    read,
    read_mail,
    sign,
)

OFFICE = "service@norrby.example"
ASKED = "Går det att få luckorna i ask?"
SAID = "Ja, till samma pris."


@pytest.mark.parametrize("device", ["phone", "computer"])
def test_a_remark_reaches_the_sender_and_the_answer_comes_back(person, stage, api, device):
    record, email, _ = new_offer(stage.sandbox_url, f"O-ASK-{device}", alone=True)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    alice = person(device)
    open_mail(alice, email)
    remarks = alice.page.locator("#remarks")
    remarks.get_by_text("Skriv till Norrby").click()
    with alice.watch.refusal(422):
        alice.press("Skicka meddelandet")
        expect(alice.page.get_by_label("Ditt meddelande")).to_be_focused()
    expect(remarks).to_contain_text("Skriv något först.")
    alice.look(f"remark-empty-{device}")
    alice.fill({"Ditt meddelande": ASKED})
    alice.press("Skicka meddelandet")
    expect(remarks.locator(".remark.mine")).to_contain_text(ASKED)
    alice.look(f"remark-{device}")
    read_mail(clerk, OFFICE, f"O-ASK-{device}")
    letter = clerk.page.locator(".letter")
    expect(letter).to_contain_text(ASKED)
    clerk.follow(letter.get_by_role("link"))
    expect(offer.card).to_be_in_viewport()
    request = api.request_of("offers", record)
    api.post(f"requests/{request}/remarks", text=SAID, recipient="owner")
    open_mail(alice, email, "^Kommentar till Offert")
    expect(remarks_of(alice)).to_have_text([re.compile(re.escape(ASKED)), re.compile(SAID)])
    alice.look(f"remark-answered-{device}")


@pytest.mark.parametrize(
    ("device", "mobile"), [("phone", "+46701740691"), ("computer", "+46701740692")]
)
def test_the_link_is_passed_on_by_who_can_read_the_code(person, stage, device, mobile):
    number = f"O-PASS-{device}"
    record, email, _ = new_offer(stage.sandbox_url, number, alone=True, mobile=mobile)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    alice = person(device)
    open_mail(alice, email)
    alice.press("Någon annan ska göra det här", role="link")
    alice.sees("Vem ska göra det här i stället?")
    charlie = f"charlie.{number}@example.com".lower()
    _pass_on(alice, charlie, mobile, device)
    alice.sees("För dig att läsa")
    expect(alice.page.locator("main")).to_contain_text("vidare till Charlie Carlsson")
    expect(alice.page.locator("#act")).to_have_count(0)
    alice.look(f"forwarded-{device}")
    other = person(device)
    open_mail(other, charlie)
    other.sees("Läs och skriv under")
    read(other)
    look_at_drawing(other)
    go_on(other)
    expect(other.page.get_by_label("Ditt namn")).to_have_value("Charlie Carlsson")
    sign(other, finger=device == "phone")
    other.sees("Tack, det är underskrivet")
    other.look(f"forwarded-signed-{device}")
    expect(offer.field("status")).to_have_text("Signed")
    open_mail(alice, email)
    alice.sees("Det här är underskrivet")
    alice.look(f"forwarded-over-{device}")


def _pass_on(alice, email, mobile, device):
    """A wrong code is refused, the one from the SMS is taken."""
    alice.look(f"forward-{device}")
    alice.fill({"Namn": "Charlie Carlsson", "E-post": email})
    alice.press("Skicka en kod till mig")
    told = alice.page.locator("[data-told]")
    expect(told).to_contain_text("Vi har skickat en kod till")
    code = code_in_sms(alice, mobile)
    alice.fill({"Kod": "000000" if code != "000000" else "111111"})
    with alice.watch.refusal(422):
        alice.press("Skicka vidare")
        expect(alice.page.get_by_label("Kod")).to_be_focused()
    expect(alice.page.locator("#code-error")).to_contain_text("Koden stämmer inte")
    alice.look(f"forward-wrong-{device}")
    alice.fill({"Kod": code})
    alice.press("Skicka vidare")


def remarks_of(someone):
    """Everything that was written, oldest first."""
    return someone.page.locator("#remarks .remark .text")
