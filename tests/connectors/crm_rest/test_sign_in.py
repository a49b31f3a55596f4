"""Signing in: tokens are kept, renewed once, and asked for by one thread only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connectors.crm_rest.sandbox.signins import CLIENT
from hub.contracts.records import RecordRef, Update
from hub.kernel.errors import AuthenticationFailed, Retryable
from tests.connectors.crm_rest.driver import OAUTH2, VARIANTS, CrmDriver

CASE = RecordRef("cases", "1")


@pytest.fixture
def driver(site):
    return CrmDriver(site, VARIANTS["oauth2-link-header"])


def test_one_token_serves_many_calls_until_it_ends(driver, connector, site):
    for _ in range(3):
        connector.fetch(CASE)
    assert driver.calls("token") == 1
    site.clock.advance(timedelta(minutes=9, seconds=30))
    connector.fetch(CASE)
    assert driver.calls("token") == 2


def test_a_token_that_is_refused_is_renewed_once(driver, connector):
    connector.fetch(CASE)
    driver.sandbox.sign_ins.end_tokens()
    connector.fetch(CASE)
    assert (driver.calls("token"), driver.calls("read")) == (2, 3)


def test_a_write_with_an_ended_token_happens_once(driver, connector):
    connector.fetch(CASE)
    driver.sandbox.sign_ins.end_tokens()
    before = driver.effects()
    connector.apply(Update(CASE, {"status": "Signed"}), "key-1")
    assert driver.effects() == before + 1


def test_many_threads_ask_for_one_token(driver, connector):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: connector.fetch(CASE), range(16)))
    assert driver.calls("token") == 1


def test_a_fresh_token_that_is_refused_too_pauses_the_instance(driver, connector, monkeypatch):
    monkeypatch.setattr(driver.sandbox.sign_ins, "_is_alive", lambda token: False)
    with pytest.raises(AuthenticationFailed):
        connector.fetch(CASE)
    assert driver.calls("token") == 2


@pytest.mark.parametrize("kind", ["html", "500", "drop_before", "drop_after"])
def test_a_token_address_that_fails_is_tried_again(driver, connector, kind):
    driver.fault(kind, "sign_in")
    with pytest.raises(Retryable):
        connector.fetch(CASE)
    assert connector.fetch(CASE).fields


def test_the_probe_proves_the_credentials_anew(driver, connector):
    connector.probe()
    connector.probe()
    assert driver.calls("token") == 2


def test_the_token_address_may_be_a_path_and_the_secret_may_go_in_the_body(site):
    way = {"url": "/oauth/token", "client_id": CLIENT, "send": "body", "more": {"scope": "all"}}
    driver = CrmDriver(site, {**OAUTH2, "oauth2": way})
    tables = {"cases": {"path": "/api/v2/cases", "record": "data"}}
    connector = driver.make_instance(base_url=site.url, tables=tables, hook=None)
    assert connector.fetch(CASE).fields
    connector.close()


@pytest.mark.parametrize("name", ["basic-page-put-by-time", "key-header-offset-idempotency"])
def test_what_cannot_be_renewed_is_not_tried_twice(site, name):
    driver = CrmDriver(site, VARIANTS[name])
    connector = driver.make_instance(**driver.wrong_credentials())
    with pytest.raises(AuthenticationFailed):
        connector.fetch(CASE)
    assert driver.calls("read") == 1
    connector.close()
