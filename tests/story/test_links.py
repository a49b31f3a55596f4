"""Links that lead nowhere any more: a friendly page, the right status, and no hint about what is
there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.cli.robot import Form
from hub.services.deadlines import REMINDER
from hub.storage.models import Timer
from tests.story.inside import form_with, tampered
from tests.story.world import MAPPING

_CHANGING = re.compile(r'(name="csrf" value="[^"]*")|/s/[\w/-]+')


def told(page):
    """A page without what differs from call to call."""
    return page.status, _CHANGING.sub("", page.text)


def test_tampered_unknown_and_mutilated_links_look_the_same(inside):
    _, link = inside.invited()
    unknown = f"{inside.url}/s/{'x' * 43}"
    pages = [
        inside.browser().open(address)
        for address in (tampered(link), unknown, link[:-5], f"{link}abc", f"{unknown}/review")
    ]
    assert {page.status for page in pages} == {404}
    assert len({told(page) for page in pages}) == 1
    assert "Traceback" not in pages[0].text


@pytest.mark.parametrize("place", ["/form/contact", "/sign", "/decline"])
def test_a_tampered_link_takes_no_forms_either(inside, place):
    _, link = inside.invited()
    browser = inside.browser()
    form = form_with(browser.open(link), "/form/")
    answer = browser.send(Form(tampered(link) + place, {"csrf": form.values["csrf"]}, ()))
    assert answer.status == 404


def test_an_expired_link_says_so_and_takes_nothing(inside):
    record, link = inside.invited()
    browser = inside.browser()
    page = browser.open(link)
    inside.clock.advance(timedelta(days=15))  # its timer has not fired yet
    assert browser.open(link).status == 410
    form = form_with(page, "/form/")
    browser.send(form, {"name": "Alice"})
    inside.work()
    assert inside.entry(record).requests[0].answers["saved"] == []
    assert browser.open(link).status == 410


def test_the_end_of_the_time_is_written_back(inside):
    record, _ = inside.invited(customer_language="English")
    drop_reminders(inside)  # they would end it before the fourteen days do
    inside.pass_time(timedelta(days=15), step=timedelta(days=1))
    (request,) = inside.entry(record).requests
    assert request.state == "expired"
    upstream = inside.upstream(record)
    assert upstream["sign_state"] == "Failed"
    assert upstream["sign_reason"] == "The time ran out before the customer had signed."


def test_the_link_of_a_signed_request_shows_the_signature_and_offers_nothing(inside):
    _, link = inside.invited()
    inside.sign(link)
    page = inside.browser().open(link)
    assert page.status == 200
    assert "badge good" in page.text
    assert page.forms() == []


def test_the_link_of_a_declined_request_offers_nothing_and_the_ticket_knows_why(inside):
    record, link = inside.invited()
    browser = inside.browser()
    browser.open(link)
    form = form_with(browser.open(f"{link}/decline"), "/decline")
    browser.send(form, {"reason": "För dyrt"})
    inside.work()
    page = browser.open(link)
    assert (page.status, page.forms()) == (200, [])
    upstream = inside.upstream(record)
    assert upstream["sign_state"] == "Declined"
    assert upstream["sign_reason"] == "Kunden avböjde. För dyrt"
    assert inside.entry(record).requests[0].state == "declined"


def test_the_link_of_a_failed_request_says_that_it_is_over(inside):
    record, link = inside.invited(customer_mobile="+46701740690")
    inside.pass_time(timedelta(seconds=2))
    assert inside.entry(record).requests[0].state == "failed"
    page = inside.browser().open(link)
    assert (page.status, page.forms()) == (410, [])


def test_button_links_that_were_tampered_with_are_refused(inside):
    record = inside.world.new_case(0)
    links = inside.core.links
    good = links.button("demo", MAPPING, str(record))
    old = links.button("demo", MAPPING, str(record), inside.clock.now() - timedelta(minutes=1))
    bad = (tampered(good), good.replace(f"id={record}", "id=1"), old, good.partition("&k=")[0])
    assert inside.browser().open(good).status == 200
    for link in bad:
        assert inside.browser().open(link).status == 404
    for link in bad:
        browser = inside.browser()
        form = form_with(browser.open(good), "/b/")
        assert browser.send(Form(link, form.values, ())).status == 404
    inside.work()
    assert inside.owed() == []


def drop_reminders(inside):
    """As if the mapping had none."""
    with inside.core.db.write() as session:
        session.execute(update(Timer).where(Timer.kind == REMINDER).values(state="cancelled"))
