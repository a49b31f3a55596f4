"""Follow-ups of a mapping: done once, when somebody asks for them after the request is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from connectors.simulated.connector import SimulatedConnector
from hub.app import create_app
from hub.cli import cli
from hub.kernel.errors import NotFound, Refused
from hub.services.access import READ, create_key
from hub.services.follow_ups import follow_up, follow_ups
from hub.storage.models import Attempt, Delivery
from tests.services.one_case import CLIENT
from tests.services.test_step_events import LINES, PARTS, rewrite, texts
from tests.simulated_house import RECORD

ON_CALL = """\
on_call:
  copy_to_offer:
    - for_each: {expr: 'lines[decision = "declined"]'}
      create:
        in: source
        table: offer
        rows: [{to: text, from: item.text}, {to: of, from: records.customer.id}]
    - note: {in: source, table: case, id: {value: "1"}, text: "Copied: {{ outcome.event }}"}
  call_again: [{note: {in: source, table: case, id: {value: "1"}, text: Call again}}]
examples:
"""


@pytest.fixture
def over(case, monkeypatch):
    """A request of which two lines were declined."""
    rewrite(case, ("  recipient:\n", LINES), ("examples:\n", ON_CALL))
    case.upstream.put("case", "1", {**RECORD, "parts": PARTS})
    monkeypatch.setattr(
        SimulatedConnector, "record_url", lambda self, ref: f"https://erp.example/{ref}"
    )
    return case


@pytest.fixture
def signed(over):
    over.approve(over.begin(over.invite()))
    over.pass_time(timedelta(seconds=3))
    return over


def ask(case, name="copy_to_offer"):
    workspace = case.core.workspace_ids["alice"]
    return follow_up(case.core, workspace, case.request().id, name, door="test")


def listed(case):
    found = follow_ups(case.core, case.core.workspace_ids["alice"], case.request().id)
    return {one["name"]: one for one in found}


def test_nothing_is_copied_before_somebody_asks(signed):
    assert texts(signed, "offer") == []
    assert [one["asked_at"] for one in listed(signed).values()] == [None, None]


def test_what_was_declined_becomes_a_new_offer_once(signed):
    first = ask(signed)
    assert (first["repeated"], [one["state"] for one in first["steps"]]) == (False, ["pending"] * 3)
    signed.work()
    assert texts(signed, "offer") == ["Hose", "Seal"]
    again = ask(signed)
    signed.work()
    assert texts(signed, "offer") == ["Hose", "Seal"]
    assert (again["repeated"], again["asked_at"]) == (True, first["asked_at"])
    assert [one["state"] for one in again["steps"]] == ["delivered"] * 3
    assert [one["url"] for one in again["records"]] == [
        f"https://erp.example/offer/{key}" for key in signed.upstream.records("offer")
    ]
    assert all(one["of"] for one in signed.upstream.records("offer").values())


def test_records_stay_told_when_deliveries_are_swept(signed):
    ask(signed)
    signed.work()
    with signed.core.db.write() as session:
        session.execute(delete(Attempt))
        session.execute(delete(Delivery))
    told = listed(signed)["copy_to_offer"]
    assert (len(told["records"]), told["steps"]) == (2, [])
    assert ask(signed)["repeated"]


def test_an_open_request_is_not_followed_up(over):
    token = over.invite()
    with pytest.raises(Refused) as refused:
        ask(over)
    assert refused.value.code == "request_open"
    over.cases.decline(token, "", CLIENT)
    ask(over, "call_again")
    over.work()
    assert over.deliveries()[-1].state == "delivered"


def test_what_the_mapping_does_not_have_is_told_with_what_it_has(signed):
    with pytest.raises(NotFound, match="copy_to_offer, call_again"):
        ask(signed, "sing")


def test_the_api_and_the_command_ask_for_the_same(signed):
    client, core = create_app(signed.simulated.house).test_client(), signed.core
    reader = create_key(core.db, core.clock, core.workspace_ids["alice"], "erp", READ)
    place = f"/api/v1/requests/{signed.request().id}/follow-ups"
    reads = {"Authorization": f"Bearer {reader}"}
    asks = {"Authorization": f"Bearer {signed.simulated.keys['alice']}"}
    assert client.post(f"{place}/copy_to_offer", json={}, headers=reads).status_code == 403
    answer = client.post(f"{place}/copy_to_offer", json={}, headers=asks)
    assert (answer.status_code, answer.json["repeated"]) == (200, False)
    signed.work()
    told = client.get(place, headers=reads).json["items"]
    assert [len(one["records"]) for one in told] == [2, 0]
    assert client.post(f"{place}/sing", json={}, headers=asks).status_code == 404
    command = ["follow-up", signed.request().id, "copy_to_offer"]
    said = CliRunner().invoke(cli, [*command, "--config", str(signed.simulated.config)])
    assert said.exit_code == 0, said.output
    assert "nothing more is done" in said.output
    assert [line.split("\t")[:2] for line in said.output.splitlines()[1:]] == [
        ["source", "offer"]
    ] * 2
