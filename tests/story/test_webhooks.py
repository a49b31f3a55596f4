"""A whole story as a receiver of webhooks sees it: every event, once, in order, signed, nobody's
name in it."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from werkzeug import Response

from hub.services.receivers import Receivers
from tests.receiver import receiving
from tests.story.test_privacy import check_absent
from tests.story.world import mobile_of

NUMBER = 5
STEP = timedelta(seconds=20)
PERSON = (
    "Alice",
    "Nyström",
    mobile_of(NUMBER),
    mobile_of(NUMBER)[3:],
    "199908072391",
    "Diskmaskin",
)


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


@pytest.fixture(autouse=True)
def allowed(inside):
    """The hub as if ``outgoing_networks`` named this machine."""
    core = inside.core
    core.receivers.close()
    core.guard = replace(core.guard, networks=(ipaddress.ip_network("127.0.0.0/8"),))
    core.receivers = Receivers(core.guard)


def subscribe(inside, url, **body):
    headers = {"Authorization": f"Bearer {inside.key()}"}
    made = requests.post(
        f"{inside.url}/api/v1/webhooks", json={"url": url, **body}, headers=headers, timeout=10
    )
    assert made.status_code == 201, made.text
    return made.json()


def test_every_event_of_the_story_arrives_once_in_order_and_signed(inside, receiver):
    made = subscribe(inside, receiver.url())
    receiver.will_answer(500, Response("", 503, {"Retry-After": "5"}))
    record, link = inside.invited(NUMBER)
    inside.pass_time(timedelta(minutes=2), step=STEP)
    assert inside.sign(link).url.endswith("/done")
    inside.pass_time(timedelta(minutes=2), step=STEP)
    assert inside.upstream(record)["sign_state"] == "Signed"

    events = inside.entry(record, NUMBER).events
    arrived = list({call.id: call for call in receiver.events}.values())
    assert receiver.kinds[:3] == ["started"] * 3, "two tries failed"
    assert len(receiver.events) == len(events) + 2
    assert [call.kind for call in arrived] == [f"request.{event.kind}" for event in events]
    assert [call.content["data"]["seq"] for call in arrived] == list(range(1, len(events) + 1))
    assert {"signed", "completed", "recorded", "written_back"} <= {event.kind for event in events}
    assert all(call.is_signed_with(made["secret"]) for call in receiver.events)
    check_absent(b" ".join(call.body for call in receiver.events).decode(), *PERSON)
    health = inside.health_of(made["destination"])
    assert (health["status"], health["backlog"], health["gave_up"]) == ("ok", 0, 0)


def test_the_link_in_a_webhook_leads_to_its_request(inside, receiver):
    subscribe(inside, receiver.url(), kinds=["invited"])
    inside.invited(NUMBER)
    (told,) = receiver.events
    url = told.content["data"]["url"]
    headers = {"Authorization": f"Bearer {inside.key()}"}
    shown = requests.get(url, headers=headers, timeout=10).json()
    assert (shown["id"], shown["state"]) == (told.content["data"]["request"], "sent")
