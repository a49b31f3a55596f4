"""The connector at a real json-server: the contract, and what json-server has besides."""

from __future__ import annotations

import pytest

from hub.contracts.records import Create, RecordRef, Update
from hub.kernel.errors import NotFound
from tests.connectors.crm_rest.processes import start_json_server
from tests.connectors.crm_rest.proxy import Proxy
from tests.connectors.crm_rest.real_drivers import JsonServerDriver, json_server_operation
from tests.contracts.connector_suite import ConnectorSuite


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    process = start_json_server(tmp_path_factory.mktemp("json-server"))
    yield process
    process.close()


@pytest.fixture(scope="module")
def proxy(process):
    proxy = Proxy(process.url, json_server_operation)
    yield proxy
    proxy.close()


@pytest.fixture
def driver(process, proxy):
    return JsonServerDriver(process, proxy)


class TestCrmRestAtJsonServer(ConnectorSuite):
    """Everything is in the suite."""


def test_new_records_come_page_by_page(driver, connector):
    cursor = [cursor for _, cursor in connector.changes("cases", None)][-1]
    made = [driver.change() for _ in range(5)]
    before = driver.calls("list")
    found = list(connector.changes("cases", cursor))
    assert [ref for ref, _ in found] == made
    assert driver.calls("list") - before == 3  # the one seen last is asked for again


def test_a_put_keeps_the_fields_that_are_not_written(driver, connector):
    made = connector.apply(Create("contacts", {"name": "Bob", "mobile": "+46701740670"}), "key-1")
    connector.apply(Update(made.ref, {"name": "Bob Berg"}), "key-2")
    there = driver.present(made.ref)
    assert (there["name"], there["mobile"]) == ("Bob Berg", "+46701740670")


def test_a_field_inside_another_is_written_and_its_neighbours_stay(driver, connector):
    made = connector.apply(Create("contacts", {"address.city": "Åre", "address.zip": "1"}), "k-1")
    connector.apply(Update(made.ref, {"address.city": "Umeå"}), "k-2")
    assert driver.present(made.ref)["address"] == {"city": "Umeå", "zip": "1"}
    assert connector.read_back(made.ref, ["address.city"]) == {"address.city": "Umeå"}


def test_an_id_with_a_slash_never_reaches_the_server(driver, connector):
    before = driver.calls("read")
    with pytest.raises(NotFound, match="slash"):
        connector.fetch(RecordRef("cases", "../contacts/1"))
    assert driver.calls("read") == before
