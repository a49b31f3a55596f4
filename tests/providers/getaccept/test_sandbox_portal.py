"""The sender's side in the browser."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.providers.getaccept.sandbox_site import MOBILE
from tests.web.pages.axe import findings


def counts(site) -> dict[str, int]:
    """Status → number on its tile."""
    page = requests.get(f"{site.url}/documents", timeout=10).text
    found = re.findall(r'status=(\w+)"[^>]*><b>(\d+)</b>', page)
    return {status: int(number) for status, number in found}


def test_documents_are_counted_by_status_and_each_count_leads_to_its_list(site):
    signed, declined = site.made(name="Offer 1"), site.made(name="Offer 2")
    site.made(name="Offer 3", is_automatic_sending=False)
    site.act(signed, "1", "sign")
    site.act(declined, "1", "reject", reason="No")
    found = counts(site)
    assert (found["draft"], found["signed"], found["rejected"], found["sent"]) == (1, 1, 1, 0)
    listed = requests.get(f"{site.url}/documents?status=signed", timeout=10).text
    rows = re.findall(r'/document/view/(\w+)">', listed.partition("<aside")[0])
    assert rows == [signed]


def test_one_that_expired_is_counted_as_such_even_if_its_status_stays(site):
    site.control("POST", "modes", {"expired_status": "unchanged"})
    site.made()
    site.later(days=31)
    assert counts(site)["expired"] == 1


def test_an_empty_list_says_what_would_be_there(site):
    assert "No documents here yet" in requests.get(f"{site.url}/", timeout=10).text


def test_a_document_shows_its_story_and_takes_an_answer(site):
    document = site.made(external_id="deal_1", attachments=[{"type": "file", "id": "att0001a"}])
    site.act(document, "1", "comment", text="How long does it take?")
    url = f"{site.url}/document/view/{document}"
    page = requests.get(url, timeout=10).text
    for text in ("How long does it take?", "record deal_1", "Alice Ek wrote", "Terms"):
        assert text in page
    site.mails.clear()
    answer = f"{site.url}/document/{document}/answer"
    assert "Two hours." in requests.post(answer, data={"text": "Two hours."}, timeout=10).text
    assert site.get(f"/documents/{document}/comments")[1]["self"] == 1
    assert [mail.to for mail in site.mails] == [("alice@example.com",)]


def test_the_sender_sends_reminds_and_deletes(site):
    only = {"first_name": "Alice", "last_name": "Ek", "mobile": MOBILE}
    document = site.made(is_automatic_sending=False, recipients=[only])
    base = f"{site.url}/document"
    assert "Send" in requests.get(f"{base}/edit/{document}", timeout=10).text
    requests.post(f"{base}/{document}/send", timeout=10)
    assert site.status(document) == "sent"
    requests.post(f"{base}/{document}/remind", timeout=10)
    assert len(site.phone) == 1
    requests.post(f"{base}/{document}/delete", timeout=10)
    assert site.status(document) == "recalled"
    assert requests.post(f"{base}/{document}/send", timeout=10).status_code == 409
    assert requests.get(f"{base}/view/none", timeout=10).status_code == 409


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_are_in_order_and_fit(page: Page, site, width):
    document = site.made(name="Additional sale on order 4711 with a rather long name for a phone")
    site.act(document, "1", "comment", text="Hello")
    page.set_viewport_size({"width": width, "height": 844})
    for path in ("/documents", f"/document/view/{document}"):
        page.goto(site.url + path)
        expect(page.locator("h1")).to_be_visible()
        assert findings(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
