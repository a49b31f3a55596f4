"""What the customer sees of a document that was replaced, is archived, removed or too late."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest

from hub.storage.models import Request
from tests.services.portal.portal_case import AGENT, HOST
from tests.services.portal.published_case import CLIENT, SECOND, paper

REPLACED = "This document has been replaced"
LINE = {
    "id": "a",
    "text": "Pump",
    "quantity": "1",
    "unit": "",
    "vat": "25",
    "optional": False,
    "chosen": True,
}


def follow(browser, answer):
    """The page behind a redirect."""
    while answer.status_code in (302, 303):
        answer = browser.get(answer.location)
    return answer


def opened(case, browser=None):
    """A browser that has opened the document from the list, and the page."""
    browser = browser or case.signed_in()
    return browser, follow(browser, browser.open(case.request().id))


def fetch_pages(browser, page):
    """Look at every page image, as a browser does."""
    for image in re.findall(r'<img src="([^"]+\.webp)"', page.text):
        assert browser.get(urljoin(page.request.path, image)).status_code == 200, image


def press(browser, page):
    """The button of a page that was fetched before; the page behind it."""
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    address = re.search(r'id="act" method="post" action="([^"]+)"', page.text)[1]
    data = {name: fields[name] for name in ("csrf", "stamp")}
    answer = browser.client.post(address, base_url=HOST, data=data, headers={"User-Agent": AGENT})
    return follow(browser, answer)


def begin(browser, review):
    """Go on to sign; the page to sign on."""
    address = review.request.path.replace("/review", "/sign")
    return follow(browser, browser.post(address, {"flow": "this_device"}, page=review.request.path))


def test_who_presses_on_a_page_that_was_replaced_is_told_and_reads_the_new_one(published):
    published.trigger("button")
    browser, old = opened(published)
    fetch_pages(browser, old)
    published.record(paper=paper(SECOND))
    published.trigger("webhook")
    page = press(browser, old)
    assert REPLACED in page.text
    assert "Nothing has been signed" in page.text
    assert page.text.count('class="leaf"') == 2
    fetch_pages(browser, page)
    again = press(browser, page)
    assert REPLACED not in again.text
    assert again.request.path.endswith("/review")
    assert published.orders() == []


def test_a_page_that_shows_former_prices_begins_nothing(published):
    published.trigger("button")
    browser, old = opened(published)
    fetch_pages(browser, old)
    with published.core.db.write() as session:  # only what stands beside the document
        row = session.get_one(Request, published.request().id)
        row.plan = {**row.plan, "lines": [{**LINE, "price": "20"}], "currency": "DKK"}
    page = press(browser, old)
    assert page.request.args["replaced"] == "1"
    assert REPLACED in page.text


def test_who_is_about_to_sign_a_version_that_is_replaced_is_led_to_the_new_one(published):
    published.trigger("button")
    browser, page = opened(published)
    fetch_pages(browser, page)
    signing = begin(browser, press(browser, page)).request.path
    assert [status for status, _ in published.orders()] == ["pending"]
    published.record(paper=paper(SECOND))
    published.trigger("webhook")
    page = browser.get(signing)
    assert REPLACED in page.text
    assert "nothing is signed" in page.text
    to = re.search(r'<a class="button" href="([^"]+)">Read the current version', page.text)[1]
    assert REPLACED in follow(browser, browser.get(to)).text
    assert published.orders() == [("cancelled", "documents_changed")]


def test_who_has_never_been_there_is_not_told_that_it_was_replaced(published):
    published.trigger("button")
    published.record(paper=paper(SECOND))
    published.trigger("webhook")
    _, page = opened(published)
    assert REPLACED not in page.text
    assert "Earlier versions" in page.text


def test_an_earlier_version_can_be_read_and_not_signed(published):
    published.trigger("button")
    published.later(days=1)
    published.record(paper=paper(SECOND))
    published.trigger("webhook")
    browser, page = opened(published)
    former = re.search(r'href="(/s/[^"]+/earlier/offer/1)"', page.text)[1]
    page = browser.get(former)
    assert "Replaced" in page.text
    assert page.text.count('class="leaf"') == 1
    assert "<form" not in page.text.partition("<main")[2].partition("</main")[0]
    fetch_pages(browser, page)
    for wrong in ("earlier/offer/2", "earlier/offer/3", "earlier/other/1"):
        assert browser.get(former.replace("earlier/offer/1", wrong)).status_code == 404
    published.sign()
    assert "Earlier versions" in opened(published, browser)[1].text


def test_a_document_that_was_never_replaced_says_nothing_of_earlier_ones(published):
    published.trigger("button")
    assert "Earlier versions" not in opened(published)[1].text


def test_an_archived_document_that_was_open_says_so_and_can_be_read(published):
    published.trigger("button")
    browser, old = opened(published)
    published.record(status="Closed")
    published.trigger("webhook")
    page = press(browser, old)
    assert "has withdrawn it" in page.text
    fetch_pages(browser, page)
    assert page.text.count('class="leaf"') == 1
    assert opened(published, browser)[1].text.count('class="leaf"') == 1


def test_an_archived_signed_document_stays_readable_with_its_link(published):
    published.trigger("button")
    published.sign()
    published.later(days=31)
    browser, page = opened(published)
    assert browser.shelf() == []
    assert 'class="leaf"' in page.text
    own = browser.get(f"/s/{published.token()}")
    assert follow(browser, own).status_code == 200


def test_who_holds_the_link_of_a_removed_document_gets_a_friendly_page(published):
    published.trigger("button")
    published.sign()
    browser, page = opened(published)
    published.later(days=61)
    assert browser.get(page.request.path).status_code in (403, 404)
    browser = published.signed_in()
    answer = browser.open(published.request().id)
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_what_expires_while_somebody_signs_is_not_signed(published):
    published.trigger("button")
    browser, page = opened(published)
    fetch_pages(browser, page)
    signing = begin(browser, press(browser, page)).request.path
    order = published.begin()
    for _ in range(14):
        published.later(days=1)
    assert published.give_or_closed(order) == "closed"
    assert published.request().state == "expired"
    assert published.told("state") == "Expired"
    assert "signed in" in browser.get(signing).text  # the portal's session is over as well
    browser, page = opened(published)
    assert "The time has run out" in page.text
    assert "The time has run out" in follow(browser, browser.get(f"/s/{published.token()}")).text
    published.later(days=30)
    assert published.signed_in().shelf(show="archive") == ["Offer O-1"]
    published.later(days=30)
    assert published.signed_in().shelf(show="archive") == []


@pytest.mark.parametrize("state", ["declined", "cancelled"])
def test_what_has_ended_can_be_read_in_the_portal_and_not_by_its_link_alone(published, state):
    published.trigger("button")
    if state == "declined":
        published.house.customers.decline(published.token(), "", CLIENT)
    else:
        published.api(f"/requests/{published.request().id}/archive")
    browser, page = opened(published)
    assert 'class="leaf"' in page.text
    own = follow(browser, browser.get(f"/s/{published.token()}"))
    assert 'class="leaf"' not in own.text
