"""Refresh tokens: restarts go on with the last one, processes share it, a lost answer is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hub.contracts.agreements import Placed
from hub.kernel.errors import AuthenticationFailed, Refused, Retryable
from hub.toolkit.secrets import MemorySecrets
from tests.contracts.provider_driver import caught
from tests.providers.getaccept.authorised import authorised, by_oauth2

WEEKS = timedelta(days=14)


@pytest.fixture
def calls(site):
    """How often an operation was called."""
    return lambda name: site.control("GET", "calls").get(name, 0)


@pytest.fixture
def token(site):
    return authorised(site)


def test_each_use_replaces_the_token_and_a_restart_goes_on_with_the_last_one(
    driver, site, calls, token
):
    provider = by_oauth2(driver, token)
    found = provider.probe()
    assert "ent0001a" in repr(found)
    assert found.warnings == ()
    for _ in range(2):
        site.fault("test.unauthorized")
        provider.probe()
    assert (calls("auth"), calls("oauth_token")) == (0, 4)
    provider.close()
    restarted = by_oauth2(driver, token)
    restarted.probe()
    assert calls("oauth_token") == 4  # the last access token is good
    site.fault("test.unauthorized")
    restarted.probe()
    assert calls("oauth_token") == 5
    restarted.close()


def test_processes_that_renew_at_once_make_one_call(driver, site, calls, token):
    processes = [by_oauth2(driver, token) for _ in range(4)]
    gate = threading.Barrier(4)

    def probe(provider):
        gate.wait(10)
        return provider.probe().facts["entity"]

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(probe, processes)) == {"ent0001a"}
    assert calls("oauth_token") == 2  # one of them is the consent's
    driver.clock.advance(WEEKS * 0.6)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(probe, processes)) == {"ent0001a"}
    assert calls("oauth_token") == 3
    for provider in processes:
        provider.close()


def test_without_what_was_kept_the_token_in_the_settings_is_used_up_and_what_to_do_is_said(
    driver, site, token
):
    provider = by_oauth2(driver, token)
    provider.probe()
    driver.kept = MemorySecrets()
    other = by_oauth2(driver, token)
    error = caught(other.probe)
    assert isinstance(error, AuthenticationFailed)
    assert "used up, or taken back" in error.detail
    assert "paraph mend-credentials hosted --set refresh_token" in error.detail
    assert token not in error.detail
    provider.close()
    other.close()


def test_a_lost_answer_is_told_with_when_and_what_to_do(driver, site, token):
    provider = by_oauth2(driver, token)
    site.fault("oauth_token.drop_after")  # GetAccept has replaced the token; nobody heard of it
    assert isinstance(caught(provider.probe), Retryable)
    provider.close()  # as if the process had been killed
    restarted = by_oauth2(driver, token)
    error = caught(restarted.probe)
    assert isinstance(error, AuthenticationFailed)
    assert "before the token that replaces it was stored" in error.detail
    assert f"was used at {driver.clock.wall():%Y-%m-%d %H:%M} UTC" in error.detail
    assert "paraph mend-credentials hosted --set refresh_token" in error.detail
    restarted.close()
    mended = by_oauth2(driver, authorised(site))
    assert mended.probe().summary
    mended.close()


def test_a_call_that_never_arrived_is_made_again_with_the_same_token(driver, site, token):
    provider = by_oauth2(driver, token)
    site.fault("oauth_token.drop_before")
    assert isinstance(caught(provider.probe), Retryable)
    assert provider.probe().summary
    provider.close()


def test_another_token_in_the_settings_begins_another_chain(driver, site, calls, token):
    former = by_oauth2(driver, token)
    former.probe()
    new = by_oauth2(driver, authorised(site))
    new.probe()
    site.fault("test.unauthorized")
    former.probe()  # its own chain is as it was
    assert calls("oauth_token") == 5
    former.close()
    new.close()


def test_a_token_that_could_not_be_stored_is_kept_in_memory_and_stored_later(
    driver, site, calls, token, monkeypatch
):
    provider = by_oauth2(driver, token)
    store, away = driver.kept.replace, []

    def replace(name, value, version):
        if away and value["trying"] is None:
            raise OSError("the database is away")
        return store(name, value, version)

    monkeypatch.setattr(driver.kept, "replace", replace)
    away.append(True)
    assert provider.probe().summary
    away.clear()
    driver.clock.advance(WEEKS * 0.6)
    assert provider.probe().summary
    restarted = by_oauth2(driver, token)
    assert restarted.probe().summary
    assert calls("oauth_token") == 3
    provider.close()
    restarted.close()


def test_nobody_waits_long_for_a_process_that_holds_the_token(driver, site, token, monkeypatch):
    monkeypatch.setattr("hub.toolkit.secrets._PATIENCE", 0.05)
    provider = by_oauth2(driver, token)
    name = provider._wire.sign_in._chain._name
    with driver.kept.hold(name, 60):
        error = caught(provider.probe)
    assert (type(error), error.code) == (Retryable, "secret_held")
    assert provider.probe().summary
    provider.close()


def test_it_renews_on_403_but_not_a_token_that_is_fresh(driver, site, calls, token):
    provider = by_oauth2(driver, token)
    provider.probe()
    before = calls("oauth_token")
    site.fault("recipients.forbidden")
    error = caught(lambda: provider.links(driver.agreement(), _placed("ijrdvks7e")))
    assert isinstance(error, Refused)
    assert calls("oauth_token") == before
    driver.clock.advance(timedelta(hours=1))
    site.fault("test.forbidden")
    assert provider.probe().summary
    assert calls("oauth_token") == before + 1
    provider.close()


def _placed(reference):
    return Placed(reference, {"people": {}}, ready=True)
