"""Tokens: one sign-in for many threads, renewal on 401 and on "expired" 400, units, refusals."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connectors.agiloft.tokens import TokenKeeper, Tokens, tokens_from
from hub.contracts.records import Update
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    MalformedAnswer,
    OutcomeUnknown,
    Retryable,
)
from tests.connectors.agiloft.driver import CASE, OAUTH, AgiloftDriver

ON_TOKENS = {
    "alrest": {"surface": "alrest"},
    "ew-json": {"surface": "ew"},
    "ew-text": {"surface": "ew", "ew_answers": "text"},
    "soap": {"surface": "soap"},
}


@pytest.fixture(params=ON_TOKENS.values(), ids=ON_TOKENS.keys())
def any_driver(site, request):
    return AgiloftDriver(site, request.param)


def logins(driver):
    return driver.sandbox.sessions.logins


def test_many_threads_sign_in_once(any_driver):
    connector = any_driver.make_instance()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: connector.fetch(CASE), range(24)))
    assert logins(any_driver) == 1
    connector.close()


def test_many_threads_with_an_ended_token_renew_it_once(site):
    driver = AgiloftDriver(site, {"surface": "alrest"})
    connector = driver.make_instance()
    connector.fetch(CASE)
    driver.sandbox.sessions.expire_all()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: connector.fetch(CASE), range(24)))
    assert logins(driver) == 1
    assert driver.calls("login") == 2  # the sign-in and one refresh
    connector.close()


def test_an_expired_token_is_refreshed_although_agiloft_says_400(site):
    driver = AgiloftDriver(site, {"surface": "alrest"})
    connector = driver.make_instance()
    connector.probe()
    driver.sandbox.sessions.expire_all()
    connector.apply(Update(CASE, {"priority": 5}), "key-1")
    assert driver.present(CASE)["priority"] == 5
    assert (logins(driver), driver.calls("login"), driver.effects()) == (1, 2, 1)
    connector.close()


def test_a_blocked_token_leads_to_a_fresh_sign_in(any_driver):
    connector = any_driver.make_instance()
    connector.fetch(CASE)
    any_driver.sandbox.sessions.reset()
    assert connector.fetch(CASE).fields
    assert logins(any_driver) == 1
    connector.close()


def test_a_token_is_renewed_before_its_time_is_up(site):
    driver = AgiloftDriver(site, {"surface": "alrest"})
    connector = driver.make_instance()
    connector.fetch(CASE)
    driver.clock.advance(timedelta(minutes=14))
    connector.fetch(CASE)
    outcomes = {call["outcome"] for call in driver.sandbox.gate.calls()}
    assert outcomes == {"200"}
    assert (logins(driver), driver.calls("login")) == (1, 2)
    connector.close()


@pytest.mark.parametrize("unit", ["native", "minutes", "seconds"])
@pytest.mark.parametrize("surface", ["alrest", "ew"])
def test_the_life_of_a_token_is_understood_in_either_unit(site, surface, unit):
    driver = AgiloftDriver(site, {"surface": surface})
    driver.sandbox.modes.expires_in = unit
    connector = driver.make_instance()
    connector.fetch(CASE)
    driver.clock.advance(timedelta(minutes=10))
    connector.fetch(CASE)
    assert driver.calls("login") == 1
    driver.clock.advance(timedelta(minutes=10))
    connector.fetch(CASE)
    assert driver.calls("login") == 2
    connector.close()


def test_oauth2_gets_another_token_when_one_ends(site):
    driver = AgiloftDriver(site, {"surface": "alrest", **OAUTH})
    connector = driver.make_instance()
    connector.fetch(CASE)
    driver.sandbox.sessions.expire_all()
    connector.fetch(CASE)
    assert driver.calls("otoken") == 2
    connector.close()


def test_a_changed_password_is_noticed_while_working_and_mended(any_driver):
    connector = any_driver.make_instance()
    connector.fetch(CASE)
    any_driver.sandbox.modes.refuse_credentials = True
    with pytest.raises(AuthenticationFailed):
        connector.fetch(CASE)
    with pytest.raises(AuthenticationFailed):
        connector.probe()
    any_driver.sandbox.modes.refuse_credentials = False
    connector.probe()
    assert connector.fetch(CASE).fields
    connector.close()


def test_a_group_without_api_access_is_refused(site):
    driver = AgiloftDriver(site, {"login": "alice"})
    with pytest.raises(AuthenticationFailed) as caught:
        driver.make_instance().probe()
    assert caught.value.code == "api_not_allowed"


def test_another_knowledge_base_is_refused(site):
    driver = AgiloftDriver(site, {"kb": "nordic service"})
    with pytest.raises(AuthenticationFailed) as caught:
        driver.make_instance().probe()
    assert caught.value.code == "unknown_kb"


def test_a_server_that_takes_no_token_on_ew_is_reached_inline(site):
    driver = AgiloftDriver(site, {"surface": "ew", "auth": "token"})
    driver.sandbox.modes.token_on_ew = False
    with pytest.raises(AuthenticationFailed):
        driver.make_instance().fetch(CASE)
    assert driver.make_instance(auth="inline").fetch(CASE).fields


def test_inline_credentials_never_go_with_a_token(site):
    driver = AgiloftDriver(site, {"surface": "ew", "auth": "inline"})
    connector = driver.make_instance()
    connector.probe()
    connector.fetch(CASE)
    connector.close()
    assert {call["outcome"] for call in driver.sandbox.gate.calls()} == {"200"}


@pytest.mark.parametrize(
    "changes",
    [
        {"surface": "alrest", "auth": "inline"},
        {"auth": "oauth2"},
        {"password": ""},
        {"note_table": "note"},
        {"override_locks": True},
        {"time_zone": "Mars/Olympus"},
        {"surface": "odata"},
        {"note_field": "My notes"},
        {"base_url": "not an address"},
    ],
)
def test_settings_that_contradict_are_refused_with_the_field_named(driver, changes):
    with pytest.raises(ConfigurationError) as caught:
        driver.make_instance(**changes)
    assert any(name in str(caught.value) for name in changes)
    assert "sandbox-password" not in str(caught.value)


def test_a_server_that_is_not_there_is_retryable_and_the_outcome_is_known(driver):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    connector = driver.make_instance(base_url=address)
    for call in (connector.probe, lambda: connector.apply(Update(CASE, {"priority": 1}), "k")):
        with pytest.raises(Retryable) as caught:
            call()
        assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize(
    ("answer", "life"),
    [
        ({"access_token": "a", "expires_in": 15, "expiration_time_unit": "minute"}, 15),
        ({"access_token": "a", "expires_in": "15"}, 15),
        ({"access_token": "a", "expires_in": 60}, 60),
        ({"access_token": "a", "expires_in": 900}, 15),
        ({"result": {"access_token": "a", "expires_in": 900}}, 15),
        ({"access_token": "a", "expires_in": 30, "expiration_time_unit": "second"}, 0.5),
    ],
)
def test_units_of_expires_in(answer, life):
    assert tokens_from(answer).life == timedelta(minutes=life)


@pytest.mark.parametrize("answer", [None, [], {}, {"access_token": 7}, {"result": None}, "x"])
def test_a_login_answer_without_a_token_is_malformed(answer):
    with pytest.raises(MalformedAnswer):
        tokens_from(answer)


def test_a_refresh_that_fails_falls_back_to_signing_in(driver):
    def refresh(tokens):
        raise AuthenticationFailed("the refresh token is spent")

    names = iter(["first", "second"])
    keeper = TokenKeeper(lambda: Tokens(next(names), refresh="r"), refresh, driver.clock)
    assert keeper.access() == "first"
    assert keeper.renew("first") == "second"
    assert keeper.renew("first") == "second"
