"""Never two signatures, never somebody else's, never from another browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.agiloft.sandbox.schema import Field
from hub.cli.robot import Form
from providers.bankid.sandbox.orders import AppRefusal
from providers.bankid.sandbox.people import PEOPLE
from tests.story.inside import form_with
from tests.story.world import ALICE, BOB, TABLE

NUMBER_FIELD = "customer_personal_number"
LATER = timedelta(seconds=6)


@pytest.fixture
def named(inside):
    """A case that names Alice as the one who must sign: record and link."""
    fields = inside.world.agiloft.store.table(TABLE).fields
    fields[NUMBER_FIELD] = Field(NUMBER_FIELD, "Personal number")
    return inside.invited(**{NUMBER_FIELD: ALICE})


def newest(inside):
    """The order that was started last."""
    orders = inside.world.bankid.orders.all()
    return [order for order in orders if order.created == orders[0].created][-1]


def test_bankid_refuses_another_person_than_the_named_one(inside, named):
    record, link = named
    browser = inside.browser()
    page = inside.begin(browser, inside.fill_in(browser, link))
    order = newest(inside)
    assert order.requirement["personalNumber"] == ALICE
    with pytest.raises(AppRefusal, match="another person"):
        inside.world.bankid.orders.identify(order, PEOPLE[BOB])
    inside.pass_time(LATER, step=LATER / 3)
    assert inside.entry(record).kinds["signed"] == 0
    browser.open(inside.approve(ALICE))
    inside.work()
    assert browser.open(page.url).url.endswith("/done")
    assert inside.upstream(record)["signed_by"] == PEOPLE[ALICE].name


def test_a_signature_of_another_person_is_not_accepted_even_if_bankid_hands_it_out(inside, named):
    record, link = named
    browser = inside.browser()
    page = inside.begin(browser, inside.fill_in(browser, link))
    order = newest(inside)
    order.person, order.hint = PEOPLE[BOB], "userSign"  # as if BankID had not looked
    inside.world.bankid.orders.approve(order)
    browser.open(str(order.body["returnUrl"]))
    inside.work()
    over = browser.open(page.url)
    assert form_with(over, "/sign") is not None, "may try again"
    entry = inside.entry(record)
    assert (entry.kinds["signed"], entry.kinds["refused_person"]) == (0, 1)
    assert [one.status for one in entry.orders] == ["refused"]
    assert inside.upstream(record)["sign_state"] == "Sent"
    inside.begin(browser, over)
    browser.open(inside.approve(ALICE))
    inside.work()
    assert inside.upstream(record)["sign_state"] == "Signed"


@pytest.mark.parametrize("forgery", ["broken_signature", "foreign_nonce", "revoked"])
def test_a_forged_or_revoked_signature_is_not_accepted(inside, forgery):
    record, link = inside.invited()
    inside.world.bankid.faults.switch_on(forgery, operation="collect")
    page = inside.sign(link)
    assert form_with(page, "/sign") is not None
    entry = inside.entry(record)
    assert entry.kinds["signed"] == 0
    assert [order.status for order in entry.orders] == ["refused"]
    assert inside.upstream(record)["sign_state"] == "Sent"
    assert len(entry.customers) == len(entry.cases) == 0


def test_a_signature_for_another_request_is_not_accepted(inside):
    """The customer's own signature, on another text than the one that this order showed."""
    _, other_link = inside.invited(0)
    record, link = inside.invited(1)
    other, browser = inside.browser(), inside.browser()
    inside.begin(other, inside.fill_in(other, other_link))
    inside.approve()
    foreign = newest(inside).completion
    page = inside.begin(browser, inside.fill_in(browser, link))
    back = inside.approve()
    mine = inside.world.bankid.orders.all()
    order = next(one for one in mine if str(one.body.get("returnUrl")) == back)
    order.completion = foreign
    browser.open(back)
    inside.work()
    assert form_with(browser.open(page.url), "/sign") is not None
    assert inside.entry(record).kinds["signed"] == 0


def test_two_tabs_sign_once(inside):
    record, link = inside.invited()
    browser = inside.browser()
    review = inside.fill_in(browser, link)
    first = inside.begin(browser, review)
    second = inside.begin(browser, review)
    assert "data-start" not in browser.open(first.url).text, "the first one was withdrawn"
    browser.open(inside.approve())
    inside.work()
    assert browser.open(second.url).url.endswith("/done")
    assert browser.open(first.url).url != first.url
    statuses = [order.status for order in inside.entry(record).orders]
    assert statuses == ["cancelled", "accepted"]


@pytest.mark.parametrize("flow", ["this_device", "other_device"])
def test_an_order_that_was_replaced_signs_nothing_when_it_completes_after_all(inside, flow):
    record, link = inside.invited()
    browser = inside.browser()
    review = inside.fill_in(browser, link)
    inside.begin(browser, review, flow)
    old = newest(inside)
    inside.pass_time(LATER, step=LATER / 3)
    inside.world.bankid.faults.switch_on("drop_before", operation="cancel", times=None)
    page = inside.begin(browser, review)
    new = newest(inside)
    orders = inside.world.bankid.orders
    orders.identify(old, PEOPLE[BOB])
    orders.approve(old)
    if flow == "this_device":
        browser.open(str(old.body["returnUrl"]))
    inside.pass_time(LATER, step=LATER / 3)
    assert inside.entry(record).kinds["signed"] == 0
    orders.identify(new, PEOPLE[ALICE])
    orders.approve(new)
    browser.open(str(new.body["returnUrl"]))
    inside.work()
    assert browser.open(page.url).url.endswith("/done")
    entry = inside.entry(record)
    assert (entry.kinds["signed"], entry.kinds["completed"]) == (1, 1)
    assert inside.upstream(record)["signed_by"] == PEOPLE[ALICE].name
    assert len(entry.customers) == len(entry.cases) == len(entry.notes) == 1


def test_the_text_of_a_replaced_order_does_not_stay_open_in_the_app(inside):
    _, link = inside.invited()
    browser = inside.browser()
    review = inside.fill_in(browser, link)
    inside.begin(browser, review)
    old = newest(inside)
    inside.begin(browser, review)
    with pytest.raises(AppRefusal, match="over"):
        inside.world.bankid.orders.identify(old, PEOPLE[ALICE])


def test_a_second_order_after_the_signature_is_not_begun(inside):
    record, link = inside.invited()
    browser = inside.browser()
    review = inside.fill_in(browser, link)
    inside.sign(link, browser)
    page = inside.begin(browser, review)
    assert "badge good" in page.text
    assert len(inside.entry(record).orders) == 1


def test_the_way_back_with_another_browsers_cookie_is_refused(inside):
    record, link = inside.invited()
    victim, thief = inside.browser(), inside.browser()
    page = inside.begin(thief, inside.fill_in(thief, link))
    back = inside.approve()
    assert victim.open(back).status == 403
    inside.pass_time(LATER, step=LATER / 3)
    assert inside.entry(record).kinds["signed"] == 0, "nobody came back where it was begun"
    thief.open(back)
    inside.work()
    assert thief.open(page.url).url.endswith("/done")


def test_the_way_back_with_a_wrong_nonce_is_refused(inside):
    record, link = inside.invited()
    browser = inside.browser()
    inside.begin(browser, inside.fill_in(browser, link))
    back = inside.approve()
    assert browser.open(back[:-1] + "~").status == 403
    inside.pass_time(LATER, step=LATER / 3)
    assert inside.entry(record).kinds["signed"] == 0


def test_another_browser_sees_nothing_of_an_order(inside):
    _, link = inside.invited()
    browser = inside.browser()
    page = inside.begin(browser, inside.fill_in(browser, link), "other_device")
    assert inside.browser().open(f"{page.url}/qr.svg").status == 404
    assert inside.browser().open(f"{page.url}/status").status == 404
    assert inside.browser().open(page.url).status == 403


def test_answers_changed_while_signing_are_signed_anew(inside):
    record, link = inside.invited()
    browser = inside.browser()
    page = inside.begin(browser, inside.fill_in(browser, link))
    form = form_with(browser.open(f"{link}/form/repair"), "/form/repair")
    inside.world.bankid.faults.switch_on("drop_before", operation="cancel", times=None)
    changed = browser.send(form, {"product": "Spis Gamma 3"})
    assert changed.status == 200, changed.errors
    browser.open(inside.approve())
    inside.pass_time(LATER, step=LATER / 3)
    assert inside.entry(record).kinds["signed"] == 0
    assert not browser.open(page.url).url.endswith("/done")
    assert inside.sign(link, browser).url.endswith("/done")
    assert inside.upstream(record)["product"] == "Spis Gamma 3"


def test_a_form_without_this_sessions_token_is_refused(inside):
    record, link = inside.invited()
    form = form_with(inside.browser().open(link), "/form/")
    stranger = inside.browser()
    answer = stranger.send(Form(form.action, form.values, ()), {"name": "Bob"})
    assert answer.status == 403
    assert inside.entry(record).requests[0].answers["saved"] == []
