"""One login for everybody, renewed in time, and no login that could lock the account."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hub.kernel.errors import AuthenticationFailed, ConfigurationError, Retryable
from providers.getaccept.settings import OAUTH2, TOKEN
from tests.contracts.provider_driver import caught

WEEKS = timedelta(days=14)


@pytest.fixture
def calls(site):
    """How often an operation was called."""
    return lambda name: site.control("GET", "calls").get(name, 0)


def test_many_threads_share_one_login(driver, provider, calls):
    gate = threading.Barrier(8)

    def probe(_):
        gate.wait(10)
        return provider.probe().facts["entity"]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(probe, range(8))) == {"ent0001a"}
    assert calls("auth") == 1


def test_a_token_renews_itself_at_half_its_life_without_a_login(driver, provider, calls):
    provider.probe()
    driver.clock.advance(WEEKS / 2 - timedelta(hours=1))
    provider.probe()
    assert calls("refresh") == 0
    for _ in range(5):
        driver.clock.advance(timedelta(days=6))
        provider.probe()
    assert calls("refresh") >= 3
    assert calls("auth") == 1


def test_where_the_renewal_fails_the_old_token_goes_on(driver, provider, calls, site):
    provider.probe()
    driver.clock.advance(WEEKS * 0.6)
    site.fault("refresh.error_500")
    provider.probe()
    provider.probe()
    assert calls("refresh") == 1  # not tried again with each call
    driver.clock.advance(timedelta(minutes=1))
    provider.probe()
    assert (calls("refresh"), calls("auth")) == (2, 1)


def test_after_its_end_a_token_is_had_by_a_login(driver, provider, calls):
    provider.probe()
    driver.clock.advance(WEEKS + timedelta(days=1))
    provider.probe()
    assert (calls("refresh"), calls("auth")) == (0, 2)


def test_a_token_that_is_refused_is_renewed_once(driver, provider, calls, site):
    provider.probe()
    site.control("POST", "tokens/revoke")
    provider.probe()
    assert calls("auth") == 2
    site.fault("test.unauthorized", times=2)
    assert isinstance(caught(provider.probe), AuthenticationFailed)
    assert calls("auth") == 3


def test_a_call_with_an_effect_is_repeated_after_an_empty_401_only(driver, provider, site):
    agreement = driver.agreement()
    site.fault("create.unauthorized")
    driver.placed(provider, agreement)
    assert driver.standing_there("request-1") == 1


def test_a_changed_password_is_noticed_and_the_account_is_not_locked(driver, calls, site):
    provider = driver.provider()
    provider.probe()
    site.control("POST", "password", {"password": "another-password"})
    error = caught(provider.probe)
    assert isinstance(error, AuthenticationFailed)
    assert "e-mail and password" in error.detail
    logins = calls("auth")
    for _ in range(20):  # the hub probes a paused instance every half minute
        driver.clock.advance(timedelta(seconds=30))
        assert isinstance(caught(provider.probe), AuthenticationFailed)
    assert calls("auth") - logins <= 3
    mended = driver.provider(password="another-password")
    assert mended.probe().summary
    provider.close()
    mended.close()


def test_a_login_works_again_after_a_wait(driver, site, calls):
    provider = driver.provider()
    site.control("POST", "password", {"password": "another-password"})
    assert isinstance(caught(provider.probe), AuthenticationFailed)
    site.control("POST", "password", {"password": "sandbox-password"})
    assert isinstance(caught(provider.probe), AuthenticationFailed)
    driver.clock.advance(timedelta(minutes=2))
    assert provider.probe().summary
    provider.close()


@pytest.mark.parametrize("fault", ["throttled", "throttled_bare"])
def test_a_throttled_login_waits_and_is_not_tried_meanwhile(driver, provider, calls, site, fault):
    site.fault(f"auth.{fault}")
    first = caught(provider.probe)
    assert isinstance(first, Retryable)
    assert first.retry_after
    assert first.code in ("too_many_logins", "too_many_calls")
    assert isinstance(caught(provider.probe), Retryable)
    assert calls("auth") == 1
    driver.clock.advance(timedelta(seconds=first.retry_after))
    assert provider.probe().summary


@pytest.mark.parametrize("asked", ["1796000000", "9" * 400])
def test_a_throttled_login_shuts_nobody_out_for_years(driver, httpserver, asked):
    headers = {"X-Rate-Limit-Reset": asked}
    httpserver.expect_oneshot_request("/v1/auth").respond_with_json({}, 429, headers)
    httpserver.expect_request("/v1/auth").respond_with_json({"access_token": "t"})
    httpserver.expect_request("/v1/test").respond_with_json({"entity_id": "ent0001a"})
    provider = driver.provider(base_url=httpserver.url_for("/v1"))
    assert caught(provider.probe).code == "too_many_logins"
    driver.clock.advance(timedelta(hours=1))
    assert provider.probe().summary
    provider.close()


@pytest.mark.parametrize("fault", ["html", "error_500", "drop_before", "drop_after"])
def test_trouble_with_the_login_passes(provider, site, fault):
    site.fault(f"auth.{fault}")
    assert isinstance(caught(provider.probe), Retryable)
    assert provider.probe().summary


def test_the_entity_that_is_asked_for_is_worked_in(driver):
    provider = driver.provider(entity_id="ent0002b")
    assert provider.probe().facts["entity"] == "ent0002b"
    provider.close()


@pytest.mark.parametrize("token", [None, 17, "", "a\nb", "nyckel-å"])
def test_a_login_without_a_usable_token_is_tried_again(driver, httpserver, token):
    answer = {"access_token": token, "expires_in": 100}
    httpserver.expect_request("/v1/auth").respond_with_json(answer)
    provider = driver.provider(base_url=httpserver.url_for("/v1"))
    error = caught(provider.probe)
    assert (type(error), error.code) == (Retryable, "malformed_answer")
    provider.close()


@pytest.mark.parametrize("life", [None, "", "soon", 0, True, -5])
def test_a_token_of_unknown_life_is_used_until_it_is_refused(driver, httpserver, life):
    answer = {"access_token": "t", "expires_in": life}
    httpserver.expect_request("/v1/auth").respond_with_json(answer)
    httpserver.expect_request("/v1/test").respond_with_json({"entity_id": "ent0001a"})
    provider = driver.provider(base_url=httpserver.url_for("/v1"))
    provider.probe()
    driver.clock.advance(WEEKS * 50)
    provider.probe()
    assert [request.path for request, _ in httpserver.log].count("/v1/auth") == 1
    provider.close()


def test_a_login_that_is_refused_with_200_is_refused(provider, site):
    site.fault("auth.error_200")
    assert isinstance(caught(provider.probe), AuthenticationFailed)


def test_a_pasted_token_is_used_until_it_is_refused(driver, site, calls):
    provider = driver.provider(auth=TOKEN, access_token=" sandbox-pasted-token\n")
    found = provider.probe()
    assert "not renewed" in found.warnings[0]
    assert "sandbox-pasted-token" not in repr(found)
    driver.clock.advance(WEEKS * 10)
    provider.probe()
    provider.close()
    wrong = driver.provider(auth=TOKEN, access_token="another")
    assert isinstance(caught(wrong.probe), AuthenticationFailed)
    assert calls("auth") == 0
    wrong.close()


def test_a_plan_without_api_access_pauses_with_advice(provider, site):
    site.fault("test.forbidden")
    error = caught(provider.probe)
    assert isinstance(error, AuthenticationFailed)
    assert "plan" in error.detail


def test_a_token_of_another_entity_is_told(driver):
    more = {"auth": TOKEN, "access_token": "sandbox-pasted-token", "entity_id": "ent0002b"}
    provider = driver.provider(**more)
    assert isinstance(caught(provider.probe), ConfigurationError)
    provider.close()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "", "password": ""}, "email and password"),
        ({"auth": OAUTH2, "client_id": "api"}, "client_secret and refresh_token"),
        ({"auth": TOKEN}, "access_token"),
    ],
)
def test_what_a_sign_in_needs_is_asked_for(driver, changes, told):
    error = caught(lambda: driver.provider(**changes))
    assert isinstance(error, ConfigurationError)
    assert told in error.detail
