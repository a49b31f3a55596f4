"""The simulated relay: what it shows, and what tests can do with it."""

from __future__ import annotations

import smtplib

import pytest
from werkzeug.test import Client

from hub.channels.smtp import sandbox
from tests.channels.smtp.smtp_driver import SmtpDriver


@pytest.fixture
def driver(tmp_path):
    driver = SmtpDriver(tmp_path)
    yield driver
    driver.stop()


def test_a_mail_is_shown_in_the_mailbox_with_its_bytes(driver):
    driver.channel().send(driver.message(), "key-1")
    [mail] = driver.shown
    assert mail.to == (driver.good,)
    assert mail.subject == "Din reparation"
    assert "Verkstaden" in mail.sender
    assert "Hej Alice" in mail.text
    assert mail.html is None
    assert b"Message-ID" in mail.raw


def test_control_switches_faults_counts_calls_and_resets(driver):
    control = Client(driver.sandbox.wsgi())
    assert control.post("/_control/faults", json={"fault": "earthquake"}).status_code == 400
    assert control.post("/_control/faults", json={"fault": "slow"}).json["on"] == {"slow": None}
    assert control.delete("/_control/faults").json["on"] == {}
    driver.channel().send(driver.message(), "key-1")
    assert control.get("/_control/calls").json == {"SMTP DATA": 1}
    assert len(control.get("/_control/messages").json) == 1
    assert "550" in control.get("/_control/recipients").json["unknown@…"]
    control.post("/_control/reset")
    assert control.get("/_control/messages").json == []
    assert control.get("/_control/calls").json == {}


def test_it_can_be_stopped_twice_and_started_again(driver):
    driver.sandbox.stop()
    driver.sandbox.stop()
    driver.sandbox.start()
    driver.sandbox.start()
    assert driver.channel().probe().summary


def test_a_login_before_tls_is_not_offered(driver):
    with smtplib.SMTP("127.0.0.1", driver.sandbox.port, "here", timeout=5) as session:
        session.ehlo()
        assert "auth" not in session.esmtp_features
        assert session.mail("a@paraph.example")[0] == 530


def test_the_call_hook_is_told_before_and_after_the_mail_is_taken(driver):
    told = []
    driver.sandbox.switches.on_call = lambda moment, operation: told.append(
        (moment, operation, len(driver.sandbox.taken()))
    )
    driver.channel().send(driver.message(), "key-1")
    assert told == [("before", "SMTP DATA", 0), ("after", "SMTP DATA", 1)]


def test_what_comes_back_goes_to_the_hook_of_the_mails_own_workspace(driver, monkeypatch):
    got = []
    monkeypatch.setattr(sandbox, "hand_over", lambda hook, raw: got.append((hook, raw)) or 204)
    driver.answering().send(driver.message(reply_token="abc234"), "key-1")
    driver.channel().send(driver.message(), "key-2")
    asked, plain = driver.shown
    assert plain.answer is None
    assert plain.bounce is None
    driver.sandbox.connect({"hook.other": "http://hub/other", "hook": "http://hub/first"})
    assert asked.answer("Hello") == 0  # nobody there
    driver.sandbox.connect({"hook.default": "http://hub/default", "hook.other": "http://hub/other"})
    assert (asked.answer("Is it blue?"), asked.bounce()) == (204, 204)
    assert [hook for hook, _ in got] == ["http://hub/default"] * 2
    assert b"Is it blue?" in got[0][1]
    assert b"delivery-status" in got[1][1]


def test_a_hub_that_is_away_takes_nothing(driver):
    driver.answering().send(driver.message(reply_token="abc234"), "key-1")
    driver.sandbox.connect({"hook.default": "http://127.0.0.1:9/hook"})
    assert driver.shown[0].answer("Hello") == 0
