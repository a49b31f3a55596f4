"""The simulated CRM as a person and the sandbox see it."""

from __future__ import annotations

import pytest
import requests
from pytest_httpserver import HTTPServer

from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from tests.contracts.connector_driver import HOOK_URL, STARTED


def test_its_links_open_and_show_what_is_there(driver, site):
    for link in driver.sandbox.links():
        page = requests.get(site.url + link.path, timeout=10)
        assert page.status_code == 200
        assert "Bicycle makes a noise" in page.text


def test_a_records_link_opens_the_page(driver, connector):
    link = connector.record_url(RecordRef("cases", "1"))
    assert link.endswith("/#case-1")
    assert requests.get(link, timeout=10).status_code == 200


def test_what_a_person_does_is_told_by_a_webhook_that_verifies(
    driver, connector, site, httpserver: HTTPServer, monkeypatch
):
    monkeypatch.setattr("time.time", lambda: STARTED.timestamp())
    httpserver.expect_request("/hook", method="POST").respond_with_data("", status=204)
    driver.sandbox.connect({"hook": httpserver.url_for("/hook")})
    requests.post(f"{site.url}/cases/1", timeout=10)
    [(call, _)] = httpserver.log
    raw = RawHook(
        "POST", HOOK_URL, {k.lower(): v for k, v in call.headers.items()}, {}, call.data,
        "127.0.0.1", STARTED,
    )  # fmt: skip
    assert connector.read_hook(raw).references == (RecordRef("cases", "1"),)
    assert connector.fetch(RecordRef("cases", "1")).fields["status"] == "Signature wanted"


def test_a_hub_that_is_away_harms_nobody(driver, site):
    driver.sandbox.connect({"hook": "http://127.0.0.1:1/hook"})
    assert requests.post(f"{site.url}/cases/1", timeout=10).status_code == 200
    assert requests.post(f"{site.url}/cases/404", timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("method", "what", "data", "status"),
    [
        ("POST", "faults", {"fault": "read.500", "times": 1}, 200),
        ("POST", "faults", {"fault": "read.flood"}, 400),
        ("GET", "calls", None, 200),
        ("GET", "effects", None, 200),
        ("DELETE", "tokens", None, 200),
        ("GET", "anything", None, 404),
    ],
)
def test_tests_look_inside_and_switch_faults_on(driver, site, method, what, data, status):
    answer = requests.request(method, f"{site.url}/_control/{what}", json=data, timeout=10)
    assert answer.status_code == status


def test_a_reset_leaves_the_seed(driver, connector, site):
    driver.change()
    driver.sandbox.reset()
    assert driver.count("cases") == 1
    assert connector.fetch(RecordRef("cases", "1")).fields["status"] == "Open"
