"""Lists and details: pages, histories, attempts; health and metrics without anything personal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.channels.simulated.gateway import gateway
from hub.services.overview import PAGE
from tests.simulated_house import RECORD

TRIGGER = "/api/v1/triggers/repair"


@pytest.fixture
def one_request(client, simulated, as_alice):
    client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=as_alice)
    simulated.work()
    return client.get("/api/v1/requests", headers=as_alice).json["items"][0]


def test_a_request_tells_its_history_and_what_was_owed(client, as_alice, one_request):
    told = client.get(f"/api/v1/requests/{one_request['id']}", headers=as_alice).json
    assert [event["kind"] for event in told["events"]][:2] == ["started", "invited"]
    assert [event["seq"] for event in told["events"]] == list(range(1, len(told["events"]) + 1))
    assert {delivery["destination"] for delivery in told["deliveries"]} == {"sms", "source"}


def test_a_delivery_tells_its_attempts(client, as_alice, one_request):
    told = client.get(f"/api/v1/requests/{one_request['id']}", headers=as_alice).json
    address = f"/api/v1/deliveries/{told['deliveries'][0]['id']}"
    (attempt,) = client.get(address, headers=as_alice).json["attempts"]
    assert (attempt["number"], attempt["outcome"]) == (1, "delivered")


def test_long_lists_come_in_pages(client, simulated, as_alice):
    for number in range(PAGE + 5):
        client.post(TRIGGER, json={"id": str(number), "record": RECORD}, headers=as_alice)
    simulated.work()
    first = client.get("/api/v1/requests", headers=as_alice).json
    second = client.get(f"/api/v1/requests?after={first['next']}", headers=as_alice).json
    ids = [item["source"]["id"] for item in first["items"] + second["items"]]
    assert len(first["items"]) == PAGE
    assert sorted(ids, key=int) == [str(number) for number in range(PAGE + 5)]
    assert second["next"] is None


def test_lists_are_narrowed_and_unknown_filters_refused(client, as_alice, one_request):
    get = client.get
    assert len(get("/api/v1/requests?state=sent&record=7", headers=as_alice).json["items"]) == 1
    assert get("/api/v1/requests?state=failed", headers=as_alice).json["items"] == []
    assert get("/api/v1/requests?state=lost", headers=as_alice).status_code == 422
    assert get("/api/v1/requests?stat=sent", headers=as_alice).status_code == 422
    assert get("/api/v1/deliveries?destination=sms", headers=as_alice).json["items"]


def test_what_was_given_up_is_counted_first_and_then_owed_again(client, simulated, as_alice):
    simulated_gateway = gateway(f"{simulated.world}-alice")
    bad = {**RECORD, "mobile": "+46701740694"}  # the gateway refuses this one
    client.post(TRIGGER, json={"id": "8", "record": bad}, headers=as_alice)
    simulated.work()
    (request,) = client.get("/api/v1/requests", headers=as_alice).json["items"]
    assert (request["state"], request["reason"]) == ("failed", "bad_number")
    assert "mobile number" in request["reason_text"]
    counted = client.post("/api/v1/deliveries/replay", json={}, headers=as_alice).json
    assert (counted["count"], counted["dry_run"], counted["replay"]) == (1, True, None)
    owed = client.post("/api/v1/deliveries/replay", json={"dry_run": False}, headers=as_alice)
    assert (owed.json["count"], owed.json["dry_run"]) == (1, False)
    simulated.work()
    assert simulated_gateway.taken() == []  # the request is over: nobody waits for the message


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_an_empty_list_of_ids_is_none_of_them_and_an_unknown_id_is_told(
    client, simulated, as_alice, verb
):
    bad = {**RECORD, "mobile": "+46701740694"}  # the gateway refuses this one
    client.post(TRIGGER, json={"id": "8", "record": bad}, headers=as_alice)
    simulated.work()
    address = f"/api/v1/deliveries/{verb}"
    body = {"dry_run": False, "ids": []}
    assert client.post(address, json=body, headers=as_alice).json["count"] == 0
    told = client.post(address, json={**body, "ids": ["another"]}, headers=as_alice)
    assert (told.status_code, told.json["code"]) == (404, "unknown_delivery")
    assert "another" in told.json["detail"]
    body = {"dry_run": True}
    assert client.post(address, json=body, headers=as_alice).json["count"] == 1


def test_what_was_given_up_can_be_discarded_by_its_own_workspace_only(
    client, simulated, as_alice, as_bob
):
    bad = {**RECORD, "mobile": "+46701740694"}  # the gateway refuses this one
    client.post(TRIGGER, json={"id": "8", "record": bad}, headers=as_alice)
    simulated.work()
    address, body = "/api/v1/deliveries/discard", {"dry_run": False}
    assert client.post(address, json={}, headers=as_alice).json == {"count": 1, "dry_run": True}
    assert client.post(address, json=body, headers=as_bob).json["count"] == 0
    assert client.post(address, json=body, headers=as_alice).json["count"] == 1
    listed = client.get("/api/v1/deliveries?state=discarded", headers=as_alice).json["items"]
    assert [one["destination"] for one in listed] == ["sms"]


def test_three_reminders_and_no_more_then_it_has_failed(client, simulated, as_alice, one_request):
    for _ in range(10):
        simulated.clock.advance(timedelta(hours=24))
        simulated.work()
    told = client.get(f"/api/v1/requests/{one_request['id']}", headers=as_alice).json
    kinds = [event["kind"] for event in told["events"]]
    assert kinds.count("reminded") == 3
    assert (told["state"], told["reason"]) == ("failed", "no_answer")
    assert len(gateway(f"{simulated.world}-alice").taken()) == 4


def test_health_and_metrics_need_no_key_and_tell_nothing_personal(client, simulated, one_request):
    assert client.get("/health/live").json == {"status": "live"}
    assert client.get("/health/ready").status_code == 200
    for address in ("/health/sync", "/metrics"):
        told = client.get(address).get_data(as_text=True)
        assert "source" in told
        for personal in ("Alice Andersson", "70174", "hub.example/s/"):
            assert personal not in told


def test_in_production_operations_pages_want_a_key_and_show_one_workspace(
    client, simulated, as_bob, one_request
):
    core = simulated.house.core
    core.settings = replace(core.settings, environment="production")
    for address in ("/health/sync", "/metrics"):
        refused = client.get(address)
        assert (refused.status_code, refused.json["code"]) == (401, "unauthorized")
        told = client.get(address, headers=as_bob).get_data(as_text=True)
        assert "bob" in told
        assert "alice" not in told
    assert client.get("/health/live").status_code == 200


def test_the_description_of_the_api_names_every_route(client):
    told = client.get("/api/openapi.json").json
    assert told["openapi"] == "3.1.0"
    assert "/api/v1/triggers/{mapping}" in told["paths"]
    assert all(
        operation.get("summary")
        for path in told["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    )


def test_rows_that_cannot_be_opened_stay_in_the_lists(client, simulated, as_alice, one_request):
    with simulated.house.core.db.write() as session:
        run = session.connection().exec_driver_sql
        run("UPDATE delivery SET payload = 'x'")
        run("UPDATE request SET plan = 'x', record = 'x', answers = 'x', title = 'x'")
        run("UPDATE recipient SET contact = 'x'")
        (delivery_id,) = run("SELECT max(id) FROM delivery").one()
    listed = client.get("/api/v1/deliveries", headers=as_alice)
    assert delivery_id in [one["id"] for one in listed.json["items"]]
    told = client.get(f"/api/v1/deliveries/{delivery_id}", headers=as_alice)
    assert told.json["attempts"][0]["outcome"] == "delivered"
    requests = client.get("/api/v1/requests", headers=as_alice).json["items"]
    assert [one["id"] for one in requests] == [one_request["id"]]
