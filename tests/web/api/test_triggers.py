"""``POST /api/v1/triggers/<mapping>``: who may, what is answered, and that twice is once."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from hub.channels.simulated.gateway import gateway
from hub.contracts.records import RecordRef
from hub.registry import InstanceKey
from hub.services.access import create_key
from tests.simulated_house import RECORD

TRIGGER = "/api/v1/triggers/repair"


def sent(simulated, workspace="alice"):
    return gateway(f"{simulated.world}-{workspace}").taken()


def test_a_trigger_becomes_one_request_and_one_message(client, simulated, as_alice):
    answer = client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=as_alice)
    assert answer.status_code == 202
    assert answer.json["repeated"] is False
    simulated.work()
    (message,) = sent(simulated)
    assert message.message.to == "+46701740605"
    assert "Repair of Dishwasher https://hub.example/s/" in message.message.text
    (request,) = client.get("/api/v1/requests", headers=as_alice).json["items"]
    assert (request["state"], request["source"]["id"]) == ("sent", "7")


def test_the_same_record_while_its_request_is_open_is_the_same_request(client, simulated, as_alice):
    body = {"id": "7", "record": RECORD}
    for _ in range(3):
        client.post(TRIGGER, json=body, headers=as_alice)
    simulated.work()
    again = client.post(TRIGGER, json=body, headers=as_alice)
    assert again.json["repeated"] is True
    assert again.json["request_id"]
    simulated.work()
    assert len(sent(simulated)) == 1


def test_an_idempotency_key_makes_one_of_two_calls(client, simulated, as_alice):
    headers = {**as_alice, "Idempotency-Key": "abc"}
    first = client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=headers)
    second = client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=headers)
    assert second.json["inbound_id"] == first.json["inbound_id"]
    assert second.json["repeated"] is True


@pytest.mark.parametrize(
    "other", [{"id": "8", "record": RECORD}, {"id": "7", "record": {**RECORD, "what": "Oven"}}]
)
def test_an_idempotency_key_is_not_taken_for_another_call(client, simulated, as_alice, other):
    headers = {**as_alice, "Idempotency-Key": "abc"}
    client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=headers)
    answer = client.post(TRIGGER, json=other, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    simulated.work()
    assert len(sent(simulated)) == 1


def test_the_order_of_the_keys_in_a_body_makes_no_other_call(client, as_alice):
    headers = {**as_alice, "Idempotency-Key": "abc", "Content-Type": "application/json"}
    for body in (b'{"id": "7", "record": {}}', b'{"record": {}, "id": "7"}'):
        assert client.post(TRIGGER, data=body, headers=headers).status_code == 202


def test_an_idempotency_key_is_never_cut(client, simulated, as_alice):
    for length, status in ((100, 202), (101, 422)):
        headers = {**as_alice, "Idempotency-Key": "x" * length}
        answer = client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=headers)
        assert answer.status_code == status
    assert answer.json["code"] == "idempotency_key_too_long"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "unauthorized"),
        ({"Authorization": "Bearer wrong"}, 401, "unauthorized"),
        ({"Authorization": "Basic YTpi"}, 401, "unauthorized"),
        (
            {"Authorization": "Bearer \u00e4".encode("latin-1").decode("latin-1")},
            401,
            "unauthorized",
        ),
    ],
)
def test_without_a_good_key_nothing_is_stored(client, simulated, headers, status, code):
    answer = client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert simulated.work() == 0


@pytest.mark.parametrize(
    ("sent_body", "content_type", "status", "code", "said"),
    [
        (b"{", "application/json", 400, "bad_request", ""),
        (b"[]", "application/json", 422, "invalid", ""),
        (b"{}", "application/json", 422, "invalid", "id"),
        (b'{"id": ""}', "application/json", 422, "invalid", "id"),
        (b'{"id": "7", "recrod": {}}', "application/json", 422, "invalid", "recrod"),
        (b"id=7", "application/x-www-form-urlencoded", 415, "unsupported_media_type", "JSON"),
        (b'{"id": "' + b"x" * 30_000 + b'"}', "application/json", 413, "body_too_large", "larger"),
    ],
)
def test_bad_bodies_are_answered_in_one_shape(
    client, as_alice, sent_body, content_type, status, code, said
):
    answer = client.post(TRIGGER, data=sent_body, content_type=content_type, headers=as_alice)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    assert said in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", ["not valid JSON", "send it again"]),
        (b"\xff", ["not valid JSON"]),
        (b"{}", ["id: Missing data", "openapi.json"]),
        (
            b'{"id": 7, "recrod": 1}',
            ["id: Not a valid string", "recrod: Unknown; there are: id, record, options."],
        ),
        (b"[]", ["Invalid input type", "openapi.json"]),
    ],
)
def test_the_detail_says_what_to_mend(client, as_alice, body, said):
    answer = client.post(TRIGGER, data=body, content_type="application/json", headers=as_alice)
    for words in said:
        assert words in answer.json["detail"]
    asked = client.get("/api/v1/requests?state=lost", headers=as_alice)
    assert "state: There is no 'lost'; there are: draft" in asked.json["detail"]


@pytest.mark.parametrize("record_id", ["1\\u0000", "1\\n2", " ", "7\\ud800", "\\u200b"])
def test_an_id_with_control_characters_is_refused(client, simulated, as_alice, record_id):
    body = f'{{"id": "{record_id}"}}'
    answer = client.post(TRIGGER, data=body, content_type="application/json", headers=as_alice)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_record_id")
    assert simulated.work() == 0


def test_a_record_has_one_id_however_it_is_written(client, simulated, as_alice):
    core = simulated.house.core
    source = core.registry.connector(InstanceKey("alice", "source"))
    source.canonical = lambda ref: RecordRef(ref.table, ref.id.lstrip("0"))
    for written in ("6", "06", " 6"):
        client.post(TRIGGER, json={"id": written, "record": RECORD}, headers=as_alice)
        simulated.work()
    (request,) = client.get("/api/v1/requests", headers=as_alice).json["items"]
    assert request["source"]["id"] == "6"
    assert len(sent(simulated)) == 1


def test_half_a_surrogate_pair_in_a_key_is_answered_as_any_unknown_key(client, as_alice):
    body = b'{"id": "7", "\\ud800": 1}'
    answer = client.post(TRIGGER, data=body, content_type="application/json", headers=as_alice)
    assert answer.status_code == 422


def test_an_unknown_mapping_and_an_unknown_address_are_404(client, as_alice):
    answer = client.post("/api/v1/triggers/nothing", json={"id": "7"}, headers=as_alice)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_mapping")
    assert client.get("/api/v1/nothing", headers=as_alice).status_code == 404
    assert client.post("/api/v1/nothing", json={}, headers=as_alice).status_code == 404
    assert client.get(TRIGGER, headers=as_alice).status_code == 405


@pytest.mark.parametrize("address", ["/", "/s/", "/nothing/here", "/s"])
def test_people_who_lose_their_way_get_a_page(client, address):
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "<h1>" in answer.get_data(as_text=True)


def test_an_error_of_ours_is_told_to_people_as_a_page(client, simulated, logged):
    simulated.house.core.db.read = None
    answer = client.get("/s/some-token", headers={"User-Agent": "Mozilla/5.0"})
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "<h1>" in answer.get_data(as_text=True)
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"]


@pytest.mark.parametrize("address", ["/nothing/here", "/b/repair", "/static/pages.css"])
def test_a_wrong_method_elsewhere_leads_people_to_a_page(client, address):
    answer = client.delete(address)
    assert answer.status_code == 303
    assert client.get(answer.location).mimetype == "text/html"


def test_one_workspace_never_sees_another(client, simulated, as_alice, as_bob):
    client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=as_alice)
    simulated.work()
    (request,) = client.get("/api/v1/requests", headers=as_alice).json["items"]
    (delivery, *_) = client.get("/api/v1/deliveries", headers=as_alice).json["items"]
    assert client.get("/api/v1/requests", headers=as_bob).json["items"] == []
    assert client.get("/api/v1/deliveries", headers=as_bob).json["items"] == []
    for address in (f"requests/{request['id']}", f"deliveries/{delivery['id']}"):
        assert client.get(f"/api/v1/{address}", headers=as_alice).status_code == 200
        assert client.get(f"/api/v1/{address}", headers=as_bob).status_code == 404
    body = {"dry_run": False, "ids": [delivery["id"]]}
    replayed = client.post("/api/v1/deliveries/replay", json=body, headers=as_bob)
    assert (replayed.status_code, replayed.json["code"]) == (404, "unknown_delivery")
    assert sent(simulated, "bob") == []


def test_a_key_for_triggers_may_do_nothing_else(client, simulated):
    core = simulated.house.core
    key = create_key(core.db, core.clock, core.workspace_ids["alice"], "upstream", "trigger")
    bearer = {"Authorization": f"Bearer {key}"}
    taken = client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=bearer)
    assert taken.status_code == 202
    for path in ("requests", "deliveries", "customers"):
        refused = client.get(f"/api/v1/{path}", headers=bearer)
        assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
        assert "role operator" in refused.json["detail"]
    for verb in ("replay", "discard"):
        refused = client.post(f"/api/v1/deliveries/{verb}", json={}, headers=bearer)
        assert refused.status_code == 403


def test_without_a_database_the_caller_is_asked_to_come_again(
    client, simulated, as_alice, monkeypatch
):
    def broken(*given):
        raise OperationalError("INSERT", None, OSError("no space left"))

    for name in ("run", "store"):
        monkeypatch.setattr(simulated.house.core.group, name, broken)
    answer = client.post(TRIGGER, json={"id": "7", "record": RECORD}, headers=as_alice)
    assert (answer.status_code, answer.json["code"]) == (503, "database_unavailable")
    assert answer.headers["Retry-After"]
    assert "INSERT" not in answer.text
