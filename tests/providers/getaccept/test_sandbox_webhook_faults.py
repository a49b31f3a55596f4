"""Webhooks that come twice, late, broken, in the wrong order or not at all."""

from __future__ import annotations

import json

import pytest

from tests.providers.getaccept.sandbox_hub import Hub


@pytest.fixture
def hub(site, httpserver):
    return Hub(site, httpserver)


def test_a_delivery_may_come_twice(site, hub):
    hub.subscribe("created")
    site.fault("webhook.duplicate")
    site.made()
    assert hub.tick() == 2
    assert hub.bodies[0] == hub.bodies[1]


def test_deliveries_may_come_in_the_wrong_order(site, hub):
    hub.subscribe("created", "imported", "sent")
    site.fault("webhook.reorder")
    site.status(site.made())
    hub.tick()
    assert hub.events() == ["imported", "created", "sent"]


def test_one_held_back_goes_by_itself_when_nothing_follows(site, hub):
    hub.subscribe("created")
    site.fault("webhook.reorder")
    site.made()
    assert hub.tick() == 0
    site.later(minutes=1)
    assert hub.tick() == 1


def test_a_delivery_may_be_lost(site, hub):
    hub.subscribe("created")
    site.fault("webhook.drop")
    site.made()
    site.later(days=30)
    assert hub.tick() == 0
    assert site.control("GET", "webhooks")[0]["state"] == "dropped"


def test_a_delivery_may_come_48_hours_late_and_as_it_was(site, hub):
    hub.subscribe("viewed", "signed")
    site.fault("webhook.delay_48h")
    document = site.made()
    site.act(document, "1", "open")
    site.act(document, "1", "sign")
    hub.tick()
    site.later(hours=48)
    hub.tick()
    late = json.loads(hub.bodies[-1])
    assert (hub.events(), late["document"]["status"]) == (["signed", "viewed"], "viewed")


def test_a_body_may_be_broken_or_without_its_person(site, hub):
    hub.subscribe("viewed", "reviewed")
    site.fault("webhook.malformed")
    document = site.made()
    site.act(document, "1", "open")
    site.fault("webhook.no_recipient")
    site.act(document, "1", "read")
    hub.tick()
    with pytest.raises(json.JSONDecodeError):
        json.loads(hub.bodies[0])
    assert "recipient" not in json.loads(hub.bodies[1])
