"""NAV in a hub that polls it, and Business Central whose subscriptions a hub keeps."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from connectors.dynamics_nav.hooks import client_state
from hub.contracts.records import RecordRef
from hub.services import health
from tests import simulated_house
from tests.connectors.dynamics_nav.driver import SoapDriver
from tests.connectors.dynamics_nav.driver_api import ApiDriver
from tests.services.one_case import OneCase

_BACK = "back:\n  invited: [{update: [{to: Digital_Status, value: Sent}]}]\n"
_MAPPING = """\
mapping: repair
source: {connector: erp, table: quote}
trigger: [TRIGGER]
when: WHEN
request:
  kind: offer
  title: "Offer {{ record.NUMBER }}"
  provider: signing
  channels: [sms]
  language: en
  expires_after: 14d
  recipient:
    - {to: name, value: Alice Andersson}
    - {to: mobile, value: "+46701740605"}
back:
  invited: [{update: [{to: Digital_Status, value: Sent}]}]
examples:
  - {name: an offer, given: {record: {No: VQ1, number: VQ1, Digital_Status: ""}}, expect: {recipient: {name: Alice Andersson}}}
"""  # noqa: E501 - a text of a file, line by line


@pytest.fixture
def housed(site, tmp_path, monkeypatch):
    """Makes a house whose source is the server, as a driver sets it up."""
    made = []

    def make(driver, trigger, when="$not(Digital_Status = 'Sent')", number="No"):
        written = simulated_house.write_files
        text = _MAPPING.replace("TRIGGER", trigger).replace("WHEN", when).replace("NUMBER", number)
        if number == "number":
            text = text.replace(_BACK, "")

        def write(folder, *given):
            config = written(folder, *given)
            (config / "mappings" / "repair.yaml").write_text(text, encoding="utf-8")
            workspace = config / "workspaces" / "alice.yaml"
            erp = json.dumps({"plugin": "dynamics_nav", "settings": driver.settings()})
            lines = workspace.read_text(encoding="utf-8")
            lines = lines.replace("instances:\n", f"instances:\n  erp: {erp}\n")
            workspace.write_text(lines, encoding="utf-8")
            hub = config / "paraph.yaml"
            url = site.hub_url("").rstrip("/")
            hub.write_text(hub.read_text().replace("https://hub.example", url), encoding="utf-8")
            return config

        monkeypatch.setattr(simulated_house, "write_files", write)
        made.append(OneCase(tmp_path))
        return made[-1]

    yield make
    for case in made:
        case.simulated.close()


def pass_time(site, case, span):
    site.clock.advance(span)
    case.pass_time(span)


def test_a_quote_that_changes_is_asked_about_once_and_what_is_written_back_is_not(site, housed):
    driver = SoapDriver(site)
    case = housed(driver, "button, poll")
    case.work()
    pass_time(site, case, timedelta(minutes=5))
    assert case.requests() == []  # the quotes that were there before
    driver.touch()
    for _ in range(4):
        pass_time(site, case, timedelta(minutes=5))
    (request,) = case.requests()
    assert (request.source_id, request.state) == ("VQ1002", "sent")
    assert driver.row().values["Digital_Status"] == "Sent"
    (workspace,) = health.sync(case.core)
    assert [(one.table, one.status) for one in workspace.polls] == [("quote", "ok")]


@pytest.mark.parametrize("surface", [SoapDriver, ApiDriver])
def test_a_first_poll_reads_what_changed_lately_and_no_more(site, surface):
    driver = surface(site)
    site.clock.advance(timedelta(days=30))
    recent = driver.change()
    connector = driver.make_instance(page_size=1)
    cursor = connector.cursor_now("quote")
    assert list(connector.changes("quote", cursor)) == []
    site.clock.advance(timedelta(minutes=1))
    assert driver.change() == recent
    assert [ref for ref, _ in connector.changes("quote", cursor)] == [recent]
    assert isinstance(recent, RecordRef)


def test_subscriptions_are_made_renewed_and_made_anew_by_the_hub(site, housed):
    driver = ApiDriver(site)
    case = housed(driver, "button, webhook", number="number")
    url = case.core.links.hook("alice", "erp")
    webhooks = site.sandbox.webhooks
    driver.register("quote", "https://crm.example/hooks/theirs")
    driver.register("quote", url[:-8] + "formerly")
    pass_time(site, case, timedelta(seconds=10))
    assert {one.url for one in webhooks.all()} == {url, "https://crm.example/hooks/theirs"}
    for _ in range(6):  # twice as long as a subscription lives
        pass_time(site, case, timedelta(days=1))
    (mine,) = [one for one in webhooks.all() if one.url == url]
    assert mine.number > 6
    assert mine.client_state == client_state(case.core.links.hook_secret("alice", "erp"))
    for one in webhooks.all():
        webhooks.forget(one)
    pass_time(site, case, timedelta(days=1))
    assert [one.url for one in webhooks.all()] == [url]
    (workspace,) = health.sync(case.core)
    (hooks,) = workspace.hooks
    assert "a subscription to salesQuotes was made and ends" in hooks.done
