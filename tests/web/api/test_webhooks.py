"""Webhook subscriptions by the API: what is taken, what is refused and how that is said."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

import pytest
from werkzeug import Response

from hub.contracts.events import EventKind
from hub.services import subscriptions
from hub.services.access import TRIGGER, create_key
from hub.services.receivers import Receivers
from tests.receiver import receiving
from tests.simulated_house import RECORD

WEBHOOKS = "/api/v1/webhooks"
NOBODY = f"{WEBHOOKS}/01890000-0000-7000-8000-000000000000"


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


@pytest.fixture
def post(client, simulated, as_alice):
    """POST as alice."""

    def post(address=WEBHOOKS, headers=as_alice, **body):
        return client.post(address, json=body, headers=headers)

    yield post
    simulated.house.core.receivers.close()


def lead_to(simulated, **names):
    """Have names resolve to addresses; the others are not known."""

    def resolve(host, port):
        if host not in found:
            raise OSError("no such host")
        return [ipaddress.ip_address(found[host])]

    found = {name.replace("_", "."): address for name, address in names.items()}
    core = simulated.house.core
    core.guard = replace(core.guard, resolver=resolve)
    core.receivers.close()
    core.receivers = Receivers(core.guard)


def test_a_subscription_from_its_making_to_its_end(client, post, as_alice, receiver):
    made = post(url=receiver.url(), kinds=["signed", "declined"], description="Alice's ERP")
    assert made.status_code == 201
    secret = made.json["secret"]
    assert made.json["tried"] == {"status": 200, "problem": None}
    address = f"{WEBHOOKS}/{made.json['id']}"
    shown = client.get(address, headers=as_alice).json
    assert shown["kinds"] == ["declined", "signed"]
    assert (shown["enabled"], shown["disabled"]) == (True, None)
    assert shown["destination"] == f"webhook:{shown['id']}"
    (listed,) = client.get(WEBHOOKS, headers=as_alice).json["items"]
    for told in (shown, listed):
        assert "secret" not in told
        assert secret not in str(told)
    changed = client.patch(address, json={"kinds": None, "enabled": False}, headers=as_alice).json
    assert (changed["kinds"], changed["description"]) == (None, "Alice's ERP")
    assert changed["disabled"]["code"] == "disabled"
    assert client.delete(address, headers=as_alice).status_code == 204
    assert client.get(address, headers=as_alice).status_code == 404
    assert client.get(WEBHOOKS, headers=as_alice).json["items"] == []


def test_a_test_event_is_a_delivery_whose_attempts_can_be_read(
    client, simulated, post, as_alice, receiver
):
    made = post(url=receiver.url()).json
    sent = post(f"{WEBHOOKS}/{made['id']}/test")
    assert sent.status_code == 202
    simulated.work()
    told = client.get(f"/api/v1/deliveries/{sent.json['delivery_id']}", headers=as_alice).json
    assert (told["kind"], told["destination"], told["state"]) == (
        "webhook", made["destination"], "delivered",
    )  # fmt: skip
    assert told["attempts"][0]["calls"][0]["status"] == 200
    assert receiver.calls[-1].id == f"msg_{told['id']}"
    assert receiver.calls[-1].is_signed_with(made["secret"])


def test_a_new_secret_is_shown_once_and_signs_beside_the_old_one(
    client, simulated, post, as_alice, receiver
):
    made = post(url=receiver.url()).json
    address = f"{WEBHOOKS}/{made['id']}"
    new = post(f"{address}/secret", overlap_hours=2).json
    assert new["secret"] != made["secret"]
    assert len(new["former_secrets_end"]) == 1
    assert "secret" not in client.get(address, headers=as_alice).json
    post(f"{address}/test")
    simulated.work()
    assert receiver.calls[-1].is_signed_with(new["secret"])
    assert receiver.calls[-1].is_signed_with(made["secret"])
    assert post(f"{address}/secret", overlap_hours=-1).status_code == 422
    assert post(f"{address}/secret", overlap_hours=0).json["former_secrets_end"] == []


def test_health_and_metrics_show_subscriptions_beside_instances(
    client, simulated, post, as_alice, receiver
):
    made = post(url=receiver.url(), kinds=["started"]).json
    receiver.will_answer(500)
    client.post("/api/v1/triggers/repair", json={"id": "7", "record": RECORD}, headers=as_alice)
    simulated.work()
    alice = client.get("/health/sync").json["workspaces"][0]
    line = next(one for one in alice["instances"] if one["instance"] == made["destination"])
    assert (line["plugin"], line["status"], line["backlog"]) == ("webhook", "waiting", 1)
    assert alice["status"] == "waiting"
    label = f'{{instance="{made["destination"]}",workspace="alice"}}'
    metrics = client.get("/metrics").get_data(as_text=True)
    assert f"paraph_backlog{label} 1.0" in metrics
    assert f"paraph_instance_status{label} 2.0" in metrics


# target → code of the refusal, and a word of its reason
BAD_TARGETS = [
    ("https://10.0.0.1/hook", "private_address", "private"),
    ("https://169.254.169.254/latest", "private_address", "link-local"),
    ("https://inside.example/", "private_address", "private"),
    ("https://nowhere.example/", "unresolvable", "resolved"),
    ("https://0x7f.1/", "odd_address", "four decimal numbers"),
    ("https://user:pass@receiver.example/", "malformed_address", "user"),
    ("ftp://receiver.example/", "not_https", "https://"),
]


def test_bad_targets_are_refused_at_save_with_the_reason_at_the_field(
    client, simulated, post, as_alice, receiver
):
    made = post(url=receiver.url()).json
    lead_to(simulated, inside_example="10.0.0.1")
    for url, code, word in BAD_TARGETS:
        change = client.patch(f"{WEBHOOKS}/{made['id']}", json={"url": url}, headers=as_alice)
        for refused in (post(url=url), change):
            assert refused.content_type == "application/problem+json"
            assert (refused.status_code, refused.json["code"]) == (422, code), url
            (said,) = refused.json["errors"]["json"]["url"]
            assert word in said
            assert said in refused.json["detail"]
    (kept,) = client.get(WEBHOOKS, headers=as_alice).json["items"]
    assert kept["url"] == receiver.url()
    assert len(receiver.calls) == 1


def test_a_target_that_redirects_is_refused_at_save(client, post, as_alice, receiver):
    receiver.will_answer(Response("", 301, {"Location": receiver.url()}))
    refused = post(url=receiver.url())
    assert (refused.status_code, refused.json["code"]) == (422, "redirected")
    assert "301" in refused.json["errors"]["json"]["url"][0]
    assert len(receiver.calls) == 1, "it was not followed"


def test_in_production_plain_http_is_for_allowed_networks_only(simulated, post, receiver):
    core = simulated.house.core
    core.guard = replace(core.guard, plain=False)
    lead_to(simulated, receiver_example="203.0.114.7", erp_example="127.0.0.1")
    refused = post(url="http://receiver.example/hook")
    assert (refused.status_code, refused.json["code"]) == (422, "not_https")
    assert post(url=receiver.url(host="erp.example")).status_code == 201


def test_an_unknown_event_kind_is_named_with_the_known_ones(post, receiver):
    refused = post(url=receiver.url(), kinds=["signed", "sined"])
    assert refused.status_code == 422
    (said,) = refused.json["errors"]["json"]["kinds"]["1"]
    assert "'sined'" in said
    assert all(kind.value in said for kind in EventKind)
    assert said in refused.json["detail"]
    assert receiver.calls == [], "nothing was tried"


def test_bodies_that_say_too_little_or_too_much_are_refused(post):
    target = {"url": "https://1.1.1.1/"}
    for body in (
        {},
        {"url": 5},
        {**target, "kinds": []},
        {**target, "kinds": "signed"},
        {**target, "secret": "whsec_mine"},
        {**target, "description": "x" * 201},
    ):
        refused = post(**body)
        assert (refused.status_code, refused.json["code"]) == (422, "invalid"), body


def test_unknown_and_foreign_subscriptions_are_not_found(client, post, as_bob, as_alice, receiver):
    mine = f"{WEBHOOKS}/{post(url=receiver.url()).json['id']}"
    for address, headers in ((NOBODY, as_alice), (mine, as_bob)):
        for answer in (
            client.get(address, headers=headers),
            client.patch(address, json={"enabled": False}, headers=headers),
            client.delete(address, headers=headers),
            client.post(f"{address}/secret", json={}, headers=headers),
            client.post(f"{address}/test", json={}, headers=headers),
        ):
            assert (answer.status_code, answer.json["code"]) == (404, "not_found")
            assert "webhook subscription" in answer.json["detail"]
    assert client.get(WEBHOOKS, headers=as_bob).json["items"] == []


def test_keys_for_triggers_only_may_not_look_at_subscriptions(client, simulated, post, receiver):
    core = simulated.house.core
    key = create_key(core.db, core.clock, core.workspace_ids["alice"], "erp", TRIGGER)
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get(WEBHOOKS, headers=headers).status_code == 403
    assert post(headers=headers, url=receiver.url()).status_code == 403
    assert client.get(WEBHOOKS).status_code == 401


def test_a_change_must_be_json(client, post, as_alice, receiver):
    address = f"{WEBHOOKS}/{post(url=receiver.url()).json['id']}"
    assert client.patch(address, data="enabled=0", headers=as_alice).status_code == 415


def test_a_workspace_has_so_many_subscriptions_and_no_more(post, receiver, monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST", 2)
    for _ in range(2):
        assert post(url=receiver.url()).status_code == 201
    refused = post(url=receiver.url())
    assert (refused.status_code, refused.json["code"]) == (422, "too_many_subscriptions")
