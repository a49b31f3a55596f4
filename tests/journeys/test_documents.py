"""Offers on the hub's own pages, on a phone, a tablet and a computer: two people in order who
choose, look, draw and come back; a no; a device that is handed over."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DEVICES
from tests.journeys.signers import Offer, go_on, look_at_drawing, new_offer, open_mail, read, sign
from tests.journeys.signers import total as total_of

ZONE = re.compile(r"\d{4} \d{2}:\d{2} CES?T")
CHOSEN = "45\xa0537,50\xa0kr"


@pytest.fixture(params=list(DEVICES))
def device(request, album):
    """What people hold in their hands. Each journey is made on every device, so that the device's
    own width is enough for each; colours do not hang on the width."""
    width = DEVICES[request.param]["viewport"]["width"]
    album.widths = (width,)
    album.axe_modes = ("light", "dark") if request.param == "phone" else ("light",)
    return request.param


def test_two_people_sign_in_order_by_drawing_and_come_back(person, stage, device):
    record, first, second = new_offer(stage.sandbox_url, f"O-TWO-{device}")
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    clerk.glance("crm-sent")
    alice = person(device)
    open_mail(alice, first)
    alice.sees("Läs och skriv under")
    expect(offer.field("status")).to_have_text("Seen")
    alice.look("offer")
    _choose(alice)
    _gated(alice)
    go_on(alice)
    alice.look("canvas")
    _no_dot(alice, finger=_finger(device))
    sign(alice, finger=_finger(device))
    alice.sees("Tack, det är underskrivet")
    expect(alice.page.get_by_text("Nu väntar vi på Bob Andersson.")).to_be_visible()
    alice.look("signed-first")
    _partner(person(device), second, finger=_finger(device))
    _decided(offer)
    clerk.glance("crm-signed")
    _again(alice, first)


def _finger(device):
    return bool(DEVICES[device].get("has_touch"))


def _choose(alice):
    """Each tick changes the total, which screen readers are told."""
    page = alice.page
    read(alice)
    expect(total_of(page)).to_have_text(re.compile(r"kr"))
    before = total_of(page).inner_text()
    page.get_by_role("checkbox", name=re.compile("Bänkskiva i sten")).uncheck()
    expect(total_of(page)).not_to_have_text(before)
    page.get_by_role("checkbox", name=re.compile("Lådinredning")).check()
    expect(total_of(page)).to_have_text(CHOSEN)
    expect(page.locator(".bar [data-gross]")).to_have_text(CHOSEN)
    said = page.locator("#lines [role=status]")
    expect(said).to_have_text(f"Summan är nu {CHOSEN}.")
    alice.look("offer-chosen")


def _gated(alice):
    """The drawing must be seen first; the page says so and leads there."""
    alice.press("Nästa")
    missing = alice.page.locator("#missing")
    expect(missing).to_be_focused()
    expect(missing).to_contain_text("Titta på det här först")
    alice.look("offer-missing")
    look_at_drawing(alice)


def _no_dot(alice, *, finger):
    """A tap is no signature, and nothing is sent for it."""
    canvas = alice.page.locator("canvas")
    (canvas.tap if finger else canvas.click)()
    alice.page.locator('input[name="consent"]').check()
    alice.press("Skriv under nu")
    expect(alice.page.locator("#ink-error")).to_be_visible()
    alice.look("canvas-dot")
    alice.page.locator("[data-clear]").click()


def _partner(bob, email, *, finger):
    open_mail(bob, email)
    bob.sees("Läs och skriv under")
    expect(bob.page.locator(".people")).to_contain_text(
        re.compile("Alice Andersson.*har skrivit under", re.S)
    )
    expect(bob.page.get_by_role("checkbox")).to_have_count(0)
    read(bob)
    look_at_drawing(bob)
    bob.look("offer-second")
    go_on(bob)
    sign(bob, finger=finger)
    bob.sees("Tack, det är underskrivet")
    keep = bob.page.get_by_role("link", name="Ladda ner det underskrivna dokumentet")
    expect(keep).to_be_visible()  # by itself, when it is sealed
    bob.look("signed-both")


def _decided(offer):
    """The CRM holds who signed, the lines as they were chosen, the PDF and the proof."""
    expect(offer.field("status")).to_have_text("Signed")
    expect(offer.field("signed_by")).to_have_text("Alice Andersson, Bob Andersson")
    decided = [offer.line(number) for number in "1234"]
    for line, decision in zip(
        decided, ("accepted", "accepted", "declined", "accepted"), strict=True
    ):
        expect(line).to_have_text(decision)
    expect(offer.card.get_by_role("link", name=re.compile(r"\.pdf$"))).to_have_count(1)
    expect(offer.card.get_by_role("link", name=re.compile(r"\.zip$"))).to_have_count(1)


def _again(alice, email):
    """The second visit shows who signed and when, and hands out the PDF."""
    open_mail(alice, email)
    alice.sees("Det här är redan underskrivet")
    shown = alice.page.locator("main")
    for name in ("Alice Andersson", "Bob Andersson"):
        signed = alice.page.get_by_role("img", name=f"Underskrift av {name}")
        expect(signed).to_be_visible()
    expect(shown).to_contain_text(ZONE)
    with alice.page.expect_download() as download:
        alice.press("Ladda ner det underskrivna dokumentet", role="link")
    assert download.value.suggested_filename.endswith(".pdf")
    alice.look("second-visit")


def test_a_no_reaches_the_crm_with_its_reason(person, stage, device):
    record, email, _ = new_offer(stage.sandbox_url, f"O-NO-{device}", alone=True)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    alice = person(device)
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


def test_a_device_that_is_handed_over_locks_after_the_signature(person, stage, api, device):
    record, _, _ = new_offer(stage.sandbox_url, f"O-HAND-{device}", alone=True)
    clerk = person("computer")
    offer = Offer(clerk, record)
    offer.ask()
    request = api.request_of("offers", record)
    link = api.post(f"requests/{request}/in-person")["url"]
    alice = person(device)
    alice.page.goto(link)
    alice.sees("Läs och skriv under")
    expect(alice.page.get_by_role("link", name=re.compile("Ladda ner"))).to_have_count(0)
    read(alice)
    look_at_drawing(alice)
    alice.look("handed-over")
    go_on(alice)
    sign(alice, finger=_finger(device))
    alice.sees("Lämna tillbaka enheten")
    alice.look("locked")
    alice.page.goto(link)
    alice.sees("Lämna tillbaka enheten")
    alice.page.go_back()
    expect(alice.page.locator("canvas")).to_have_count(0)
    expect(offer.field("status")).to_have_text("Signed")
