"""Remarks go to the sender with a link that a person can open, and answers come back."""

from __future__ import annotations

import pytest

from connectors.simulated.connector import SimulatedConnector
from hub.kernel.errors import ConfigurationError, Unfit
from hub.services import remarks
from hub.storage.models import Message
from tests.services.paper_case import CLIENT


def test_remarks_go_to_the_sender_and_answers_come_back(offer):
    token = offer.token("alice")
    for _ in range(2):  # a double tap
        offer.desk.remark(token, "Is <b>the hose</b> blue?", CLIENT)
    offer.work()
    (mail,) = offer.messages("office@example.com")
    assert "Is <b>the hose</b> blue?" in mail.text
    assert "/r/source/talk?" in mail.text  # this upstream has no screen of its records
    remarks.answer_remark(offer.core, offer.workspace, offer.request().id, "alice", "It is.")
    offer.work()
    assert "It is." in offer.messages("alice@example.com")[-1].text
    seen = offer.desk.view(token).papers.remarks
    assert [(one.mine, one.text) for one in seen] == [
        (True, "Is <b>the hose</b> blue?"), (False, "It is."),
    ]  # fmt: skip
    assert offer.desk.view(offer.token("bob")).papers.remarks == ()
    assert offer.events().count("remarked") == 2
    for bad in ("", " ", "x" * 4001):
        with pytest.raises(Unfit):
            offer.desk.remark(token, bad, CLIENT)
    assert len(offer.rows(Message)) == 2


def test_the_mail_of_a_remark_leads_to_the_record_upstream(offer, monkeypatch):
    def record_url(self, ref):
        return f"https://crm.example/{ref.table}/{ref.id}"

    monkeypatch.setattr(SimulatedConnector, "record_url", record_url)
    offer.desk.remark(offer.token("alice"), "Is it blue?", CLIENT)
    offer.work()
    (mail,) = offer.messages("office@example.com")
    assert "Is it blue?\n\nhttps://crm.example/offer/1\n" in mail.text
    assert "/api/" not in mail.text


def test_a_remark_is_not_lost_when_the_upstream_cannot_be_made(offer, monkeypatch):
    def record_url(self, ref):
        raise ConfigurationError("a setting is missing")

    monkeypatch.setattr(SimulatedConnector, "record_url", record_url)
    offer.desk.remark(offer.token("alice"), "Is it blue?", CLIENT)
    offer.work()
    assert "Is it blue?" in offer.messages("office@example.com")[0].text
