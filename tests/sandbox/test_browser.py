"""Phone and mailbox in a real browser: they fill by themselves, and scripts in mails stay dead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.contracts.sandbox import Mail, PhoneMessage
from hub.sandbox.runner import SandboxServer
from hub.sandbox.scan import manifests_with_sandbox
from tests.web.pages.axe import findings

pytestmark = pytest.mark.browser

ALICE, BOB = "+46701740605", "+46701740606"
LINK = "http://127.0.0.1:1/s/abc"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HTML = f"<p id=p>Hej</p><script>p.textContent='ran'</script><a href='{LINK}'>Öppna</a>"

SMALL = """() => [...document.querySelectorAll(".bar a, .tabs a, .back, .begin a, button, summary")]
  .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML)"""


@pytest.fixture
def server(tmp_path):
    with SandboxServer(tmp_path, manifests=manifests_with_sandbox(("hub.channels",))) as server:
        yield server


def sms(server, to, text):
    server.house.phone.add(PhoneMessage(to, "Verkstaden", text, NOW, "s1"))


def mail(server, subject):
    raw = b"Subject: x\r\n\r\nHej"
    server.house.mailbox.add(
        Mail(("alice@kund.example",), "v@paraph.example", subject, f"Läs {LINK}.", HTML, raw, NOW)
    )


def test_messages_appear_by_themselves_and_their_links_can_be_tapped(page, server):
    page.goto(f"{server.url}/phone")
    sms(server, ALICE, f"Hej Alice! {LINK}. Tack")
    page.get_by_role("link", name=LINK, exact=True).wait_for()
    sms(server, ALICE, f"Påminnelse, {LINK}, <b>nu</b>")
    sms(server, BOB, "till Bob")
    page.locator("a.unread", has_text=BOB).wait_for()
    bubbles = page.locator(".bubble")
    assert bubbles.all_inner_texts()[1] == f"Påminnelse, {LINK}, <b>nu</b>"
    assert [link.get_attribute("href") for link in page.locator(".bubble a").all()] == [LINK] * 2
    page.locator("a.unread").click()
    page.get_by_role("log").get_by_text("till Bob").wait_for()
    assert bubbles.count() == 1


def test_mails_appear_by_themselves_and_run_no_script(page, server):
    page.goto(f"{server.url}/mailbox")
    mail(server, "Din reparation")
    page.get_by_role("link", name="Din reparation").click()
    frame = page.frame_locator("iframe")
    assert frame.locator("#p").inner_text() == "Hej"
    assert frame.locator("a").get_attribute("href") == LINK
    mail(server, "Kvitto")
    page.get_by_role("link", name="Kvitto").wait_for()
    assert frame.locator("#p").inner_text() == "Hej"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_is_accessible(page, server, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    for filled in (False, True):
        if filled:
            sms(server, ALICE, f"Hej Alice! {LINK}/" + "x" * 90)
            sms(server, BOB, "till Bob")
            mail(server, "Ett långt ämne " * 5)
        for path in ("/", "/phone", "/mailbox", "/mailbox?mail=1&view=text"):
            page.goto(server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert findings(page) == [], path
            if width == 390:
                assert page.evaluate(SMALL) == [], path
