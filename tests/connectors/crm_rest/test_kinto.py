"""The connector at a real Kinto: the contract, and what Kinto has besides."""

from __future__ import annotations

import pytest

from hub.contracts.records import Create, Note, RecordRef, Update
from hub.kernel.errors import RecordLocked, Refused
from tests.connectors.crm_rest.processes import start_kinto
from tests.connectors.crm_rest.proxy import Proxy
from tests.connectors.crm_rest.real_drivers import KintoDriver, kinto_operation
from tests.contracts.connector_suite import ConnectorSuite

CASE = RecordRef("cases", "case-1")


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    process = start_kinto(tmp_path_factory.mktemp("kinto"))
    yield process
    process.close()


@pytest.fixture(scope="module")
def proxy(process):
    proxy = Proxy(process.url, kinto_operation)
    yield proxy
    proxy.close()


@pytest.fixture
def driver(process, proxy):
    return KintoDriver(process, proxy)


class TestCrmRestAtKinto(ConnectorSuite):
    """Everything is in the suite."""


def meanwhile(driver, operation, work):
    """Do ``work`` just before the next call of ``operation`` reaches the server."""
    left = [work]

    def on_call(moment, name):
        if (moment, name) == ("before", operation) and left:
            left.pop()()

    driver.proxy.gate.board.on_call = on_call


def test_a_change_by_somebody_else_between_read_and_write_is_not_lost(driver, connector):
    meanwhile(driver, "update", lambda: driver.write(CASE, priority=9))
    connector.apply(Update(CASE, {"status": "Signed"}), "key-1")
    assert driver.calls("update") == 2
    there = driver.record(CASE)
    assert (there["status"], there["priority"]) == ("Signed", 9)


def test_a_note_is_added_to_the_one_that_somebody_else_wrote_meanwhile(driver, connector):
    meanwhile(driver, "update", lambda: driver.write(CASE, remarks="Bob was here"))
    connector.apply(Note(CASE, "Signed by Alice"), "key-1")
    assert driver.notes(CASE).startswith("Bob was here\n\nSigned by Alice\n[ref ")


def test_a_record_that_never_rests_is_tried_again_later(driver, connector):
    count = iter(range(100))

    def on_call(moment, name):
        if (moment, name) == ("before", "update"):
            driver.write(CASE, priority=next(count))

    driver.proxy.gate.board.on_call = on_call
    with pytest.raises(RecordLocked) as caught:
        connector.apply(Update(CASE, {"status": "Signed"}), "key-1")
    assert caught.value.retry_after == 5
    assert driver.record(CASE)["status"] == "Open"


def test_the_version_of_a_record_is_its_etag(driver, connector):
    assert connector.fetch(CASE).version == f'"{driver.record(CASE)["last_modified"]}"'


def test_changes_come_page_by_page_oldest_first_and_without_the_deleted(driver, connector):
    cursor = [cursor for _, cursor in connector.changes("cases", None)][-1]
    made = [driver.change() for _ in range(5)]
    driver.ask("DELETE", f"/collections/cases/records/{made[1].id}")
    before = driver.calls("list")
    found = list(connector.changes("cases", cursor))
    assert [ref for ref, _ in found] == [made[0], *made[2:]]
    assert driver.calls("list") - before == 3
    assert [ref for ref, _ in connector.changes("cases", found[1][1])] == made[3:]


def test_texts_that_look_like_numbers_are_matched_as_texts(driver, connector):
    first = connector.apply(Create("contacts", {"mobile": "0701", "zip": "12345"}), "key-1")
    again = connector.apply(Create("contacts", {"zip": "12345"}, ("zip",)), "key-2")
    assert (again.ref, again.created) == (first.ref, False)


def test_a_refusal_carries_kintos_number_and_nothing_that_was_sent(driver, connector):
    with pytest.raises(Refused) as caught:
        connector.apply(Create("contacts", {"id": "alice@example.com"}), "key-1")
    assert "(107)" in caught.value.detail
    assert "alice" not in caught.value.detail
