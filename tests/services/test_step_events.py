"""Steps follow every event that a mapping may name, also those in the middle of a request, and the
decision on each line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.channels.simulated.channel import SimulatedChannel
from hub.contracts.records import RecordRef
from hub.kernel.errors import Refused
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from tests.services.one_case import CLIENT
from tests.simulated_house import RECORD

SECONDS = timedelta(seconds=3)
STEPS = """\
back:
  started:     [{update: [{to: seen, value: started}]}]
  opened:      [{update: [{to: seen, value: opened}]}]
  signed:      [{update: [{to: signer, from: signature.name}]}]
  unreachable: [{note: "No way to {{ recipient.mobile }}"}]
"""
LINES = """\
  lines:
    for_each: parts
    currency: SEK
    rows:
      - {to: id, from: item.no}
      - {to: text, from: item.text}
      - {to: price, from: item.price}
      - {to: optional, from: item.optional}
  recipient:
"""
FOLLOW = """\
then:
  line_declined:
    - create:
        in: source
        table: offer
        rows: [{to: text, from: line.text}, {to: from, from: record.what}]
  line_accepted:
    - create: {in: source, table: order, rows: [{to: text, from: line.text}]}
  completed:
    - for_each: {expr: 'lines[decision = "accepted"]'}
      note: {in: source, table: case, id: {value: "1"}, text: "Took {{ item.text }}"}
examples:
"""
PARTS = [
    {"no": "1", "text": "Pump", "price": "100.00", "optional": False},
    {"no": "2", "text": "Hose", "price": "50.00", "optional": True},
    {"no": "3", "text": "Seal", "price": "9.50", "optional": True},
]


def rewrite(case, *changes):
    path = case.simulated.config / "mappings" / "repair.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    case.simulated.house.reload()


@pytest.fixture
def told(case):
    rewrite(case, ("back:\n", STEPS))
    return case


@pytest.fixture
def offered(case):
    rewrite(case, ("  recipient:\n", LINES), ("examples:\n", FOLLOW))
    case.upstream.put("case", "1", {**RECORD, "parts": PARTS})
    return case


def texts(case, table):
    return [fields["text"] for fields in case.upstream.records(table).values()]


def test_each_event_has_its_steps(told):
    token = told.invite()
    assert told.record()["seen"] == "started"
    told.cases.opened(token, CLIENT)
    told.work()
    assert told.record()["seen"] == "opened"
    told.cases.opened(token, CLIENT)
    told.approve(told.begin(token))
    told.pass_time(SECONDS)
    assert (told.record()["signer"], told.record()["state"]) == ("Alice Andersson", "Signed")


def test_a_record_that_comes_with_its_trigger_has_them_too(told):
    workspace = told.core.workspace_ids["alice"]
    accept(told.core, Trigger(workspace, "repair", "1", "api", record=RECORD))
    told.work()
    assert told.record()["seen"] == "started"


def test_a_message_that_does_not_arrive_is_told(told, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise Refused("no such number")

    monkeypatch.setattr(SimulatedChannel, "send", refuse)
    told.trigger()
    told.work()
    assert told.upstream.notes(RecordRef("case", "1")) == ["No way to +46701740605"]


def test_every_line_is_decided_and_followed_up(offered):
    token = offered.invite()
    offered.cases.choose_lines(token, ["3"])
    offered.approve(offered.begin(token))
    offered.pass_time(SECONDS)
    assert [kind for kind in offered.events() if kind.startswith("line_")] == [
        "line_accepted", "line_declined", "line_accepted",
    ]  # fmt: skip
    assert texts(offered, "offer") == ["Hose"]
    assert texts(offered, "order") == ["Pump", "Seal"]
    assert offered.upstream.notes(RecordRef("case", "1"))[-2:] == ["Took Pump", "Took Seal"]


def test_lines_that_nobody_touched_are_as_they_were_offered(offered):
    offered.approve(offered.begin(offered.invite()))
    offered.pass_time(SECONDS)
    assert texts(offered, "offer") == ["Hose", "Seal"]


def test_another_choice_ends_an_order_that_would_sign_the_old_one(offered):
    token = offered.invite()
    order = offered.begin(token)
    offered.cases.choose_lines(token, ["2", "3"])
    assert offered.order(order).status == "cancelled"
    with pytest.raises(Refused, match="has no line '9'"):
        offered.cases.choose_lines(token, ["9"])
    assert offered.request().answers["lines"] == {"1": "accepted", "2": "accepted", "3": "accepted"}
