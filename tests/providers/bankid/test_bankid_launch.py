"""How each browser opens the app on its own device."""

from __future__ import annotations

import pytest

from providers.bankid.launch import browser_of, start_url

RETURN = "https://hub.example/s/x/return?n=1"
BACK = "https%3A%2F%2Fhub.example%2Fs%2Fx%2Freturn%3Fn%3D1"
IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML) "
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
LINK, SCHEME = "https://app.bankid.com/", "bankid:///"

BROWSERS = [
    (IOS + "Version/18.0 Mobile/15E148 Safari/604.1", "ios", "safari", LINK, BACK, False),
    (IOS + "CriOS/140.0 Mobile/15E148 Safari/604.1", "ios", "chrome", SCHEME,
     "googlechromes%3A%2F%2F", False),
    (IOS + "FxiOS/140.0 Mobile/15E148 Safari/604.1", "ios", "firefox", SCHEME,
     "firefox%3A%2F%2F", False),
    (IOS + "EdgiOS/140.0 Mobile/15E148 Safari/604.1", "ios", "edge", SCHEME, "null", False),
    (ANDROID + "Chrome/140.0 Mobile Safari/537.36", "android", "chrome", LINK, "null", True),
    (ANDROID + "Chrome/140.0 Mobile Safari/537.36 EdgA/140", "android", "edge", LINK, "null", True),
    (ANDROID + "SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36", "android", "other",
     SCHEME, "null", True),
    (ANDROID + "Chrome/140.0 Mobile Safari/537.36 OPR/90", "android", "opera", SCHEME, "null",
     False),
    ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "android", "firefox",
     SCHEME, "null", False),
    (WINDOWS + "Chrome/140.0 Safari/537.36", "desktop", "chrome", SCHEME, "null", False),
    (WINDOWS + "Chrome/140.0 Safari/537.36 Edg/140.0", "desktop", "edge", SCHEME, "null", False),
    ("", "desktop", "other", SCHEME, "null", False),
]  # fmt: skip


@pytest.mark.parametrize(("agent", "system", "family", "place", "back", "tap"), BROWSERS)
def test_each_browser_gets_the_address_that_it_can_open(agent, system, family, place, back, tap):
    browser = browser_of(agent)
    assert (browser.system, browser.family) == (system, family)
    assert browser.needs_tap is tap
    assert browser.computer is (system == "desktop")
    assert start_url("tok-1", browser, RETURN) == (f"{place}?autostarttoken=tok-1&redirect={back}")


def test_a_simulator_takes_the_place_of_the_app():
    url = start_url("tok-1", browser_of(""), RETURN, "http://sandbox.example/bankid/app?x=1")
    assert url == "http://sandbox.example/bankid/app?x=1&autostarttoken=tok-1&redirect=null"
