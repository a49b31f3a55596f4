"""Offers on the hub's own pages: two people in order, a no, a tablet that is handed over, a second
visit; each at the width of the device that is used for it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.signers import Offer, go_on, look_at_drawing, new_offer, open_mail, read, sign
from tests.journeys.signers import total as total_of

ZONE = re.compile(r"\d{4} \d{2}:\d{2} CES?T")
CHOSEN = "45\xa0537,50\xa0kr"


def test_two_people_sign_in_order_with_a_finger_on_two_devices(person):
    clerk = person("computer")
    offer = Offer(clerk, "1")
    offer.ask()
    clerk.glance("crm-sent")
    alice = person("phone")
    open_mail(alice, "alice@example.com")
    alice.sees("Läs och skriv under")
    expect(offer.field("status")).to_have_text("Seen")
    alice.look("offer")
    _choose(alice)
    _gated(alice)
    go_on(alice)
    alice.look("canvas")
    _no_dot(alice)
    sign(alice, finger=True)
    alice.sees("Tack, det är underskrivet")
    expect(alice.page.get_by_text("Nu väntar vi på Bob Andersson.")).to_be_visible()
    alice.look("signed-first")
    _partner(person("tablet"))
    expect(offer.field("status")).to_have_text("Signed")
    expect(offer.field("signed_by")).to_have_text("Alice Andersson, Bob Andersson")
    decided = [offer.line(number) for number in "1234"]
    for line, decision in zip(
        decided, ("accepted", "accepted", "declined", "accepted"), strict=True
    ):
        expect(line).to_have_text(decision)
    expect(offer.card.get_by_role("link", name=re.compile(r"\.pdf$"))).to_have_count(1)
    expect(offer.card.get_by_role("link", name=re.compile(r"\.zip$"))).to_have_count(1)
    clerk.glance("crm-signed")


def _choose(alice):
    """Each tick changes the total, which screen readers are told."""
    page = alice.page
    read(alice)
    expect(total_of(page)).to_have_text(re.compile(r"kr"))
    first = total_of(page).inner_text()
    page.get_by_role("checkbox", name=re.compile("Bänkskiva i sten")).uncheck()
    expect(total_of(page)).not_to_have_text(first)
    page.get_by_role("checkbox", name=re.compile("Lådinredning")).check()
    expect(total_of(page)).to_have_text(CHOSEN)
    expect(page.locator(".bar [data-gross]")).to_have_text(CHOSEN)
    said = page.locator("#lines [role=status]")
    expect(said).to_have_text(f"Summan är nu {CHOSEN}.")
    alice.look("offer-chosen")


def _gated(alice):
    """The drawing must be seen first; the page says so and leads there."""
    with alice.watch.refusal(422):
        alice.press("Nästa")
        missing = alice.page.locator("#missing")
        expect(missing).to_be_focused()
    expect(missing).to_contain_text("Titta på det här först")
    alice.look("offer-missing")
    look_at_drawing(alice)


def _no_dot(alice):
    """A tap is no signature, and nothing is sent for it."""
    alice.page.locator("canvas").tap()
    alice.page.locator('input[name="consent"]').check()
    alice.press("Skriv under nu")
    expect(alice.page.locator("#ink-error")).to_be_visible()
    alice.look("canvas-dot")
    alice.page.locator("[data-clear]").click()


def _partner(bob):
    open_mail(bob, "bob@example.com")
    bob.sees("Läs och skriv under")
    expect(bob.page.locator(".people")).to_contain_text(
        re.compile("Alice Andersson.*har skrivit under", re.S)
    )
    expect(bob.page.get_by_role("checkbox")).to_have_count(0)
    read(bob)
    look_at_drawing(bob)
    bob.look("offer-second")
    go_on(bob)
    sign(bob, finger=True)
    bob.sees("Tack, det är underskrivet")
    bob.look("signed-both")


def test_a_mouse_signs_and_the_second_visit_shows_who_and_when(person, stage):
    record, email, _ = new_offer(stage.sandbox_url, "O-DESK", alone=True)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    alice = person("computer")
    open_mail(alice, email)
    read(alice)
    look_at_drawing(alice)
    alice.look("offer")
    go_on(alice)
    sign(alice, finger=False)
    alice.sees("Tack, det är underskrivet")
    keep = alice.page.get_by_role("link", name="Ladda ner det underskrivna dokumentet")
    expect(keep).to_be_visible()  # by itself, when it is sealed
    alice.look("signed")
    expect(offer.field("status")).to_have_text("Signed")
    open_mail(alice, email)
    alice.sees("Det här är redan underskrivet")
    shown = alice.page.locator("main")
    expect(shown).to_contain_text("Alice Andersson")
    expect(shown).to_contain_text(ZONE)
    expect(alice.page.locator("img.ink")).to_be_visible()
    with alice.page.expect_download() as download:
        alice.press("Ladda ner det underskrivna dokumentet", role="link")
    assert download.value.suggested_filename.endswith(".pdf")
    alice.look("second-visit")


def test_a_no_on_the_phone_reaches_the_crm_with_its_reason(person, stage):
    record, email, _ = new_offer(stage.sandbox_url, "O-NO", alone=True)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    alice = person("phone")
    open_mail(alice, email)
    alice.press("Jag vill inte skriva under", role="link")
    alice.sees("Vill du inte gå vidare?")
    alice.look("decline")
    alice.fill({"Vill du berätta varför?": "Vi väntar till våren."})
    alice.press("Tacka nej")
    alice.sees("Du har tackat nej")
    alice.look("declined")
    expect(offer.field("status")).to_have_text("Declined")
    expect(offer.field("refused_reason")).to_contain_text("Vi väntar till våren.")


def test_a_tablet_that_is_handed_over_locks_after_the_signature(person, stage, api):
    record, _, _ = new_offer(stage.sandbox_url, "O-TABLET", alone=True)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    request = api.request_of("offers", record)
    link = api.post(f"requests/{request}/in-person")["url"]
    alice = person("tablet")
    alice.page.goto(link)
    alice.sees("Läs och skriv under")
    expect(alice.page.get_by_role("link", name=re.compile("Ladda ner"))).to_have_count(0)
    read(alice)
    look_at_drawing(alice)
    alice.look("tablet")
    go_on(alice)
    sign(alice, finger=True)
    alice.sees("Lämna tillbaka surfplattan")
    alice.look("tablet-locked")
    alice.page.goto(link)
    alice.sees("Lämna tillbaka surfplattan")
    alice.page.go_back()
    expect(alice.page.locator("canvas")).to_have_count(0)
    expect(offer.field("status")).to_have_text("Signed")
