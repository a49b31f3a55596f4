"""Subscriptions of Business Central: handshake, notifications, forgeries, registration."""

from __future__ import annotations

import orjson
import pytest

from connectors.dynamics_nav.hooks import client_state, read
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from hub.kernel.errors import HookRejected, Unsupported
from tests.connectors.dynamics_nav.canned_api import COMPANY, LINE, QUOTE
from tests.contracts.connector_driver import HOOK_SECRET, HOOK_URL, STARTED

RESOURCE = f"api/v2.0/companies({COMPANY})/salesQuotes({QUOTE})"
SUBSCRIPTIONS = "/BC/api/v2.0/subscriptions"


def notice(**changes):
    return {
        "subscriptionId": "s1", "clientState": client_state(HOOK_SECRET), "resource": RESOURCE,
        "changeType": "updated", "lastModifiedDateTime": "2026-03-02T09:00:00Z", **changes,
    }  # fmt: skip


def hook(*items, **changes):
    given = {
        "method": "POST", "url": HOOK_URL, "headers": {}, "query": {},
        "body": orjson.dumps({"value": list(items)}), "remote_ip": "127.0.0.1",
        "received_at": STARTED, **changes,
    }  # fmt: skip
    return RawHook(**given)


def test_the_handshake_gives_the_token_back(api):
    reading = api.connector().read_hook(hook(query={"validationToken": "a b<c>"}, body=b""))
    assert (reading.references, reading.answer.status) == ((), 200)
    assert reading.answer.body == b"a b<c>"
    assert reading.answer.headers["Content-Type"].startswith("text/plain")


def test_a_notification_names_records_and_nothing_else(api):
    raw = hook(
        notice(), notice(), notice(resource=f"/companies({COMPANY})/salesQuotes({LINE.upper()})"),
        notice(changeType="deleted", resource=f"x/salesQuotes({COMPANY})"),
        notice(resource=f"x/vendors({LINE})"),
        notice(changeType="collection", resource=f"companies({COMPANY})/salesQuotes"),
    )  # fmt: skip
    reading = api.connector().read_hook(raw)
    assert reading.references == (RecordRef("quote", QUOTE), RecordRef("quote", LINE))
    assert reading.dedupe == api.connector().read_hook(raw).dedupe != ""


@pytest.mark.parametrize(
    "raw",
    [
        hook(notice(), url=HOOK_URL.replace(HOOK_SECRET, "guessed")),
        hook(query={"validationToken": "t"}, url="https://hub.example/hooks/"),
        hook(query={"validationToken": ""}),
        hook(query={"validationToken": "t\r\nSet-Cookie: a"}),
        hook(query={"validationToken": "t" * 2049}),
        hook(notice(), method="GET"),
        hook(notice(clientState="guessed")),
        hook(notice(), notice(clientState=None)),
        hook(notice(clientState="å")),
        hook(),
        hook(body=b"<html>"),
        hook(body=b"[]"),
        hook(body=b'{"value": [7]}'),
        hook(notice(resource="salesQuotes(1 or 1=1)")),
        hook(*[notice()] * 1001),
    ],
)
def test_what_is_not_ours_is_rejected(api, raw):
    with pytest.raises(HookRejected):
        api.connector().read_hook(raw)


def test_without_a_secret_nobody_is_believed():
    for raw in (hook(notice(clientState=client_state(""))), hook(query={"validationToken": "t"})):
        with pytest.raises(HookRejected):
            read(raw, {}, "")


def test_a_subscription_is_made_once_and_renewed_then(api):
    api.on(f"GET {SUBSCRIPTIONS}", {"value": []})
    api.on(f"POST {SUBSCRIPTIONS}", (201, {"expirationDateTime": "2026-03-05T09:00:00Z"}))
    connector = api.connector()
    assert "2026-03-05" in connector.register_hook(HOOK_URL, "quote", [], "")
    (body,) = api.bodies(f"POST {SUBSCRIPTIONS}")
    assert body == {
        "notificationUrl": HOOK_URL,
        "resource": f"api/v2.0/companies({COMPANY})/salesQuotes",
        "clientState": client_state(HOOK_SECRET),
    }
    there = {
        "subscriptionId": "s1",
        "@odata.etag": 'W/"s"',
        **body,
        "resource": body["resource"][9:],
    }
    other = {**there, "subscriptionId": "s2", "notificationUrl": "https://other.example/"}
    api.on(f"GET {SUBSCRIPTIONS}", {"value": [other, there]})
    api.on(f"PATCH {SUBSCRIPTIONS}('s1')", {})
    assert "renewed" in connector.register_hook(HOOK_URL, "quote", [], "")
    assert api.sent(f"PATCH {SUBSCRIPTIONS}('s1')")[0].headers["If-Match"] == 'W/"s"'
    assert len(api.sent(f"POST {SUBSCRIPTIONS}")) == 1


def test_a_subscription_to_a_set_whose_name_ends_alike_is_another_one(api):
    there = {"subscriptionId": "s1", "notificationUrl": HOOK_URL, "resource": "Quotes"}
    api.on(f"GET {SUBSCRIPTIONS}", {"value": [there]})
    api.on(f"POST {SUBSCRIPTIONS}", (201, {}))
    assert "was made" in api.connector().register_hook(HOOK_URL, "quote", [], "")


def test_conditions_and_odata_cannot_be_subscribed_to(api):
    with pytest.raises(Unsupported):
        api.connector().register_hook(HOOK_URL, "quote", [], "status eq 'Open'")
    tables = {"quote": {"entity": "ODataV4/SalesQuote", "keys": ["No"]}}
    with pytest.raises(Unsupported):
        api.connector(tables=tables).register_hook(HOOK_URL, "quote", [], "")


def test_soap_has_no_hooks(nav):
    with pytest.raises(Unsupported):
        nav.connector().read_hook(hook(notice()))
    with pytest.raises(Unsupported):
        nav.connector().register_hook(HOOK_URL, "quote", [], "")
