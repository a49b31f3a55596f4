"""What is sent to BankID, and what the customer does next."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.contracts.requests import ClientContext
from hub.contracts.steps import Done, ScanCode, Wait
from hub.kernel.errors import (
    Refused,
)
from providers.bankid.codes import TEXTS
from tests.contracts.provider_attacks import read_again
from tests.contracts.provider_driver import PHONE, caught
from tests.providers.bankid.bankid_driver import ALICE

RETURN_URL = "https://hub.example/s/x/return?n=once"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36"


def sent(driver):
    """The body of the newest order as BankID got it."""
    return driver.sandbox.orders.all()[0].body


def pass_time(driver, seconds):
    driver.clock.advance(timedelta(seconds=seconds))


class TestWhatIsSent:
    def test_the_texts_the_person_and_the_browser(self, driver, provider):
        task = driver.task()
        provider.begin(task)
        body = sent(driver)
        assert base64.b64decode(body["userVisibleData"]).decode() == task.visible_text
        hidden = base64.b64decode(body["userNonVisibleData"])
        first, _, rest = hidden.partition(b"\n")
        assert b'"order":"order-1"' in first
        assert rest == task.hidden_data
        assert body["endUserIp"] == "192.0.2.7"
        assert body["requirement"] == {"personalNumber": ALICE}
        assert body["web"] == {
            "referringDomain": "hub.example",
            "userAgent": PHONE,
            "deviceIdentifier": "device-1",
        }
        assert body["returnRisk"] is True
        assert "returnUrl" not in body
        assert "userVisibleDataFormat" not in body

    def test_settings_become_requirements(self, driver):
        provider = driver.provider(
            text_format="simpleMarkdownV1",
            pin_code=True,
            risk="low",
            certificate_policies=["1.2.3.4.*"],
        )
        provider.begin(driver.anybody())
        body = sent(driver)
        assert body["userVisibleDataFormat"] == "simpleMarkdownV1"
        assert body["requirement"] == {
            "pinCode": True,
            "certificatePolicies": ["1.2.3.4.*"],
            "risk": "LOW",
        }
        provider.close()

    def test_a_return_address_only_for_the_same_device(self, driver, provider):
        provider.begin(driver.task(return_url=RETURN_URL))
        assert sent(driver)["returnUrl"] == RETURN_URL

    def test_a_browser_with_long_or_odd_data_does_not_stop_the_order(self, driver, provider):
        client = ClientContext("2001:db8::7%eth0", "x" * 400, "d" * 100, "bad host!:8000")
        provider.begin(driver.task(client=client))
        body = sent(driver)
        assert body["endUserIp"] == "2001:db8::7"
        assert len(body["web"]["userAgent"]) == 256
        assert len(body["web"]["deviceIdentifier"]) == 64
        assert "referringDomain" not in body["web"]

    def test_a_host_in_other_letters_is_sent_in_punycode_without_port(self, driver, provider):
        client = ClientContext("192.0.2.7", host="Räksmörgås.example:8443")
        provider.begin(driver.task(client=client))
        assert sent(driver)["web"]["referringDomain"] == "xn--rksmrgs-5wao1o.example"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"visible_text": "x" * 30_001}, "text_too_long"),
            ({"hidden_data": b"x" * 150_001}, "data_too_long"),
            ({"client": None}, "client_ip_missing"),
            ({"client": ClientContext("unknown")}, "client_ip_missing"),
        ],
    )
    def test_what_bankid_would_not_take_is_refused_before_the_call(
        self, driver, provider, change, code
    ):
        error = caught(lambda: provider.begin(driver.task(**change)))
        assert isinstance(error, Refused)
        assert error.code == code
        assert driver.sandbox.api.counts["sign"] == 0

    def test_the_longest_text_goes_through(self, driver, provider):
        assert provider.begin(driver.task(visible_text="x" * 30_000)).order.reference

    def test_a_named_person_without_twelve_digits_is_refused(self, driver, provider):
        recipient = replace(driver.task().recipient, national_id="9908072391")
        error = caught(lambda: provider.begin(driver.task(recipient=recipient)))
        assert error.code == "bad_national_id"
        assert "9908072391" not in str(error)


class TestTheNextStep:
    def test_the_code_changes_every_second_and_is_cut_off_not_rounded(self, driver, provider):
        task = driver.task()
        order = read_again(provider.begin(task).order)
        seen = []
        for _ in range(3):
            seen.append(provider.next_step(order, task, task.client).qr_content)
            pass_time(driver, 0.9)
        assert [content.split(".")[2] for content in seen] == ["0", "0", "1"]
        assert seen[0] == seen[1] != seen[2]

    def test_no_code_once_the_app_has_the_order(self, driver, provider):
        task = driver.task()
        order = provider.begin(task).order
        driver.pick_up(order, task, ALICE)
        progress = driver.poll(provider, order, task)
        assert progress.code == "userSign"
        step = provider.next_step(progress.order, task, task.client)
        assert isinstance(step, Wait)
        assert step.message == TEXTS["9"]

    def test_on_the_same_device_a_link_into_the_app(self, driver):
        provider = driver.provider(app_start_url="http://sandbox.example/bankid/app")
        task = driver.task(return_url=RETURN_URL)
        order = provider.begin(task).order
        step = provider.next_step(order, task, task.client)
        assert isinstance(step, ScanCode)
        assert step.qr_content is None
        assert step.start_url.startswith(
            f"http://sandbox.example/bankid/app?autostarttoken={order.state['auto_start_token']}"
        )
        assert step.message == TEXTS["13"]
        provider.close()

    def test_words_differ_between_computer_and_phone(self, driver, provider):
        task = driver.task(return_url=RETURN_URL)
        order = provider.begin(task).order
        driver.sandbox.orders.by_auto_start_token(order.state["auto_start_token"])
        progress = driver.poll(provider, order, task)
        assert progress.code == "started"
        assert progress.message == TEXTS["15B"]
        on_computer = replace(task.client, user_agent=DESKTOP)
        assert provider.next_step(progress.order, task, on_computer).message == TEXTS["15A"]

    def test_after_the_end_there_is_nothing_left_to_do(self, driver, provider):
        task = driver.task()
        done = driver.signed(provider, task, ALICE)
        assert provider.next_step(done.order, task, task.client) == Done(TEXTS["done"])
        tokens = ("auto_start_token", "qr_start_token", "qr_start_secret")
        assert not [name for name in tokens if done.order.state[name]]
