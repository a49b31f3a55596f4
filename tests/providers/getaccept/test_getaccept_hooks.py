"""Hooks are hints: what is read of them in every shape, and how the subscriptions are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from hub.kernel.errors import ConfigurationError, HookRejected
from providers.getaccept import hooks
from providers.getaccept.codes import HOOK_EVENTS
from providers.getaccept.provider import GetAcceptProvider
from providers.getaccept.settings import GetAcceptSettings
from tests.contracts.hosted_driver import ALICE, HOOK_URL
from tests.contracts.provider_driver import caught

MARK = "paraph=test/demo/hosted"


def told(**changes):
    body = {
        "event": "document.commented",
        "subscription_id": "s1",
        "document": {"id": "abc", "status": "sent", "sign_date": None},
        "recipient": {"email": "alice@example.com"},
    }
    return orjson.dumps({**body, **changes})


def test_a_hook_may_lack_everything_but_the_document(driver, provider):
    for body in (told(), told(recipient=None), told(recipient=[]), b'{"document": {"id": 17}}'):
        found = provider.read_hook(driver.hook(body))
        assert found.references in (("abc",), ("17",))
    without = orjson.loads(told())
    del without["recipient"]
    assert provider.read_hook(driver.hook(orjson.dumps(without))).references == ("abc",)


def test_without_a_secret_of_the_hub_no_hook_is_believed(driver):
    with pytest.raises(HookRejected) as info:
        hooks.read(driver.hook(told()), "")
    assert info.value.status == 404


def test_a_hook_about_something_else_is_taken_and_does_nothing(driver, provider):
    found = provider.read_hook(driver.hook(b'{"event": "contact.created", "contact": {}}'))
    assert found.references == ()
    assert found.answer.status == 204


@pytest.mark.parametrize("one", ["", None, [], {}, "a" * 300, "a\nb", True])
def test_a_hook_whose_document_has_no_id_is_rejected(driver, provider, one):
    with pytest.raises(HookRejected) as info:
        provider.read_hook(driver.hook(orjson.dumps({"document": {"id": one}})))
    assert info.value.status == 400


def test_a_repeat_is_known_but_a_second_comment_is_not_taken_for_one(driver, provider):
    first = driver.hook(told())
    again = replace(first, body=told() + b"\n")  # other bytes, same contents
    assert provider.read_hook(first).dedupe == provider.read_hook(again).dedupe
    later = replace(first, received_at=first.received_at + timedelta(seconds=7))
    assert provider.read_hook(first).dedupe != provider.read_hook(later).dedupe
    signed = driver.hook(told(document={"id": "abc", "status": "signed"}))
    other = driver.hook(told(recipient={"email": "bob@example.com"}))
    names = {provider.read_hook(one).dedupe for one in (first, signed, other)}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("fault", "readable"),
    [
        ("webhook.no_recipient", True),
        ("webhook.duplicate", True),
        ("webhook.malformed", False),
    ],
)
def test_what_goes_wrong_with_hooks_there_is_withstood(driver, provider, site, fault, readable):
    provider.keep_hooks()
    placed = driver.placed(provider, driver.agreement())
    before = len(driver.hook_bodies(placed))
    site.fault(fault)
    driver.act(placed, ALICE, "open")
    bodies = driver.hook_bodies(placed)[before:]
    assert bodies
    if not readable:
        with pytest.raises(HookRejected):
            provider.read_hook(driver.hook(bodies[0]))
        return
    found = [provider.read_hook(driver.hook(body)) for body in bodies]
    assert {one.references for one in found} == {(placed.reference,)}
    assert fault != "webhook.duplicate" or len({one.dedupe for one in found}) < len(found)


def test_each_event_is_subscribed_for_the_whole_entity_with_our_mark(driver, site):
    provider = driver.provider(alarm_email="ops@bilhuset.example")
    assert provider.keep_hooks() == "14 events: 0 were in order, 14 added, 0 removed"
    rows = site.get("/subscriptions")
    assert sorted(row["event"] for row in rows) == sorted(HOOK_EVENTS)
    assert {(row["target_url"], row["payload"], row["global"]) for row in rows} == {
        (HOOK_URL, MARK, True)
    }
    assert {row["notification_email"] for row in rows} == {"ops@bilhuset.example"}
    calls = site.control("GET", "calls")["subscribe"]
    assert provider.keep_hooks() == "14 events: 14 were in order, 0 added, 0 removed"
    assert site.control("GET", "calls")["subscribe"] == calls
    own = driver.provider(whole_entity=False)
    assert own.keep_hooks() == "14 events: 0 were in order, 14 added, 14 removed"
    assert {row["global"] for row in site.get("/subscriptions")} == {False}
    provider.close()
    own.close()


def test_a_former_host_is_known_by_the_mark_and_strangers_are_left_alone(driver, provider, site):
    wanted = {"event": "document.signed", "target_url": "https://old.example/h", "payload": MARK}
    site.api("POST", "/subscriptions", wanted)
    strange = {**wanted, "target_url": "https://crm.example/h", "payload": "paraph=test/other/x"}
    site.api("POST", "/subscriptions", strange)
    provider.keep_hooks()
    urls = {row["target_url"] for row in site.get("/subscriptions")}
    assert urls == {HOOK_URL, "https://crm.example/h"}


def test_a_subscription_that_is_off_is_made_anew(driver, httpserver):
    base = {"target_url": HOOK_URL, "payload": MARK, "global": True}
    rows = [{"id": f"s{n}", "event": one, **base} for n, one in enumerate(HOOK_EVENTS)]
    rows[0]["status"], rows[1]["status"], rows[2]["status"] = "Inactive", 1, 0
    httpserver.expect_request("/v1/subscriptions", method="GET").respond_with_json(rows)
    httpserver.expect_oneshot_request("/v1/subscriptions", method="POST").respond_with_json([])
    httpserver.expect_oneshot_request("/v1/subscriptions/s0", method="DELETE").respond_with_data(
        "", status=404
    )
    more = {"base_url": httpserver.url_for("/v1"), "auth": "token", "access_token": "t"}
    provider = driver.provider(**more)
    assert provider.keep_hooks() == "14 events: 13 were in order, 1 added, 1 removed"
    provider.close()


def test_a_stop_half_way_is_mended_by_the_next_time(driver, provider, site):
    site.fault("subscribe.drop_after")
    caught(provider.keep_hooks)
    provider.keep_hooks()
    assert sorted(event for event, _ in driver.registered()) == sorted(HOOK_EVENTS)
    site.fault("unsubscribe.error_500")
    driver.register("document.signed", HOOK_URL)
    caught(provider.keep_hooks)
    provider.keep_hooks()
    assert sorted(event for event, _ in driver.registered()) == sorted(HOOK_EVENTS)


def test_hooks_need_an_address_that_getaccept_calls(driver):
    settings = GetAcceptSettings(email="a@b.example", password="p")
    for url, word in (("", "no public address"), ("http://hub.example/h/x", "https only")):
        provider = GetAcceptProvider(settings, replace(driver.context(), hook_url=url))
        error = caught(provider.keep_hooks)
        assert isinstance(error, ConfigurationError)
        assert word in error.detail
        provider.close()
