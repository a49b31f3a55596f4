"""Withdrawing a request, by the API and by command; and what the API and commands show of a case:
calls that came in, timers."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from connectors.simulated.upstream import upstream
from hub.app import create_app
from hub.cli import cli
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Request, SigningOrder
from tests.simulated_house import NOON, RECORD, SimulatedHouse


@pytest.fixture
def simulated(tmp_path, database_url):
    with capture_logs():
        made = SimulatedHouse(tmp_path, database=database_url)
        mapping = made.config / "mappings" / "repair.yaml"
        told = "back:\n  cancelled: [{update: [{to: state, value: Withdrawn}]}]"
        mapping.write_text(mapping.read_text().replace("back:", told))
        made.house.reload()
        upstream(f"{made.world}-alice").put("case", "7", RECORD)
        core = made.house.core
        body = '{"id": "7"}'
        accept(core, Trigger(core.workspace_ids["alice"], "repair", "7", "api", body=body))
        made.work()
        yield made
        made.close()


@pytest.fixture
def api(simulated):
    client = create_app(simulated.house).test_client()
    headers = {"Authorization": f"Bearer {simulated.keys['alice']}"}

    def call(path, **body):
        address = f"/api/v1/{path}"
        if path.endswith("cancel"):
            return client.post(address, json=body, headers=headers)
        return client.get(address, headers=headers)

    return call


@pytest.fixture
def paraph(simulated):
    def run(*arguments, code=0):
        result = CliRunner().invoke(cli, [*arguments, "--config", str(simulated.config)])
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def request_id(api):
    return api("requests").json["items"][0]["id"]


def state_upstream(simulated):
    return upstream(f"{simulated.world}-alice").records("case")["7"]["state"]


def test_a_withdrawn_request_is_over_and_the_record_says_so(simulated, api, request_id):
    answer = api(f"requests/{request_id}/cancel")
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert answer.json["reason_text"] == "The request was withdrawn."
    simulated.work()
    assert state_upstream(simulated) == "Withdrawn"
    again = api(f"requests/{request_id}/cancel")
    assert (again.status_code, again.json["code"]) == (422, "request_over")
    assert api("requests/nothing/cancel").status_code == 404
    assert api(f"requests/{request_id}/cancel", why="x").status_code == 422


def test_a_signature_in_hand_is_not_withdrawn(simulated, api, request_id):
    with simulated.house.core.db.write() as session:
        recipient = session.get_one(Request, request_id).recipients[0]
        order = SigningOrder(
            id="order-1", workspace_id=recipient.workspace_id, request_id=request_id,
            recipient_id=recipient.id, provider="signing", flow="other_device",
            status="complete", task={}, session_hash="", nonce_hash="", created_at=NOON,
        )  # fmt: skip
        session.add(order)
    answer = api(f"requests/{request_id}/cancel")
    assert (answer.status_code, answer.json["code"]) == (422, "signature_in_hand")
    assert api(f"requests/{request_id}").json["state"] == "sent"


def test_an_operator_withdraws_by_command(simulated, api, paraph, request_id):
    assert "withdrawn" in paraph("cancel", request_id)
    told = api(f"requests/{request_id}").json
    assert told["state"] == "cancelled"
    owed = [one["destination"] for one in told["deliveries"] if one["state"] == "pending"]
    assert owed == ["source"]  # the command has the real clock: here it is not due yet
    assert "is over" in paraph("cancel", request_id, code=1)
    assert "no request" in paraph("cancel", "nothing", code=1)


def test_what_came_in_is_listed_without_bodies(simulated, api, request_id):
    (call,) = api("inbound").json["items"]
    assert (call["source"], call["outcome"], call["request_id"]) == ("api", "request", request_id)
    assert "body" not in call
    assert api(f"inbound/{call['id']}").json["body"] == '{"id": "7"}'
    assert api("inbound?source=hook").json["items"] == []
    assert api("inbound?outcome=request").json["items"]
    assert api("inbound?source=nobody").status_code == 422
    assert api("inbound/nothing").status_code == 404


def test_an_operator_lists_what_came_in(api, paraph):
    titles, line = paraph("inbound").splitlines()
    call = dict(zip(titles.split("\t"), line.split("\t"), strict=True))
    assert (call["source"], call["outcome"]) == ("api", "request")
    assert json.loads(paraph("inbound", "--id", call["id"]))["body"] == '{"id": "7"}'
    assert len(paraph("inbound", "--source", "hook").splitlines()) == 1
    assert "nothing" in paraph("inbound", "--id", "nothing", code=1)


def test_a_request_shows_its_timers(api, request_id):
    timers = {one["kind"]: one for one in api(f"requests/{request_id}").json["timers"]}
    assert set(timers) == {"reminder", "expiry"}
    assert timers["reminder"]["due_at"] == "2026-03-03T11:00:00+00:00"
    assert timers["reminder"]["state"] == "pending"
