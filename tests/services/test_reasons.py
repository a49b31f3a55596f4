"""The reason of a failure fits what happened: which channel, and at once or after days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.simulated.connector import SimulatedConnector
from hub.channels.simulated.channel import SimulatedChannel
from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from hub.kernel.errors import Refused, Retryable
from hub.mapping.plan import RequestRule

DAY = timedelta(days=1)


def by_mail(case):
    """From now on the customer is reached by e-mail only."""
    place = case.simulated.config
    for name, pairs in {
        "mappings/repair.yaml": {
            "channels: [sms]": "channels: [mail]",
            "records:\n": "    - {to: email, from: email}\nrecords:\n",
        },
        "workspaces/alice.yaml": {
            "  hub_register:": "  mail: {plugin: channel:smtp, settings: {host: 127.0.0.1, "
            "from_address: repair@example.com, username: u, password: p}}\n  hub_register:",
            "texts:\n": 'texts:\n  email_invite: {en: "{{ sender }} {{ link }}"}\n'
            '  email_reminder: {en: "{{ sender }} {{ link }}"}\n'
            '  email_invite_subject: {en: "{{ title }}"}\n'
            '  email_reminder_subject: {en: "{{ title }}"}\n',
        },
    }.items():
        text = (place / name).read_text(encoding="utf-8")
        for old, new in pairs.items():
            assert old in text
            text = text.replace(old, new, 1)
        (place / name).write_text(text, encoding="utf-8")
    case.simulated.house.reload()


@pytest.mark.parametrize(
    ("address", "reason"),
    [("", Reason.MISSING_ADDRESS), ("not an address", Reason.BAD_ADDRESS)],
)
def test_a_wrong_mail_address_is_not_called_a_mobile_number(case, address, reason):
    by_mail(case)
    case.upstream.put("case", "1", {"email": address})
    case.trigger()
    case.work()
    assert case.request().reason == reason
    assert case.record()["reason"] == REASON_TEXTS[reason]["en"]


@pytest.mark.parametrize(
    ("plugin", "method"), [(SimulatedConnector, "fetch"), (SimulatedChannel, "send")]
)
def test_a_refusal_at_once_is_not_called_unreachable_for_days(case, monkeypatch, plugin, method):
    def refuse(self, *args, **kwargs):
        raise Refused("403 with an unknown text")

    monkeypatch.setattr(plugin, method, refuse)
    case.trigger()
    case.work()
    assert case.request().reason == Reason.SYSTEM_REFUSED


@pytest.mark.parametrize(
    ("plugin", "method"), [(SimulatedConnector, "fetch"), (SimulatedChannel, "send")]
)
def test_days_of_silence_are_called_that(case, monkeypatch, plugin, method):
    def silent(self, *args, **kwargs):
        raise Retryable("no answer")

    monkeypatch.setattr(plugin, method, silent)
    case.trigger()
    case.pass_time(4 * DAY, step=timedelta(hours=2))
    assert case.request().reason == Reason.GAVE_UP


@pytest.mark.parametrize("odd", ["\ud800", 2**70, {"\ud800": 1}])
def test_a_record_that_cannot_be_stored_fails_the_request_at_once(case, monkeypatch, odd):
    read = SimulatedConnector.fetch

    def fetch(self, ref):
        found = read(self, ref)
        return replace(found, fields={**found.fields, "zz": odd})

    monkeypatch.setattr(SimulatedConnector, "fetch", fetch)
    case.trigger()
    case.work()
    assert (case.request().state, case.request().reason) == ("failed", Reason.BAD_RECORD)


def test_a_mapping_that_breaks_on_a_record_fails_the_request_at_once(case, monkeypatch):
    def broken(self, record, now):
        raise ZeroDivisionError

    monkeypatch.setattr(RequestRule, "plan", broken)
    case.trigger()
    case.work()
    request = case.request()
    assert (request.state, request.reason) == ("failed", Reason.BAD_RECORD)
    assert case.record()["reason"] == REASON_TEXTS[Reason.BAD_RECORD]["en"]
    monkeypatch.undo()
    case.trigger()
    case.work()
    assert case.request().state == "sent", "nothing stands in the way of another try"
