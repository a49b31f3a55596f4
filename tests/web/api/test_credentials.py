"""Credentials mended through the API: tried first, never shown, for operators only."""

from __future__ import annotations

import pytest

from hub.channels.simulated.gateway import gateway
from hub.services.access import create_key
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from tests.simulated_house import RECORD

PATH = "/api/v1/instances/sms/credentials"
NEW = "planted-new-password"


@pytest.fixture
def paused(simulated):
    """Three invitations wait, since the gateway has another password now."""
    gateway(f"{simulated.world}-alice").password = NEW
    core = simulated.house.core
    for number in ("1", "2", "3"):
        trigger = Trigger(core.workspace_ids["alice"], "repair", number, "api", record=RECORD)
        accept(core, trigger)
    simulated.work()
    return simulated


@pytest.fixture
def patch(client, as_alice):
    return lambda body, headers=as_alice: client.patch(PATH, json=body, headers=headers)


def condition(client, workspace="alice"):
    told = client.get("/health/sync").json["workspaces"]
    mine = next(one for one in told if one["workspace"] == workspace)
    return next(one for one in mine["instances"] if one["instance"] == "sms")


def test_good_values_are_kept_and_what_waited_goes_out(paused, patch, client):
    before = condition(client)
    assert before["paused"] == "authentication_failed"
    assert "paraph mend-credentials sms --workspace alice --set NAME" in before["mend"]
    assert f"PATCH https://hub.example{PATH}" in before["mend"]
    answer = patch({"set": {"password": NEW}})
    assert answer.status_code == 200, answer.text
    assert answer.json["ok"] is True
    (kept,) = answer.json["kept"]
    assert kept["name"] == "password"
    assert kept["by"].startswith("api:")
    assert NEW not in answer.text
    paused.work()
    assert len(gateway(f"{paused.world}-alice").taken()) == 3
    assert (condition(client)["status"], condition(client)["backlog"]) == ("ok", 0)
    assert "1 value of this instance (password) is kept" in condition(client)["kept"]
    assert condition(client, "bob")["kept"] is None


def test_wrong_values_are_422_with_the_other_sides_words(paused, patch, client):
    answer = patch({"set": {"password": "planted-wrong"}})
    assert (answer.status_code, answer.json["code"]) == (422, "credentials_refused")
    assert "the simulated gateway refused the password" in answer.json["detail"]
    assert "planted-wrong" not in answer.text
    assert condition(client)["kept"] is None
    assert condition(client)["paused"] == "authentication_failed"


def test_what_cannot_be_asked_now_is_503(paused, patch):
    gateway(f"{paused.world}-alice").switches.switch_on("error_500", times=1)
    answer = patch({"set": {"password": NEW}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"set": {"gateway": "x"}}, "'gateway' is no credential of sms"),
        ({"set": {}}, "say what to set or to forget; there are: password"),
        ({"forget": ["password"]}, "nothing is kept for 'password'"),
        ({"set": {"password": 7}}, "Not a valid string"),
        ({"password": "x"}, "Unknown; there are: set, forget"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(patch, body, said):
    answer = patch(body)
    assert answer.status_code == 422
    assert said in answer.text


def test_kept_values_can_be_forgotten(paused, patch):
    assert patch({"set": {"password": NEW}}).status_code == 200
    answer = patch({"forget": ["password"]})
    assert (answer.status_code, answer.json["ok"], answer.json["kept"]) == (200, False, [])


@pytest.mark.parametrize("role", ["trigger", "read"])
def test_only_operators_may(simulated, patch, role):
    core = simulated.house.core
    key = create_key(core.db, core.clock, core.workspace_ids["alice"], "other", role)
    assert patch({"set": {"password": NEW}}, {"Authorization": f"Bearer {key}"}).status_code == 403
    assert patch({"set": {"password": NEW}}, {}).status_code == 401


def test_each_workspace_mends_its_own(paused, patch, client, as_bob):
    gateway(f"{paused.world}-bob").password = "planted-of-bob"
    assert patch({"set": {"password": "planted-of-bob"}}, as_bob).status_code == 200
    assert condition(client)["kept"] is None
    assert condition(client)["paused"] == "authentication_failed"


def test_an_instance_that_does_not_exist_is_named_with_those_that_do(client, as_alice):
    body = {"set": {"password": NEW}}
    answer = client.patch("/api/v1/instances/fax/credentials", json=body, headers=as_alice)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_instance")


def test_planted_values_are_in_no_log(paused, patch, logged):
    patch({"set": {"password": "planted-wrong"}})
    patch({"set": {"password": NEW}})
    assert any(entry.get("event") == "credentials mended" for entry in logged)
    assert not [entry for entry in logged if "planted" in str(entry)]
