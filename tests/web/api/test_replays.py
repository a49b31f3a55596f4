"""Replaying through the API: counts, verdicts, problems, how far it is, and who may."""

from __future__ import annotations

import pytest

from connectors.simulated.upstream import upstream
from hub.channels.simulated.gateway import gateway
from hub.services.access import create_key
from tests.simulated_house import RECORD

TRIGGER = "/api/v1/triggers/repair"
BAD = {**RECORD, "mobile": "+46701740694"}  # the gateway refuses this one


@pytest.fixture
def post(client, as_alice):
    return lambda path, body, headers=as_alice: client.post(
        f"/api/v1/{path}", json=body, headers=headers
    )


@pytest.fixture
def get(client, as_alice):
    return lambda path: client.get(f"/api/v1/{path}", headers=as_alice)


@pytest.fixture
def message(client, simulated, as_alice, get):
    """A message that was given up."""
    client.post(TRIGGER, json={"id": "8", "record": BAD}, headers=as_alice)
    simulated.work()
    (one,) = get("deliveries?state=gave_up").json["items"]
    return one


def test_a_count_says_what_would_go_and_why_the_rest_would_not(post, message):
    told = post("deliveries/count", {"request": message["request_id"]}).json
    assert (told["count"], told["already_applied"], told["still_owed"]) == (1, 1, 0)
    (item,) = told["items"]
    assert (item["id"], item["error_code"], item["verdict"]) == (
        message["id"], "bad_number", "replay",
    )  # fmt: skip
    assert "70174" not in str(told)


def test_a_replay_answers_with_its_id_and_can_be_followed_and_stopped(
    post, get, simulated, message
):
    body = {"dry_run": False, "ids": [message["id"]], "rate": 5}
    begun = post("deliveries/replay", body).json
    assert (begun["count"], begun["dry_run"]) == (1, False)
    told = get(f"replays/{begun['replay']}").json
    assert (told["of"], told["count"], told["states"]) == ("deliveries", 1, {"pending": 1})
    assert told["by"].startswith("API key ")
    assert [one["id"] for one in get("replays").json["items"]] == [begun["replay"]]
    (again,) = get(f"deliveries/{message['id']}").json["replays"]
    assert again["id"] == begun["replay"]
    assert post(f"replays/{begun['replay']}/stop", {}).json["put_back"] == 1
    assert get(f"deliveries/{message['id']}").json["state"] == "gave_up"


def test_what_was_applied_is_said_for_each_and_done_only_when_forced(post, get, simulated, message):
    (done,) = get("deliveries?state=delivered&destination=source").json["items"][:1]
    body = {"dry_run": False, "ids": [done["id"]]}
    left = post("deliveries/replay", body).json
    assert (left["count"], left["already_applied"], left["replay"]) == (0, 1, None)
    assert [(one["id"], one["verdict"]) for one in left["items"]] == [
        (done["id"], "already_applied")
    ]
    assert post("deliveries/replay", {**body, "force": True}).json["count"] == 1
    simulated.work()
    assert get(f"deliveries/{done['id']}").json["state"] == "delivered"
    assert len(get(f"deliveries/{done['id']}").json["attempts"]) == 2


def test_calls_that_led_to_nothing_are_taken_again(post, get, simulated):
    store = upstream(f"{simulated.world}-alice")
    store.put("case", "1", {**RECORD, "state": "Closed"})
    post("triggers/repair", {"id": "1"})
    simulated.work()
    (call,) = get("inbound").json["items"]
    assert (call["outcome"], call["mapping"]) == ("not_wanted", "repair")
    assert post("inbound/count", {"outcome": "not_wanted"}).json["count"] == 1
    assert post("inbound/replay", {"ids": [call["id"]]}).json["dry_run"]
    store.put("case", "1", RECORD)
    begun = post("inbound/replay", {"ids": [call["id"]], "dry_run": False}).json
    assert begun["count"] == 1
    simulated.work()
    assert len(gateway(f"{simulated.world}-alice").taken()) == 1
    (again,) = get(f"inbound/{call['id']}").json["replays"]
    assert again["id"] == begun["replay"]


# path, body, status, what the problem says
PROBLEMS = [
    ("deliveries/count", {"destination": "fax"}, 422, "there is no destination 'fax'"),
    ("deliveries/count", {"destination": "fax"}, 422, "hub_register, signing, sms, source"),
    ("deliveries/count", {"kind": "letter"}, 422, "there is no kind 'letter'"),
    ("deliveries/count", {"state": "lost"}, 422, "there is no state 'lost'"),
    ("deliveries/count", {"mapping": "x"}, 422, "there is no mapping 'x'; there are: repair"),
    ("deliveries/count", {"colour": "red"}, 422, "colour: Unknown; there are: ids, mapping, "),
    ("deliveries/count", {"since": "yesterday"}, 422, "since: Write a moment with its zone"),
    ("deliveries/count", {"since": "2026-03-02T09:00:00"}, 422, "with its zone"),
    ("deliveries/count", {"ids": ["nope"]}, 404, "there is no delivery with this id: nope"),
    ("deliveries/count", {"request": "nope"}, 404, "there is no request with this id: nope"),
    ("deliveries/discard", {"ids": ["nope"]}, 404, "there is no delivery with this id: nope"),
    ("deliveries/discard", {"kind": "letter"}, 422, "there is no kind 'letter'"),
    ("deliveries/replay", {"rate": 0}, 422, "rate"),
    ("deliveries/replay", {"force": True}, 422, "say which, by ids or another filter"),
    ("inbound/count", {"source": "fax"}, 422, "there are: api, button, hook"),
    ("inbound/count", {"outcome": "lost"}, 422, "there is no outcome 'lost'"),
    ("inbound/replay", {"ids": ["nope"]}, 404, "there is no call with this id: nope"),
    ("replays/nope/stop", {}, 404, "there is no replay with this id: nope"),
    ("instances/fax/probe", {}, 404, "there are: source, signing, sms, hub_register"),
]


@pytest.mark.parametrize(("path", "body", "status", "said"), PROBLEMS)
def test_what_does_not_exist_is_named_with_what_there_is(post, path, body, status, said):
    told = post(path, body)
    assert (told.status_code, told.content_type) == (status, "application/problem+json")
    assert said in told.json["detail"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("deliveries?destination=fax", 422, "there is no destination 'fax'"),
        ("deliveries?state=lost", 422, "There is no 'lost'; there are: pending"),
        ("deliveries/nope", 404, "there is no delivery with this id: nope"),
        ("inbound?outcome=lost", 422, "There is no 'lost'; there are: accepted"),
        ("inbound/nope", 404, "there is no call with this id: nope"),
        ("replays/nope", 404, "there is no replay with this id: nope"),
    ],
)
def test_lists_and_details_name_what_does_not_exist(get, path, status, said):
    told = get(path)
    assert told.status_code == status
    assert said in told.json["detail"]


def test_another_workspaces_rows_do_not_exist(post, as_bob, message):
    for path in ("deliveries/count", "deliveries/replay"):
        assert post(path, {"ids": [message["id"]]}, as_bob).status_code == 404
    begun = post("deliveries/replay", {"dry_run": False}).json
    assert post(f"replays/{begun['replay']}/stop", {}, as_bob).status_code == 404


def test_only_operators_may(post, simulated, message):
    core = simulated.house.core
    key = create_key(core.db, core.clock, core.workspace_ids["alice"], "upstream", "trigger")
    bearer = {"Authorization": f"Bearer {key}"}
    for path in ("deliveries/replay", "deliveries/count", "inbound/replay", "instances/sms/probe"):
        assert post(path, {}, bearer).status_code == 403


def test_a_probe_puts_an_instance_back_in_service(post):
    assert post("instances/sms/probe", {}).json["ok"] is True


def test_planted_secrets_are_in_no_answer_attempt_or_log_of_a_replay(
    post, get, simulated, client, as_alice, logged
):
    planted = ("Planted Andersson", "70174", "planted-words", simulated.keys["alice"])
    record = {**BAD, "name": planted[0], "what": planted[2]}
    client.post(TRIGGER, json={"id": "8", "record": record}, headers=as_alice)
    simulated.work()
    gateway(f"{simulated.world}-alice").password = "changed"
    told = [post("deliveries/count", {}).get_data(as_text=True)]
    told.append(post("deliveries/replay", {"dry_run": False}).get_data(as_text=True))
    told.append(post("inbound/replay", {"source": "api"}).get_data(as_text=True))
    simulated.work()
    for one in get("deliveries").json["items"]:
        told.append(get(f"deliveries/{one['id']}").get_data(as_text=True))
    told.append(get("replays").get_data(as_text=True))
    told.append(client.get("/health/sync").get_data(as_text=True))
    run = simulated.house.core.db.engine.connect()
    for table, columns in (
        ("attempt", "detail, code, exchange"),
        ("replay", "filters, by"),
        ("replay_item", "before"),
        ("delivery", "error_code, error_detail"),
        ("inbound", "headers, about"),
        ("instance", "paused_detail, probe_text"),
    ):
        told += map(str, run.exec_driver_sql(f"SELECT {columns} FROM {table}"))
    run.close()
    assert any("replay_begun" in str(entry) for entry in logged)
    for text in (*told, *map(str, logged)):
        assert not [secret for secret in planted if secret in text]
