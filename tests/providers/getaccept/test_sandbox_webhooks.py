"""Webhooks of the simulated account: subscriptions, bodies, retries, and what goes wrong."""

from __future__ import annotations

import json

import pytest

from tests.providers.getaccept.sandbox_hub import Hub
from tests.providers.getaccept.sandbox_site import ALICE, BOB, MOBILE


@pytest.fixture
def hub(site, httpserver):
    return Hub(site, httpserver)


def test_a_subscription_is_one_event_and_answered_as_a_list(site, hub):
    body = {"event": "document.signed", "target_url": hub.url, "payload": "tenant=42"}
    [made] = site.api("POST", "/subscriptions", body).json()
    assert made["payload"] == "tenant=42"
    assert made["global"] is True
    assert site.get("/subscriptions") == [made]
    assert site.get(f"/subscriptions/{made['id']}") == made
    assert site.api("DELETE", f"/subscriptions/{made['id']}").status_code == 204
    assert site.api("DELETE", f"/subscriptions/{made['id']}").status_code == 404
    assert site.get("/subscriptions") == []


def test_the_answer_may_be_an_object(site, hub):
    site.control("POST", "modes", {"subscription_answer": "object"})
    body = {"event": "document.signed", "target_url": hub.url}
    assert site.api("POST", "/subscriptions", body).json()["event"] == "document.signed"
    assert "subscription_id" in site.api("POST", "/subscriptions/events/signed", body).json()


@pytest.mark.parametrize(
    "body",
    [
        {"event": "document.recalled", "target_url": "https://hub.example"},
        {"event": ["document.signed"], "target_url": "https://hub.example"},
        {"event": "document.signed", "target_url": "hub.example"},
        {"event": "document.signed"},
    ],
)
def test_what_is_no_subscription_is_refused(site, body):
    assert site.api("POST", "/subscriptions", body).status_code == 400


def test_an_address_without_tls_is_noted(site, hub):
    hub.subscribe("signed")
    assert "https" in site.violations()[0]["text"]


def test_the_events_that_exist_are_listed(site):
    values = {one["value"] for one in site.get("/subscriptions/events")}
    assert "document.partially_signed" in values
    assert len(values) == 15


def test_a_body_has_the_known_members_and_its_person_no_id(site, hub):
    hub.subscribe("signed", payload="tenant=42")
    document = site.made(external_id="deal_1", recipients=[{**ALICE, "order_num": 1}])
    site.act(document, "1", "sign")
    assert hub.tick() == 1
    [body] = [json.loads(one) for one in hub.bodies]
    assert set(body) == {
        "event", "event_type", "event_action", "subscription_id", "payload", "document",
        "recipient", "entity", "custom_fields",
    }  # fmt: skip
    assert (body["event"], body["payload"]) == ("document.signed", "tenant=42")
    assert body["document"]["external_id"] == "deal_1"
    assert body["document"]["is_signed"] is True
    assert body["document"]["sign_date"].endswith("+00:00")
    assert "recipients" not in body["document"]
    assert "X-Amz-" in body["document"]["download_url"]
    assert "id" not in body["recipient"]
    assert (body["recipient"]["order_num"], body["recipient"]["status"]) == ("1", "signed")


def test_a_person_may_have_an_id_and_some_events_have_no_person(site, hub):
    site.control("POST", "modes", {"webhook_recipient_id": True})
    hub.subscribe("viewed", "expired")
    document = site.made()
    site.act(document, "1", "open")
    site.later(days=31)
    hub.tick()
    viewed, expired = (json.loads(one) for one in hub.bodies)
    assert viewed["recipient"]["id"]
    assert "recipient" not in expired
    assert viewed["document"]["sign_date"] == "0000-00-00 00:00:00"


def test_every_event_is_told_to_those_who_asked_for_it(site, hub):
    wanted = (
        "created", "imported", "sent", "viewed", "reviewed", "partially_signed", "approved",
        "commented", "downloaded", "printed", "forwarded", "signed",
    )  # fmt: skip
    hub.subscribe(*wanted)
    charlie = {"first_name": "C", "last_name": "C", "email": "c@example.com"}
    document = site.made(recipients=[ALICE, BOB, {**charlie, "role": "externalApprover"}])
    for who, action in (
        ("1", "open"), ("1", "read"), ("1", "sign"), ("3", "approve"),
        ("2", "download"), ("2", "print"), ("2", "sign"),
    ):  # fmt: skip
        assert site.act(document, who, action).status_code == 200
    site.act(document, "1", "comment", text="Hello")
    site.act(document, "1", "forward", first_name="D", last_name="D", email="d@example.com")
    hub.tick()
    assert set(hub.events()) == set(wanted)


def test_a_rejection_and_a_bounce_are_told(site, hub):
    hub.subscribe("rejected", "hardbounced")
    site.act(site.made(), "1", "reject", reason="No")
    site.act(site.made(), "1", "bounce")
    hub.tick()
    assert hub.events() == ["rejected", "hardbounced"]


def test_a_recall_is_told_to_nobody(site, hub):
    hub.subscribe("created", "rejected", "expired")
    document = site.made()
    site.api("DELETE", f"/documents/{document}")
    hub.tick()
    assert hub.events() == ["created"]


def test_own_documents_only_when_not_global(site, hub):
    hub.subscribe("sent", **{"global": False})
    site.status(site.made(sender_email="anna@bilhuset.example"))
    assert hub.tick() == 0
    site.status(site.made())
    assert hub.tick() == 1


def test_a_refused_delivery_is_tried_again_after_1_12_24_and_48_hours(site, hub):
    hub.subscribe("created", notification_email="ops@example.com")
    hub.answers = [500] * 5
    site.made()
    assert hub.tick() == 1
    assert site.mails[-1].to == ("ops@example.com",)
    for hours in (1, 12, 24, 48):
        site.later(hours=hours, minutes=-1)
        assert hub.tick() == 0
        site.later(minutes=1)
        assert hub.tick() == 1
    site.later(days=30)
    assert hub.tick() == 0
    [failed] = site.get("/subscriptions/errors")
    assert (failed["status"], failed["result"], failed["retry"]) == ("gave up", "500", 5)
    assert len(set(hub.bodies)) == 1


def test_retries_may_be_compressed_and_end_with_success(site, hub):
    site.control("POST", "modes", {"retry_schedule": [1, 12, 24, 48]})
    hub.subscribe("created")
    hub.answers = [503]
    site.made()
    hub.tick()
    site.later(seconds=1)
    assert hub.tick() == 1
    assert site.get("/subscriptions/errors") == []


def test_a_hub_that_is_away_is_tried_again(site):
    body = {"event": "document.created", "target_url": "http://127.0.0.1:1/hook"}
    site.api("POST", "/subscriptions", body)
    site.made()
    site.control("POST", "tick")
    [delivery] = site.control("GET", "webhooks")
    assert (delivery["state"], delivery["tries"]) == ("waiting", 1)


def test_an_ended_subscription_is_owed_nothing(site, hub):
    hub.subscribe("created")
    [one] = site.get("/subscriptions")
    site.made()
    site.api("DELETE", f"/subscriptions/{one['id']}")
    assert hub.tick() == 0
    assert site.control("GET", "webhooks")[0]["state"] == "cancelled"


def test_a_simulated_delivery_is_fired_on_request(site, hub):
    hub.subscribe("rejected")
    document = site.made()
    [person] = site.get(f"/documents/{document}/recipients")["recipients"]
    body = {"event": "document.rejected", "document_id": document, "recipient_id": person["id"]}
    assert site.api("POST", "/subscriptions/test", body).status_code == 200
    hub.tick()
    assert hub.events() == ["rejected"]
    assert site.status(document) == "sent"
    body = {"event": "document.rejected", "document_id": "none"}
    assert site.api("POST", "/subscriptions/test", body).status_code == 404


def test_filled_in_fields_are_told_by_their_labels(site, hub):
    hub.subscribe("signed")
    document = site.made(is_automatic_sending=False, recipients=[{**ALICE, "mobile": MOBILE}])
    box = {"field_type": "check", "field_label": "Rust protection"} | dict.fromkeys(
        ("field_top", "field_left", "field_width", "field_height"), 10
    )
    assert site.api("POST", f"/documents/{document}/fields", box).status_code == 200
    site.api("POST", f"/documents/{document}/send")
    site.act(document, "1", "check", field="Rust protection", value=1)
    site.act(document, "1", "sign")
    hub.tick()
    assert json.loads(hub.bodies[0])["custom_fields"] == {"Rust protection": "1"}


def test_a_running_simulator_sends_by_itself(site, hub):
    hub.subscribe("created")
    site.sandbox.start()
    site.sandbox.start()
    site.made()
    assert hub.came.wait(30)
    site.sandbox.stop()
    site.sandbox.stop()
    site.sandbox.account.storage.start()
    assert hub.events() == ["created"]
