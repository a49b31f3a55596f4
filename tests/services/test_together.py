"""An invitation by several channels at once (A1): SMS and e-mail together."""

from __future__ import annotations

import pytest

from hub.channels.simulated.gateway import gateway
from hub.contracts.channel import ReportStatus
from hub.services import message_sending
from hub.storage.models import Delivery

TWO = (
    "channel:simulated, settings: {{gateway: {world}}}}}\n"
    "  second: {{plugin: channel:simulated, settings: {{gateway: {world}-2}}"
)
TOGETHER = {"channels: [post]": "channels: [post, second]\n  together: true"}
ALONE = '[{key: alice, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}]'


@pytest.fixture
def both(papers):
    case = papers(post=TWO, more=TOGETHER, people=ALONE)
    case.send()
    return case


def fails(case, number):
    """The gateway reports one of the invitations as failed."""
    with case.core.db.write() as session:
        row = session.get_one(Delivery, case.deliveries("message")[number].id)
        now = case.clock.now()
        message_sending.apply_report(case.core, session, row, ReportStatus.FAILED, now, "gone")
    case.work()


def test_the_link_goes_by_both_and_the_clock_starts_once(both):
    second = gateway(f"{both.world}-alice-2").taken()
    texts = [one.text for one in both.messages()] + [one.message.text for one in second]
    assert len(texts) == 2
    assert texts[0] == texts[1]
    assert both.events().count("invited") == 2
    both.later(hours=25)
    assert len(both.messages()) == 2, "one reminder, by the first"
    assert len(gateway(f"{both.world}-alice-2").taken()) == 1


@pytest.mark.parametrize("first", [0, 1])
def test_one_that_fails_ends_nothing_and_both_do(both, first):
    fails(both, first)
    assert both.request().state == "sent"
    fails(both, 1 - first)
    assert both.request().state == "failed"
    assert both.request().reason == "unreachable"


def test_without_it_the_second_is_kept_for_when_the_first_fails(papers):
    case = papers(post=TWO, more={"channels: [post]": "channels: [post, second]"}, people=ALONE)
    case.send()
    assert gateway(f"{case.world}-alice-2").taken() == []
    fails(case, 0)
    assert len(gateway(f"{case.world}-alice-2").taken()) == 1
