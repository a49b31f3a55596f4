"""What is done to documents that stand, where the contract's suite does not reach."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.contracts.agreements import NOT_YET, AgreementState, Placed
from hub.contracts.plugin import PluginContext
from hub.kernel.errors import ConfigurationError, OutcomeUnknown, Refused, Retryable, Unsupported
from providers.getaccept.provider import GetAcceptProvider
from providers.getaccept.settings import TOKEN, GetAcceptSettings
from tests.contracts.hosted_driver import ALICE, BOB
from tests.contracts.provider_driver import caught


@pytest.fixture
def signed(driver, provider):
    """An agreement that everybody has signed, and how it was placed."""
    agreement = driver.agreement()
    placed = driver.placed(provider, agreement)
    assert driver.act(placed, ALICE, "sign")
    return agreement, placed


def test_while_the_signed_file_lags_it_is_tried_again(driver, provider, site):
    site.control("POST", "modes", {"file_lag": 120})
    agreement = driver.agreement()
    placed = driver.placed(provider, agreement)
    driver.act(placed, ALICE, "sign")
    error = caught(lambda: provider.signed_file(agreement, placed, 10**7))
    assert isinstance(error, Retryable)
    assert error.code == NOT_YET
    driver.wait(121)
    assert provider.signed_file(agreement, placed, 10**7).startswith(b"%PDF")


def test_what_is_no_pdf_is_never_taken_for_one(provider, site, signed):
    agreement, placed = signed
    site.fault("storage.not_pdf")
    error = caught(lambda: provider.signed_file(agreement, placed, 10**7))
    assert isinstance(error, Retryable)
    assert provider.signed_file(agreement, placed, 10**7).startswith(b"%PDF")


def test_the_unsigned_file_is_never_taken_for_the_signed_one(provider, signed):
    agreement, placed = signed
    content = provider.signed_file(agreement, placed, 10**7)
    same = replace(agreement.file, sha256=hashlib.sha256(content).hexdigest())
    error = caught(lambda: provider.signed_file(replace(agreement, file=same), placed, 10**7))
    assert error.code == NOT_YET


def test_each_download_asks_for_an_address_and_sends_the_token_nowhere_else(provider, site, signed):
    agreement, placed = signed
    for _ in range(2):
        provider.signed_file(agreement, placed, 10**7)
    assert site.control("GET", "calls")["download"] == 2
    assert site.control("GET", "leaks") == []


def test_the_evidence_has_the_log_byte_for_byte(provider, site, signed):
    agreement, placed = signed
    parts = {part.name: part.content for part in provider.evidence(agreement, placed)}
    assert (
        parts["getaccept-log.json"] == site.api("GET", f"/documents/{placed.reference}/log").content
    )
    state = json.loads(parts["getaccept-document.json"])
    assert state["status"] == "signed"
    assert state["recipients"][0]["email"] == ALICE.email
    assert b"http" not in parts["getaccept-document.json"]


def test_one_that_is_signed_while_it_is_withdrawn_is_signed(driver, provider, site):
    agreement = driver.agreement()
    placed = driver.placed(provider, agreement)
    site.sandbox.account.gate.board.on_call = _just_before(
        "delete", lambda: driver.act(placed, ALICE, "sign")
    )
    try:
        error = caught(lambda: provider.withdraw(agreement, placed))
    finally:
        site.sandbox.account.gate.board.on_call = None
    assert error.code == "already_signed"
    assert provider.survey(agreement, placed).state is AgreementState.COMPLETED


@pytest.fixture
def account(driver, httpserver):
    """The provider before an account that answers as a test says."""
    more = {"auth": TOKEN, "access_token": "t", "entity_id": ""}
    made = driver.provider(base_url=httpserver.url_for("/v1"), **more)
    yield made
    made.close()


def test_one_that_was_signed_although_it_is_deleted_is_signed(account, driver, httpserver):
    path = "/v1/documents/abc"
    httpserver.expect_ordered_request(f"{path}/status").respond_with_json({"status": "viewed"})
    httpserver.expect_ordered_request(path, method="DELETE").respond_with_data("", status=204)
    httpserver.expect_ordered_request(f"{path}/status").respond_with_json({"status": "signed"})
    error = caught(lambda: account.withdraw(driver.agreement(), Placed("abc", {}, ready=True)))
    assert (type(error), error.code) == (Refused, "already_signed")


def test_a_reminder_is_for_those_who_have_not_signed(account, driver, httpserver):
    path = "/v1/documents/abc/reminders"
    httpserver.expect_request(path, method="POST").respond_with_data("")
    account.remind(driver.agreement(), Placed("abc", {}, ready=True), "Please sign", "email")
    (request, _), = httpserver.log  # fmt: skip
    assert request.json == {"type": "email", "text": "Please sign", "not_signed": True}


def test_a_remark_without_an_id_may_have_been_said(account, driver, httpserver):
    httpserver.expect_request("/v1/documents/abc/comments").respond_with_json({})
    placed = Placed("abc", {}, ready=True)
    error = caught(lambda: account.say(driver.agreement(), placed, "Hej", uncertain=False))
    assert isinstance(error, OutcomeUnknown)


def test_a_document_that_is_listed_twice_is_counted_once(account, httpserver):
    first = [{"id": f"d{n}", "status": "sent"} for n in range(100)]
    second = [{"id": "d99", "status": "sent"}, {"id": "d100", "status": "draft"}]
    for page in (first, second):
        httpserver.expect_ordered_request("/v1/documents").respond_with_json(page)
    found = account.dashboard(0)
    assert len(httpserver.log) == 2  # a short page is the last one
    assert {one.word: one.count for one in found.tallies} == {"sent": 100, "draft": 1}


def _just_before(operation, act):
    done = []

    def called(when, name):
        if (when, name) == ("before", operation) and not done:
            done.append(1)
            act()

    return called


def test_a_declined_one_is_withdrawn_without_a_call_that_changes_anything(driver, provider, site):
    agreement = driver.agreement()
    placed = driver.placed(provider, agreement)
    driver.act(placed, ALICE, "decline")
    provider.withdraw(agreement, placed)
    assert site.control("GET", "calls").get("delete", 0) == 0


def test_a_reminder_needs_a_way_and_somebody_it_reaches(driver, provider):
    agreement = driver.agreement(people=(replace(ALICE, mobile=None),))
    placed = driver.placed(provider, agreement)
    error = caught(lambda: provider.remind(agreement, placed, "x", "sms"))
    assert (type(error), error.code) == (Refused, "missing_number")
    assert isinstance(caught(lambda: provider.remind(agreement, placed, "x", "fax")), Unsupported)


def test_the_same_words_said_long_ago_are_another_remark(driver, provider):
    agreement = driver.agreement(expires_at=driver.clock.now() + timedelta(days=30))
    placed = driver.placed(provider, agreement)
    first = provider.say(agreement, placed, "Hej!", uncertain=False)
    assert provider.say(agreement, placed, "Hej!", uncertain=True) == first
    driver.wait(timedelta(days=2).total_seconds())
    assert provider.say(agreement, placed, "Hej!", uncertain=True) != first


def test_the_same_words_said_again_are_another_remark_although_its_answer_was_lost(
    driver, provider
):
    agreement = driver.agreement()
    placed = driver.placed(provider, agreement)
    first = provider.say(agreement, placed, "Okej", uncertain=False)
    again = provider.say(agreement, placed, "Okej", uncertain=True, known=[first])
    assert again != first
    assert provider.say(agreement, placed, "Okej", uncertain=True, known=[first]) == again
    assert len(provider.survey(agreement, placed).remarks) == 2


def test_what_the_customer_said_is_not_taken_for_ours(driver, provider):
    agreement = driver.agreement()
    placed = driver.placed(provider, agreement)
    driver.act(placed, ALICE, "remark", text="Okej")
    provider.say(agreement, placed, "Okej", uncertain=True)
    remarks = provider.survey(agreement, placed).remarks
    assert sorted(one.ours for one in remarks) == [False, True]


def test_releasing_one_of_two_is_seen_and_asked_once(driver, provider, site):
    agreement = driver.agreement(people=(ALICE, BOB))
    placed = driver.placed(provider, agreement)
    provider.release(agreement, placed, BOB.key)
    provider.release(agreement, placed, "nobody")
    assert site.control("GET", "calls")["recall"] == 1


def test_the_dashboard_pages_as_far_as_it_may_and_says_so(driver, site):
    for number in range(3):
        site.made(name=f"Offer {number}")
    provider = driver.provider(dashboard_pages=1)
    assert provider.dashboard(1).complete
    before = site.control("GET", "calls")["list"]
    provider.dashboard(0)
    assert site.control("GET", "calls")["list"] - before == 1
    many = [site.made(name=f"Offer {number}") for number in range(100)]
    found = provider.dashboard(2)
    assert not found.complete
    assert sum(one.count for one in found.tallies) == 100
    assert found.latest[0].reference == many[-1]
    whole = driver.provider(dashboard_pages=5)
    assert whole.dashboard(0).complete
    assert sum(one.count for one in whole.dashboard(0).tallies) == 103
    provider.close()
    whole.close()


def test_a_glance_reads_no_further_than_it_is_worth(account, httpserver):
    pages = [[{"id": f"d{100 * p + n}", "status": "sent"} for n in range(100)] for p in range(5)]
    for page in pages:
        httpserver.expect_ordered_request("/v1/documents").respond_with_json(page)
    assert account.glance(["d150", "d7"]) == {"d150": "sent", "d7": "sent"}
    assert len(httpserver.log) == 2
    assert account.glance(["d7"]) == {}  # not on the next three pages
    assert len(httpserver.log) == 5


def test_a_glance_reads_on_where_many_are_asked_for(account, httpserver):
    for page in range(7):
        rows = [{"id": f"d{100 * page + n}", "status": "sent"} for n in range(100)]
        httpserver.expect_ordered_request("/v1/documents").respond_with_json(rows)
    asked = [f"d{number}" for number in range(0, 699, 4)]  # what lies between is over
    assert len(account.glance(asked)) == len(asked)
    assert len(httpserver.log) == 7


def test_an_expired_document_is_counted_as_expired_whatever_its_status(driver, provider, site):
    site.control("POST", "modes", {"expired_status": "unchanged"})
    placed = driver.placed(provider, driver.agreement())
    driver.expire(placed)
    driver.wait(7200)
    (tally,) = provider.dashboard(1).tallies
    assert (tally.state, tally.word, tally.count) == (AgreementState.EXPIRED, "expired", 1)


def test_addresses_of_people_in_the_app(driver, provider, site):
    assert provider.record_url("abc") == f"{site.url}/document/view/abc"
    assert provider.record_url("") is None


def test_production_has_https_only():
    settings = GetAcceptSettings(
        base_url="http://127.0.0.1:1/v1", email="a@b.example", password="p"
    )
    context = PluginContext("ga", environment="production")
    assert isinstance(caught(lambda: GetAcceptProvider(settings, context)), ConfigurationError)
