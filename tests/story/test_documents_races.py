"""Twice, two at once, and too late: a signature counts once, for what was shown, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from hub.cli.robot import Form
from hub.storage.models import Acceptance, SigningOrder
from tests.story.inside import form_with
from tests.story.offer import PARTNER, canvas, filled

OVER = ("declined", "cancelled", "expired")


def at_once(*calls):
    """Call all of them in threads that begin together; what each returned."""
    barrier = Barrier(len(calls))

    def begin(call):
        barrier.wait(20)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def chosen(page, *lines):
    """The form with the tick boxes, with these lines ticked."""
    form = form_with(page, "/document")
    assert form is not None
    assert form.values["lines"], "the tick boxes are part of it"
    place = form.action.replace("/document", "/lines")
    return Form(place, {**form.values, "line": list(lines)}, ())


def decline(offers, browser, link, reason="För dyrt"):
    """Say no, with a reason."""
    form = form_with(browser.open(f"{link}/decline"), "/decline")
    page = browser.send(form, {"reason": reason})
    offers.work()
    return page


def test_a_signature_sent_twice_is_one(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    form = filled(offers.begin(browser, link))
    browser.send(form)
    again = browser.send(form)
    assert again.status == 200
    offers.work()
    assert browser.send(form).url.endswith("/done")
    assert browser.open(link).status == 200
    offers.check_signed(record)


@pytest.mark.both_stores
def test_a_double_tap_is_one_signature(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    form = filled(offers.begin(browser, link))
    tabs = [offers.tab_of(browser) for _ in range(4)]
    pages = at_once(*[lambda tab=tab: tab.send(form) for tab in tabs])
    assert {page.status for page in pages} == {200}
    offers.check_signed(record)


@pytest.mark.both_stores
def test_two_tabs_of_one_person_sign_once(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    first = offers.begin(browser, link)
    other = offers.tab_of(browser)
    second = offers.begin(other, link)
    assert canvas(browser.open(first.url)) is None, "the first one was withdrawn"
    one, two = filled(first, name="One"), filled(second, name="Two")
    pages = at_once(lambda: browser.send(one), lambda: other.send(two))
    assert {page.status for page in pages} == {200}
    offers.check_signed(record)
    (kept,) = offers.mine(Acceptance, record)
    assert kept.signature["name"] == "Two"


def test_two_browsers_of_one_person_begin_and_sign_at_once(offers):
    record, link = offers.sent(alone=True)
    both = [offers.browser(), offers.browser()]
    for one in both:
        offers.read(one, link)
    pages = at_once(*[lambda one=one: offers.begin(one, link, one.open(link)) for one in both])
    forms = [filled(page) for page in pages if canvas(page) is not None]
    assert forms, [page.heading for page in pages]
    at_once(*[lambda pair=pair: pair[0].send(pair[1]) for pair in zip(both, forms, strict=False)])
    offers.work()
    if not offers.mine(Acceptance, record):  # the one that was left began later
        offers.sign(both[0], link)
    offers.check_signed(record)


@pytest.mark.both_stores
def test_two_people_with_the_same_turn_sign_at_once(make_offers):
    offers = make_offers({"      turn: 2\n": "      turn: 1\n"})
    record, link = offers.sent()
    both = {link: offers.browser(), offers.link_of(record, PARTNER): offers.browser()}
    forms = [(browser, filled(offers.begin(browser, one))) for one, browser in both.items()]
    pages = at_once(*[lambda pair=pair: pair[0].send(pair[1]) for pair in forms])
    assert {page.status for page in pages} == {200}
    offers.check_signed(record, by=2)
    offers.check_proof(record)


@pytest.mark.both_stores
def test_the_second_one_cannot_sign_before_the_first(offers):
    record, link = offers.sent()
    partner = offers.core.links.customer_token(offers.person(record, PARTNER).id)
    early = offers.browser()
    place = f"{offers.url}/s/{partner}"
    page = offers.read(early, place)
    assert form_with(page, "/document") is None
    csrf = offers.csrf(early, link)
    for act in ("/sign", "/document"):
        after = early.send(Form(place + act, {"csrf": csrf, "flow": "this_device"}, ()))
        assert canvas(after) is None
    offers.check_unsigned(record)
    offers.sign(offers.browser(), link)
    assert offers.sign(early, place).url.endswith("/done")
    offers.check_signed(record, by=2)


@pytest.mark.both_stores
def test_lines_that_change_after_the_canvas_was_opened_end_it(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    shown = offers.read(browser, link)
    page = offers.begin(browser, link, shown)
    other = offers.tab_of(browser)
    assert "Summan är nu 45\xa0537,50" in other.send(chosen(shown, "4")).text
    after = offers.give(browser, page)
    assert canvas(after) is None
    assert form_with(after, "/document") is not None or form_with(after, "/sign") is not None
    offers.check_unsigned(record)
    offers.sign(browser, link)
    offers.check_signed(record)
    lines = {one["id"]: one["decision"] for one in offers.fields(record)["lines"]}
    assert lines == {"1": "accepted", "2": "accepted", "3": "declined", "4": "accepted"}


def test_lines_are_not_changed_once_somebody_has_signed_them(offers):
    record, link = offers.sent()
    browser, other = offers.browser(), offers.browser()
    shown = offers.read(browser, link)
    offers.sign(browser, link)
    partner = offers.link_of(record, PARTNER)
    there = other.open(partner)
    assert "data-update" not in there.text
    form = chosen(shown, "4")
    other.send(Form(f"{partner}/lines", {**form.values, "csrf": offers.csrf(other, partner)}, ()))
    browser.send(form)
    offers.sign(other, partner)
    lines = {one["id"]: one["decision"] for one in offers.fields(record)["lines"]}
    assert (lines["3"], lines["4"]) == ("accepted", "declined")
    offers.check_signed(record, by=2)
    offers.check_proof(record)


def test_a_line_that_is_required_or_not_there_cannot_be_declined_or_added(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    shown = offers.read(browser, link)
    browser.send(chosen(shown, "99", "3"))
    offers.sign(browser, link)
    lines = {one["id"]: one["decision"] for one in offers.fields(record)["lines"]}
    assert lines == {"1": "accepted", "2": "accepted", "3": "accepted", "4": "declined"}


def test_the_order_of_another_offer_or_browser_takes_nothing(offers):
    record, link = offers.sent(alone=True)
    other_record, other_link = offers.sent(alone=True)
    browser, other = offers.browser(), offers.browser()
    mine, theirs = offers.begin(browser, link), offers.begin(other, other_link)
    good, foreign = filled(mine), filled(theirs)
    swapped = good.action.replace(good.action.rpartition("/")[2], foreign.action.rpartition("/")[2])
    for address in (swapped, good.action + "0", f"{link}/sign/nothing"):
        after = browser.send(Form(address, good.values, ()))
        assert after.status in (200, 403, 404)
        assert canvas(after) is None
        assert after.heading
    stolen = other.send(Form(good.action, {**good.values, "csrf": foreign.values["csrf"]}, ()))
    assert stolen.status == 403
    offers.check_unsigned(record)
    offers.check_unsigned(other_record)


@pytest.mark.parametrize("how", OVER)
def test_nothing_is_signed_after_the_end(make_offers, how):
    offers = make_offers()
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    form = filled(offers.begin(browser, link))
    if how == "declined":
        decline(offers, offers.browser(), link)
    elif how == "cancelled":
        assert offers.call(record, "cancel").status_code == 200
    else:
        offers.clock.advance(timedelta(days=31))
    after = browser.send(form)
    assert canvas(after) is None
    assert after.heading
    assert after.status in (200, 410)
    offers.work()
    assert offers.request(record).state == how
    assert offers.mine(Acceptance, record) == []
    assert "accepted" not in [one.status for one in offers.mine(SigningOrder, record)]
    told = {"declined": "Declined", "cancelled": "Withdrawn", "expired": "Expired"}
    assert offers.status(record) == told[how]
    again = browser.open(link)
    assert (canvas(again), form_with(again, "/document")) == (None, None)


@pytest.mark.both_stores
def test_a_signature_and_a_no_at_the_same_moment_are_one_of_both(offers):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    form = filled(offers.begin(browser, link))
    other = offers.tab_of(browser)
    no = form_with(other.open(f"{link}/decline"), "/decline")
    pages = at_once(lambda: browser.send(form), lambda: other.send(no, {"reason": ""}))
    assert {page.status for page in pages} == {200}
    offers.work()
    if offers.request(record).state == "declined":
        assert offers.mine(Acceptance, record) == []
        assert offers.status(record) == "Declined"
    else:
        offers.check_signed(record)


def test_who_signed_first_is_told_whom_we_wait_for_and_promised_nothing_yet(offers):
    record, link = offers.sent()
    page = offers.sign(offers.browser(), link)
    assert "Nu väntar vi på Bob Andersson." in page.words
    assert "Du får ett kvitto när alla har skrivit under." in page.words
    assert "Underskrivet på den här sidan" in page.words
    assert "förbereds" not in page.words
    again = offers.browser().open(link)
    assert again.heading == "Det här är redan underskrivet"
    offers.sign(offers.browser(), offers.link_of(record, PARTNER))
    assert "Ladda ner det underskrivna dokumentet" in offers.browser().open(link).words


@pytest.mark.both_stores
def test_a_no_of_the_second_one_ends_it_for_both(offers):
    record, link = offers.sent()
    offers.sign(offers.browser(), link)
    other, partner = offers.browser(), offers.link_of(record, PARTNER)
    other.open(partner)
    page = decline(offers, other, partner, "Vi väntar")
    assert "Vi väntar" in page.words
    assert offers.status(record) == "Declined"
    assert offers.fields(record)["refused_reason"].endswith("Vi väntar")
    assert "completed" not in offers.kinds(record)
    owner = offers.browser().open(link)
    assert canvas(owner) is None
    assert owner.heading
