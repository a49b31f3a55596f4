"""Subscriptions of the simulator: handshake, delay, one notification per record, retries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug import Request, Response

from tests.connectors.dynamics_nav.sandbox.sandbox_site import Nav

ANY = {"If-Match": "*"}


class Listener:
    """The other side: gives tokens back, and answers notifications with ``status``."""

    def __init__(self) -> None:
        self.status = 200
        self.honest = True
        self.heard: list[dict] = []

    def __call__(self, request: Request) -> Response:
        token = request.args.get("validationToken")
        if token is not None:
            return Response(token if self.honest else "something else")
        self.heard += request.get_json()["value"]
        return Response(status=self.status)


@pytest.fixture
def listener(httpserver):
    listener = Listener()
    httpserver.expect_request("/hear").respond_with_handler(listener)
    return listener


@pytest.fixture
def subscribe(nav, httpserver, listener):
    def subscribe(entity_set: str = "salesOrders", **changes):
        resource = f"/api/v2.0/companies({nav.sandbox.company.id})/{entity_set}"
        body = {"notificationUrl": httpserver.url_for("/hear"), "resource": resource,
                "clientState": "state-1"}  # fmt: skip
        return nav.session.post(f"{nav.url}/api/v2.0/subscriptions", json={**body, **changes})

    return subscribe


def change(nav: Nav, number: str, **fields: str) -> None:
    page = "SalesOrder" if number.startswith("VO") else "SalesQuote"
    record = nav.soap(page).Read(No=number)
    nav.soap(page).Update(**{page: {"Key": record.Key, **fields}})


def test_a_subscription_begins_with_a_handshake(nav, subscribe, listener):
    made = subscribe()
    assert made.status_code == 201
    body = made.json()
    assert body["expirationDateTime"] == "2026-03-05T09:30:00Z"
    assert body["clientState"] == "state-1"
    listener.honest = False
    assert subscribe("salesQuotes").status_code == 400
    assert [
        one["subscriptionId"] for one in nav.get(f"{nav.url}/api/v2.0/subscriptions")["value"]
    ] == [body["subscriptionId"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"notificationUrl": "http://hub.example/hear"},
        {"resource": "companies(x)/salesOrders"},
        {"resource": "/api/v2.0/companies/items"},
        {"clientState": "x" * 2049},
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(subscribe, changes):
    assert subscribe(**changes).status_code == 400


def test_the_same_subscription_twice_is_refused(subscribe):
    assert [subscribe().status_code for _ in range(2)] == [201, 400]


def test_a_change_is_told_after_half_a_minute_once_per_record(nav, subscribe, listener):
    subscribe()
    change(nav, "VO1001", Your_Reference="A")
    change(nav, "VO1001", Your_Reference="B")
    change(nav, "VQ1001", Your_Reference="C")  # nobody asked for quotes
    assert nav.sandbox.webhooks.run_due() == 0
    nav.clock.advance(timedelta(seconds=30))
    assert nav.sandbox.webhooks.run_due() == 1
    (heard,) = listener.heard
    assert (heard["changeType"], heard["clientState"]) == ("updated", "state-1")
    order = heard["resource"].rpartition("(")[2].rstrip(")")
    assert nav.get(f"{nav.api}/salesOrders({order})")["number"] == "VO1001"


def test_a_changed_line_tells_of_its_document(nav, subscribe, listener):
    subscribe()
    line = nav.soap("JobLine").Read("Order", "VO1001", 20000)
    nav.soap("JobLine").Update(JobLine={"Key": line.Key, "Step": "Decided"})
    assert nav.sandbox.webhooks.run_due(everything=True) == 1


def test_made_and_deleted_records_are_told(nav, subscribe, listener):
    subscribe("customers")
    customers = nav.soap("Customer")
    made = customers.Create(Customer={"Name": "Alice"})
    nav.sandbox.webhooks.run_due(everything=True)
    customers.Delete(made.Key)
    nav.sandbox.webhooks.run_due(everything=True)
    assert [one["changeType"] for one in listener.heard] == ["created", "deleted"]


def test_own_api_pages_can_be_subscribed_to(nav, subscribe, listener):
    resource = f"/api/paraph/workshop/v1.0/companies({nav.sandbox.company.id})/jobLines"
    assert subscribe(resource=resource).status_code == 201
    line = nav.soap("JobLine").Read("Order", "VO1001", 20000)
    nav.soap("JobLine").Update(JobLine={"Key": line.Key, "Step": "Decided"})
    nav.sandbox.webhooks.run_due(everything=True)
    assert listener.heard[0]["resource"].startswith(f"{resource}(")


@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_notification_is_tried_again_up_to_36_hours(nav, subscribe, listener, status):
    subscribe()
    listener.status = status
    change(nav, "VO1001", Your_Reference="A")
    nav.sandbox.webhooks.run_due(everything=True)
    assert nav.sandbox.webhooks.notices[0].state == "waiting"
    nav.clock.advance(timedelta(hours=37))
    nav.sandbox.webhooks.run_due()
    assert nav.sandbox.webhooks.notices[0].state == "gave up"
    assert len(nav.sandbox.webhooks.all()) == 1


def test_any_other_answer_ends_the_subscription(nav, subscribe, listener):
    subscribe()
    listener.status = 404
    change(nav, "VO1001", Your_Reference="A")
    nav.sandbox.webhooks.run_due(everything=True)
    assert nav.sandbox.webhooks.all() == []


def test_a_subscription_ends_after_three_days_unless_renewed(nav, subscribe, listener):
    body = subscribe().json()
    address = f"{nav.url}/api/v2.0/subscriptions('{body['subscriptionId']}')"
    assert nav.session.patch(address, json={}).status_code == 400
    nav.clock.advance(timedelta(days=2))
    renewed = nav.session.patch(address, json={}, headers={"If-Match": body["@odata.etag"]})
    assert renewed.json()["expirationDateTime"] > body["expirationDateTime"]
    stale = nav.session.patch(address, json={}, headers={"If-Match": body["@odata.etag"]})
    assert stale.status_code == 409
    nav.clock.advance(timedelta(days=2))
    assert nav.session.get(address).status_code == 200
    nav.clock.advance(timedelta(days=1))
    assert nav.session.get(address).status_code == 404


def test_a_subscription_can_be_ended(nav, subscribe):
    body = subscribe().json()
    address = f"{nav.url}/api/v2.0/subscriptions('{body['subscriptionId']}')"
    assert nav.session.delete(address, headers=ANY).status_code == 204
    assert nav.session.get(address).status_code == 404


def test_a_subscription_outlives_a_reset_and_hears_nothing_of_it(nav, subscribe, listener):
    made = subscribe().json()
    change(nav, "VO1001", Your_Reference="A")
    nav.sandbox.reset()
    assert nav.sandbox.webhooks.run_due(everything=True) == 0
    assert [one.id for one in nav.sandbox.webhooks.all()] == [made["subscriptionId"]]
