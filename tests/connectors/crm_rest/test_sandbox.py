"""The simulated CRM as a person and the sandbox see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from pytest_httpserver import HTTPServer

from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from tests.contracts.connector_driver import HOOK_URL, STARTED


def test_its_links_open_and_show_what_is_there(driver, site):
    shown = {
        link.title: requests.get(site.url + link.path, timeout=10)
        for link in driver.sandbox.links()
    }
    assert {page.status_code for page in shown.values()} == {200}
    assert "Bicycle makes a noise" in shown["CRM"].text
    assert "Varmepumpe til bageriet" in shown["Field service"].text


def test_an_offer_that_is_shared_is_told_and_stands_among_those_that_nobody_has_opened(
    driver, site, httpserver: HTTPServer
):
    httpserver.expect_request("/service").respond_with_data("")
    links = {
        "hook.service": httpserver.url_for("/service"),
        "button.portal_offer": "http://hub/b?id={id}",
        "portal.service": "http://hub/p/service/",
    }
    driver.sandbox.connect(links)
    requests.post(f"{site.url}/service/1/share", data={"to": "customer"}, timeout=10)
    told = httpserver.log[0][0].get_json()
    assert told["record"] == {"type": "offer", "id": "1"}
    offer = driver.sandbox.store.row("offer", "1").fields
    assert (offer["share"], offer["visible_to"]) == (True, "customer")
    at = driver.sandbox.context.clock.wall() - timedelta(days=3)
    offer |= {"portal_status": "Shared", "shared_at": at.isoformat()}

    def unopened(days):
        shown = requests.get(f"{site.url}/service/?days={days}", timeout=10).text
        return shown.partition("data-unopened")[2].partition("</ul>")[0]

    assert "http://hub/b?id=1" in unopened(3)
    assert "has been opened" in unopened(4)
    page = requests.get(f"{site.url}/service/1", timeout=10).text
    assert "http://hub/p/service/?lang=ro" in page
    assert "http://hub/b?id=1" in page
    offer["portal_status"] = "Opened"
    assert "has been opened" in unopened(3)
    for gone in ("/service/99", "/service/1/files/7"):
        assert requests.get(site.url + gone, timeout=10).status_code == 404


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
