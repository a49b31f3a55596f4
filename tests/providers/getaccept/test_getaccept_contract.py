"""GetAccept keeps what the contract of hosted providers promises, by each way to sign in."""

from __future__ import annotations

import pytest

from tests.contracts.hosted_suite import HostedSuite

# What tests of the suite bring about on purpose.
_MEANT = (
    "Invalid credentials or account locked",
    "Document not found",
    "Fields not found",  # 404 may mean that there are none
)


@pytest.fixture(autouse=True)
def keep_to_what_the_vendor_describes(site):
    """Nothing may be sent that the vendor does not describe, and no token to the storage."""
    yield
    told = [one for one in site.violations() if one["text"] not in _MEANT]
    assert told == []
    assert site.control("GET", "leaks") == []


class TestByPassword(HostedSuite):
    pass


class TestWithTheOtherShapes(HostedSuite):
    """The other shapes of errors, subscriptions, missing fields and boxes that are in use."""

    @pytest.fixture
    def driver(self, driver):
        modes = {
            "error_profile": "declared",
            "subscription_answer": "object",
            "no_fields": 404,
            "check_values": "integer",
            "expired_status": "unchanged",
            "sends_by_default": True,
        }
        driver.site.control("POST", "modes", modes)
        return driver
