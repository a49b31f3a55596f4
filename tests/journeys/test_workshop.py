"""A workshop's additional sale: sent from the ERP's screen, decided line by line on a phone at the
provider, seen on the order; and an offer that the customer answers by telephone (story A)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import put_away

MOBILE = "+46701740605"
ANSWERED = "Ja, hämta efter tre."


@pytest.fixture
def clerk(person, album):
    """Somebody at the workshop's computer. The customer's pages are the provider's."""
    album.axe_modes = ("light", "dark")
    return person("computer")


def open_document(clerk, listed, number):
    """From the start page to one document of the ERP."""
    clerk.start()
    clerk.follow(clerk.page.get_by_role("link", name="Skicka en tilläggsförsäljning"))
    clerk.page.get_by_role("link", name=listed, exact=True).first.click()
    clerk.page.get_by_role("link", name=number).first.click()
    clerk.sees(number)


def send(clerk, kind, name):
    """Choose the kind, press the button, and say yes on the hub's page."""
    clerk.page.locator("label.chip", has_text=re.compile(f"^{kind}$")).click()
    clerk.press("Skicka för signering")
    clerk.sees("Skicka till kunden")
    clerk.look(f"{name}-asked")
    clerk.press("Skicka nu")
    clerk.sees("Skickat")
    clerk.look(f"{name}-sent")
    clerk.press("Tillbaka till posten", role="link")


def status(clerk, word):
    """The digital status on the document, which follows by itself."""
    expect(clerk.page.locator("#digital-status")).to_have_text(re.compile(word, re.IGNORECASE))


def ask_provider(clerk, name):
    """The button that has the hub look at the provider, and back."""
    clerk.page.locator("#check").click()
    clerk.sees("Så här står det")
    clerk.press("Titta hos", role="button")
    expect(clerk.page.locator("[data-said]")).to_be_hidden()
    clerk.look(name)
    clerk.press("Tillbaka till posten", role="link")


def test_an_additional_sale_is_decided_line_by_line_on_a_phone(person, clerk):
    open_document(clerk, "Order", "VO1001")
    clerk.page.locator("#files li", has_text="sprucken-kapa.png").get_by_label("Måste ses").check()
    clerk.glance("order")
    send(clerk, "Tilläggsförsäljning", "additional")
    status(clerk, "skickad")
    ask_provider(clerk, "standing")
    customer = person("phone")
    customer.open_link(MOBILE, "Tilläggsarbete", lambda: customer.glance("sms"))
    customer.sees("Tilläggsarbete på Gräsklippare R320")
    customer.glance("provider")
    status(clerk, "läst")
    _ask(customer, clerk)
    _choose(customer)
    _sign(customer)
    status(clerk, "signerad")
    jobs = {n: clerk.page.locator(f"#job-{n}") for n in (20000, 30000, 40000)}
    expect(jobs[20000]).to_contain_text("Godkänd")
    expect(jobs[30000]).to_contain_text("Avböjd")
    expect(jobs[40000]).to_contain_text("Avböjd")
    expect(clerk.page.locator("#notes")).to_contain_text("Hinner ni till fredag?")
    expect(clerk.page.locator("#notes")).to_contain_text("Signerad av Elsa Lindqvist")
    _files_arrive(clerk, "bevis-VO1001.zip")
    clerk.glance("order-signed")


def _files_arrive(clerk, name):
    """The list of files is read anew with the page only, as somebody may be ticking them."""
    for _ in range(20):
        if clerk.page.locator("#files").get_by_text(name).count():
            return
        clerk.page.wait_for_timeout(1000)
        clerk.page.reload()
    raise AssertionError(f"{name} does not hang on the record")


def _ask(customer, clerk):
    customer.page.get_by_label("Ditt meddelande").fill("Hinner ni till fredag?")
    customer.press("Skicka meddelande")
    with clerk.page.context.expect_page() as opened:
        clerk.page.locator("section", has_text="Digital status").get_by_role("link").first.click()
    portal = opened.value
    portal.get_by_label("Your answer").fill(ANSWERED)
    portal.get_by_role("button", name="Send answer").click()
    expect(portal.locator("li.mine", has_text=ANSWERED)).to_be_visible()
    put_away(portal)
    customer.page.reload()
    expect(customer.page.get_by_text(ANSWERED)).to_be_visible()


def _choose(customer):
    customer.page.get_by_label("Byt kniv").check()
    customer.press("Gå till signering")
    expect(customer.page.get_by_text("Innan du kan signera")).to_be_visible()
    customer.glance("held-back")
    customer.press("Gå dit", role="link")
    with customer.page.context.expect_page() as opened:
        customer.page.get_by_role("link", name="sprucken-kapa.png").click()
    put_away(opened.value)
    customer.page.reload()


def _sign(customer):
    customer.press("Gå till signering")
    expect(customer.page.get_by_text("Du valde")).to_be_visible()
    customer.glance("sign")
    customer.page.locator("#sign").click()
    customer.sees("Alla har signerat")
    customer.glance("signed")


def test_a_customer_who_phones_finds_the_link_withdrawn(person, clerk):
    open_document(clerk, "Offerter", "VQ1003")
    send(clerk, "Offert", "offer")
    status(clerk, "skickad")
    customer = person("phone", locale="en-GB")
    link = _by_mail(customer, "charlotte.bishop@example.com")
    customer.sees("Offer VQ1003")
    clerk.page.locator("#cancel").click()
    clerk.sees("Återkalla det")
    clerk.look("cancel")
    clerk.press("Kunden har svarat", role="link")
    clerk.sees("Anteckna kundens svar")
    clerk.look("answer")
    clerk.page.get_by_label("Ja, kunden").check()
    clerk.page.get_by_label("Per telefon").check()
    clerk.page.get_by_label("Vem tog emot svaret?").fill("Bob")
    clerk.press("Anteckna svaret")
    clerk.look("answered")
    with customer.watch.refusal(410):
        customer.page.goto(link)
    expect(customer.page.get_by_role("heading", level=1)).to_contain_text("withdrawn")
    customer.look("withdrawn")
    clerk.start()
    clerk.follow(clerk.page.get_by_role("link", name="Skicka en tilläggsförsäljning"))
    clerk.page.get_by_role("searchbox").or_(clerk.page.locator("input[name=q]")).first.fill(
        "VQ1003"
    )
    clerk.page.keyboard.press("Enter")
    clerk.page.get_by_role("link", name=re.compile("^VO")).first.click()
    expect(clerk.page.get_by_text("Bob, Telefon")).to_be_visible()
    clerk.glance("order-made")


def _by_mail(customer, address):
    """In the mailbox, as it was sent: the picture, and the green button; where it leads."""
    customer.start()
    customer.page.get_by_role("link", name="Mailbox", exact=True).click()
    customer.page.locator(".mails a", has_text=address).first.click()
    letter = customer.page.frame_locator("iframe")
    expect(letter.get_by_role("img", name="First page of Offer VQ1003")).to_be_visible()
    customer.glance("mail")
    button = letter.get_by_role("link", name="Read and answer")
    link = button.get_attribute("href")
    customer.follow(button)
    return link
