"""Nobody signs before this server has seen everything fetched, in the version that is signed."""

from __future__ import annotations

import re

import pytest

from connectors.crm_rest.sandbox.store import OFFERS, StoredFile
from hub.cli.robot import Form, Robot
from hub.kernel.crypto import sha256_hex
from hub.services import preparing
from hub.storage.models import Acceptance, DocumentPage, Viewing
from tests.services.documents.made import offer as made_pdf
from tests.services.documents.made import picture
from tests.story.inside import form_with
from tests.story.offer import OWNER, PARTNER, PLAN, canvas, looked_at

PREVIEWS = (
    "WhatsApp/2.23.20.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "python-requests/2.32",
    "",
)
ALL = {"offer:1", "plan:1", "plan:2", "plan:3", "drawing"}


def refused(offers, browser, link):
    """The way to the canvas ends where one reads, which says what is missing; what."""
    page = offers.begin(browser, link, browser.open(link))
    assert canvas(page) is None
    assert (page.url.endswith("/document?missing=1"), page.status) == (True, 200), page.url
    assert "först" in page.errors, page.errors
    return page.errors


def missing(offers, record, who=OWNER):
    """What somebody has not looked at."""
    seen = offers.mine(Viewing, record)
    person = offers.person(record, who)
    mine = [one for one in seen if one.recipient_id == person.id and not one.robot]
    pages = {re.sub(r":\d+:", ":", one.subject) for one in mine}
    return ALL - pages


@pytest.mark.both_stores
def test_who_has_looked_at_everything_signs(offers):
    record, link = offers.sent(alone=True)
    page = offers.sign(offers.browser(), link)
    assert page.url.endswith("/done")
    offers.check_signed(record)


@pytest.mark.parametrize(
    ("skipped", "named"),
    [
        ("plan/1/2.webp", "Plan: sidan 2"),
        ("offer/1/1.webp", ": sidan 1"),
        ("drawing/picture", "Ritning"),
    ],
)
def test_who_skips_a_page_or_an_attachment_is_told_which(offers, skipped, named):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.read(browser, link, but=[skipped])
    assert canvas(offers.begin(browser, link, page)) is None
    told = refused(offers, browser, link)
    assert named in told
    offers.check_unsigned(record)
    assert offers.sign(browser, link).url.endswith("/done")
    offers.check_signed(record)


def test_who_claims_to_have_a_page_is_given_it_all_the_same(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.read(browser, link, but=["offer/1/1.webp"])
    (image,) = [one for one in page.pictures() if one.endswith("offer/1/1.webp")]
    (document,) = offers.documents(record, "offer")
    (shown,) = offers.rows(DocumentPage, DocumentPage.document_id == document.id)
    browser.says({"If-None-Match": f'"{shown.sha256}"'})
    assert sha256_hex(browser.fetch(image)) == shown.sha256
    assert browser.fetch(image) == b""  # it has the page now
    assert missing(offers, record) == set()


@pytest.mark.both_stores
def test_the_page_of_an_attachment_is_not_its_picture(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.read(browser, link, but=["/picture"])
    for one in page.links("/a/"):
        browser.open(one)
    assert "Ritning" in refused(offers, browser, link)
    offers.check_unsigned(record)


def test_a_post_that_skips_the_pages_between_gets_no_order(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    csrf = browser.open(link).forms()[0].values["csrf"]
    values = {"csrf": csrf, "flow": "this_device", "name": "Alice", "consent": "yes"}
    for place in ("/sign", "/document", "/review", "/sign/01a21e46-60c8-705c-a334-1e9a3a0a0c74"):
        page = browser.send(Form(link + place, values, ()))
        assert page.status in (200, 403, 405, 422), place
        assert canvas(page) is None
    offers.check_unsigned(record)


@pytest.mark.parametrize("agent", PREVIEWS)
def test_what_a_link_preview_fetches_is_seen_by_nobody(offers, agent):
    record, link = offers.sent(alone=True)
    robot = offers.browser(agent)
    offers.read(robot, link)
    assert missing(offers, record) == ALL
    assert not {"opened", "viewed"} & set(offers.kinds(record))
    refused(offers, offers.browser(), link)
    refused(offers, robot, link)
    offers.check_unsigned(record)


@pytest.mark.parametrize("header", [{"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}])
def test_what_a_browser_fetches_ahead_is_not_seen(offers, header):
    record, link = offers.sent(alone=True)
    ahead = offers.browser()
    ahead.says(header)
    offers.read(ahead, link)
    assert missing(offers, record) == ALL
    offers.check_unsigned(record)


def test_a_look_at_the_head_alone_is_not_seen(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    for place in looked_at(browser, browser.open(link)):
        assert browser.head(place) == 200
    assert missing(offers, record) == ALL
    refused(offers, browser, link)


def test_what_one_person_has_seen_counts_for_nobody_else(offers):
    record, link = offers.sent()
    assert offers.sign(offers.browser(), link).url.endswith("/done")
    other, partner = offers.browser(), offers.link_of(record, PARTNER)
    offers.read(other, link)  # the owner's link, in the partner's browser
    refused(offers, other, partner)
    offers.check_signed(record, by=1)
    assert offers.sign(other, partner).url.endswith("/done")
    offers.check_signed(record, by=2)


def changed(offers, record):
    """The plan upstream is another one now, and the hub has read it again."""
    files = offers.crm.row(OFFERS, record).files
    files[:] = [one for one in files if one.name != PLAN]
    files.append(StoredFile(PLAN, "application/pdf", made_pdf(2)))
    preparing.read_again(offers.core, offers.workspace_id, offers.request(record).id)
    offers.work()
    assert [one.version for one in offers.documents(record, "plan")] == [1, 2]


def test_pages_of_a_former_version_do_not_count(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    former = [one for one in looked_at(browser, browser.open(link)) if "/plan/1/" in one]
    changed(offers, record)
    page = browser.open(link)
    for place in [one for one in looked_at(browser, page) if "/plan/" not in one] + former:
        browser.fetch(place)
    told = refused(offers, browser, link)
    assert "Plan: sidan 1" in told
    assert "Plan: sidan 3" not in told
    offers.check_unsigned(record)


@pytest.mark.both_stores
def test_a_new_version_ends_a_signature_that_is_under_way(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.begin(browser, link)
    changed(offers, record)
    after = offers.give(browser, page)
    assert canvas(after) is None
    offers.check_unsigned(record)
    assert offers.sign(browser, link).url.endswith("/done")
    offers.check_signed(record)
    shown = offers.mine(Acceptance, record)[0].shown
    assert [one["version"] for one in shown["documents"]] == [1, 2]


def test_a_new_drawing_must_be_looked_at_anew(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.begin(browser, link)
    files = offers.crm.row(OFFERS, record).files
    files[0] = StoredFile(files[0].name, "image/png", picture("PNG", (300, 200)))
    preparing.read_again(offers.core, offers.workspace_id, offers.request(record).id)
    offers.work()
    after = offers.give(browser, page)
    assert canvas(after) is None
    offers.check_unsigned(record)
    assert "Ritning" in refused(offers, browser, link)


def test_an_attachment_is_never_shown_under_another_requests_link(offers):
    _, mine = offers.sent(alone=True)
    record, other = offers.sent(alone=True)
    browser = offers.browser()
    place = next(one for one in looked_at(browser, browser.open(other)) if "/plan/" in one)
    assert browser.open(place.replace(other, mine)).status == 200  # its own plan, seen for itself
    refused(offers, browser, other)
    for wrong in ("/d/plan/7/1.webp", "/d/plan/1/9.webp", "/a/else/picture", "/d/else/1/1.webp"):
        assert browser.open(mine + wrong).status == 404
    offers.check_unsigned(record)


def test_without_this_sessions_token_nothing_is_taken(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.begin(browser, link)
    form = canvas(page)
    assert form is not None
    stranger = Robot("Mozilla/5.0")
    answer = stranger.send(form)
    stranger.close()
    assert answer.status == 403
    assert form_with(page, "/cancel") is not None
    offers.check_unsigned(record)
