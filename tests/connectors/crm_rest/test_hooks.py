"""Webhooks of a CRM: what they may speak of, and what is not believed."""

from __future__ import annotations

import pytest

from hub.contracts.records import RecordRef
from hub.kernel.errors import HookRejected
from tests.connectors.crm_rest.driver import CrmDriver
from tests.connectors.crm_rest.signing import SECRET, hook_of, signed_in_base64
from tests.contracts.connector_driver import HOOK_SECRET, HOOK_URL, STARTED


def made(site, **hook):
    way = {"check": "hmac", "header": "X-Signature", "algorithm": "sha512", "encoding": "base64"}
    return CrmDriver(site).make_instance(hook={**way, **hook}, hook_secret=SECRET)


@pytest.fixture
def read(site):
    """References of a well signed event, by these settings."""
    connectors = []

    def reading(said, /, **hook):
        connectors.append(made(site, **hook))
        return connectors[-1].read_hook(hook_of(said, signed_in_base64))

    yield reading
    for connector in connectors:
        connector.close()


def test_one_call_may_speak_of_several_records_each_named_once(read):
    events = [{"id": 1}, {"id": "2"}, {"id": 1}]
    assert read(events, table="cases").references == (
        RecordRef("cases", "1"), RecordRef("cases", "2"),
    )  # fmt: skip
    assert (
        len(read({"data": {"events": events}}, table="cases", items="data.events").references) == 2
    )


def test_the_crms_words_are_our_tables_and_other_kinds_are_passed_over(read):
    events = [{"id": 1, "type": "deal"}, {"id": 2, "type": "campaign"}, {"id": 3, "type": "person"}]
    words = {"deal": "cases", "person": "contacts"}
    found = read(events, table_at="type", tables=words).references
    assert found == (RecordRef("cases", "1"), RecordRef("contacts", "3"))
    assert read([{"id": 1, "type": "campaign"}], table_at="type", tables=words).references == ()
    assert read([{"id": 1, "type": "campaign"}], table_at="type").references == ()


def test_a_repeat_is_known_by_the_calls_own_id_or_by_its_bytes(read):
    one, two = {"id": 1, "call": "c1", "try": 1}, {"id": 1, "call": "c1", "try": 2}
    assert read(one, table="cases", event="call").dedupe == "event:c1"
    assert (
        read(one, table="cases", event="call").dedupe
        == read(two, table="cases", event="call").dedupe
    )
    assert read(one, table="cases").dedupe != read(two, table="cases").dedupe


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ([{"id": n} for n in range(201)], 413),
        ([{"id": None}], 400),
        ([{"id": ""}], 400),
        ([{"id": ".."}], 400),
        ([{"id": {"a": 1}}], 400),
        ([{"id": True}], 400),
        ([{"id": "x" * 201}], 400),
        ([5], 400),
        ({}, 400),
        (None, 400),
    ],
)
def test_a_signed_call_that_names_no_record_is_rejected(read, event, status):
    with pytest.raises(HookRejected) as caught:
        read(event, table="cases")
    assert caught.value.status == status


def test_the_shared_secret_may_stand_behind_a_prefix(site):
    connector = made(site, check="header", header="Authorization", prefix="Token ", table="cases")
    good = hook_of({"id": 1}, {"authorization": f"Token {SECRET}"})
    assert connector.read_hook(good).references
    for value in (SECRET, f"Token {SECRET}x", "Token ", "", f"token {SECRET}", "Token å"):
        with pytest.raises(HookRejected) as caught:
            connector.read_hook(hook_of({"id": 1}, {"authorization": value}))
        assert SECRET not in caught.value.detail
    connector.close()


def test_with_address_only_the_secret_in_the_address_counts(site):
    connector = CrmDriver(site).make_instance(hook={"check": "address", "table": "cases"})
    assert connector.read_hook(hook_of({"id": 1}, {})).references
    with pytest.raises(HookRejected) as caught:
        connector.read_hook(hook_of({"id": 1}, {}, url=HOOK_URL.replace(HOOK_SECRET, "x")))
    assert caught.value.status == 404
    connector.close()


def test_times_may_be_milliseconds_and_may_lie_ahead_a_little(driver, connector):
    now = STARTED.timestamp()
    for moment in (now * 1000, now - 299, now + 299, (now - 299) * 1000):
        assert connector.read_hook(driver.hook(moment=moment)).references
    for moment in (now + 301, (now - 301) * 1000, 0, 10**20):
        with pytest.raises(HookRejected):
            connector.read_hook(driver.hook(moment=moment))


@pytest.mark.parametrize("signature", ["", "=", "AAAA", "å", "A" * 10_000])
def test_a_wrong_signature_of_any_shape_is_rejected(site, signature):
    connector = made(site, table="cases")
    with pytest.raises(HookRejected) as caught:
        connector.read_hook(hook_of({"id": 1}, {"x-signature": signature}))
    assert caught.value.status == 401
    connector.close()
