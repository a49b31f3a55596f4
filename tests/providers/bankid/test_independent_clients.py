"""Clients that others wrote complete orders against the sandbox: it speaks BankID itself.

They measure with the real clock, so the sandbox does too here.
"""

from __future__ import annotations

import base64
import ssl

import httpx
import pytest
from bankid6 import BankIdClient, BankIdError
from bankid_sdk import (
    BankIDAPIError,
    BankIDHTTPError,
    CompleteCollect,
    FailedCollect,
    FailedHintCode,
    PendingCollect,
    PendingHintCode,
    Requirement,
    SyncV60,
    generate_qr_code,
)

from hub.kernel.clock import SystemClock
from providers.bankid.sandbox.people import PEOPLE
from tests.providers.bankid.bankid_driver import ALICE, BOB, make_sandbox


@pytest.fixture(scope="module")
def real_time(tmp_path_factory):
    sandbox = make_sandbox(tmp_path_factory.mktemp("bankid"), SystemClock())
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def phone(real_time):
    real_time.reset()
    return real_time


@pytest.fixture
def sdk(phone):
    path = phone.authorities.path
    context = ssl.create_default_context(cafile=path("tls_root"))
    context.load_cert_chain(path("client"), path("client", "key"))
    base = phone.rp_url.removesuffix("/rp/v6.0")
    with httpx.Client(base_url=base, verify=context, trust_env=False) as client:
        yield SyncV60(client)


@pytest.fixture
def bankid6(phone):
    path = phone.authorities.path
    client = BankIdClient(
        cert_pem=path("client"), key_pem=path("client", "key"), ca_pem=path("tls_root")
    )
    client.api_url = phone.rp_url + "/"
    client.client.trust_env = False  # it would let the environment replace its root
    yield client
    client.client.close()


def scan(phone, content, person=ALICE):
    order = phone.orders.by_qr(content)
    phone.orders.identify(order, PEOPLE[person])
    return order


class TestBankidSdk:
    def test_signs_by_scanning(self, sdk, phone):
        order = sdk.sign(
            "192.0.2.7", "Köp för 100 kr", Requirement(personal_number=ALICE), "hidden"
        )
        waiting = sdk.collect(order.order_ref)
        assert isinstance(waiting, PendingCollect)
        assert waiting.hint_code is PendingHintCode.OUTSTANDING_TRANSACTION
        found = scan(phone, generate_qr_code(order))
        assert found.visible_text == "Köp för 100 kr"
        assert sdk.collect(order.order_ref).hint_code is PendingHintCode.USER_SIGN
        phone.approve(found)
        done = sdk.collect(order.order_ref)
        assert isinstance(done, CompleteCollect)
        assert done.completion_data.user.personal_number == ALICE
        xml = base64.b64decode(done.completion_data.signature)
        assert base64.b64encode("Köp för 100 kr".encode()) in xml
        with pytest.raises(BankIDAPIError) as again:
            sdk.collect(order.order_ref)
        assert again.value.error_code == "invalidParameters"

    def test_identifies_with_an_issue_date_without_offset(self, sdk, phone):
        phone.faults.switch_on("issue_date_without_offset")
        order = sdk.auth("192.0.2.7")
        phone.approve(scan(phone, generate_qr_code(order), BOB))
        done = sdk.collect(order.order_ref)
        assert len(done.completion_data.bankid_issue_date) == len("2025-01-01")
        assert b"Identification" in base64.b64decode(done.completion_data.signature)

    def test_sees_refusals_and_withdrawals(self, sdk, phone):
        order = sdk.sign("192.0.2.7", "text")
        phone.orders.fail(scan(phone, generate_qr_code(order)), "userCancel")
        ended = sdk.collect(order.order_ref)
        assert isinstance(ended, FailedCollect)
        assert ended.hint_code is FailedHintCode.USER_CANCEL
        other = sdk.sign("192.0.2.7", "text")
        sdk.cancel(other.order_ref)
        with pytest.raises(BankIDAPIError):
            sdk.cancel(other.order_ref)

    def test_without_a_certificate_gets_no_connection(self, phone):
        context = ssl.create_default_context(cafile=phone.authorities.path("tls_root"))
        base = phone.rp_url.removesuffix("/rp/v6.0")
        client = httpx.Client(base_url=base, verify=context, trust_env=False)
        with client, pytest.raises(BankIDHTTPError):
            SyncV60(client).auth("192.0.2.7")


class TestBankid6:
    def test_signs_by_scanning(self, bankid6, phone):
        started = bankid6.sign(
            endUserIp="192.0.2.7",
            userVisibleData="Köp för 100 kr",
            requirement={"personalNumber": ALICE},
        )
        waiting = bankid6.collect()
        assert waiting.status == "pending"
        assert waiting.hintCode == "outstandingTransaction"
        phone.approve(scan(phone, waiting.qr_data))
        done = bankid6.collect()
        assert done.status == "complete"
        assert done.orderRef == started.orderRef
        assert done.completionData.user.personalNumber == ALICE
        assert done.completionData.bankIdIssueDate.tzinfo is not None

    def test_identifies_over_the_phone(self, bankid6, phone):
        bankid6.phone_auth(personalNumber=BOB, callInitiator="RP")
        order = phone.orders.all()[0]
        phone.orders.identify(order, PEOPLE[BOB])
        assert bankid6.collect().hintCode == "userCallConfirm"
        phone.orders.confirm(order)
        phone.approve(order)
        assert bankid6.collect().completionData.user.name == "Bob Berg"

    def test_a_second_phone_order_stops_both(self, bankid6, phone):
        bankid6.phone_sign(personalNumber=BOB, callInitiator="user", userVisibleData="text")
        with pytest.raises(BankIdError) as refused:
            bankid6.phone_auth(personalNumber=BOB, callInitiator="user")
        assert refused.value.errorCode == "alreadyInProgress"
        assert [order.status for order in phone.orders.all()] == ["failed"]

    def test_reads_every_error_that_it_knows(self, bankid6, phone):
        for fault, code in (("maintenance", "maintenance"), ("internal_error", "internalError")):
            phone.faults.switch_on(fault)
            with pytest.raises(BankIdError) as raised:
                bankid6.auth(endUserIp="192.0.2.7")
            assert raised.value.errorCode == code
