"""The same wish more than once is one request and one SMS."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import requests

from connectors.agiloft.sandbox.screen import BUTTON_FIELD
from tests.story.inside import form_with
from tests.story.world import MAPPING, TABLE, mobile_of


def check_one(inside, record):
    """One request, one SMS."""
    assert len(inside.entry(record).requests) == 1
    assert len(inside.world.texts_to(mobile_of(0))) == 1


def notice_to_hub(inside, record):
    """The webhook as Agiloft sends it: address, headers and body."""
    inside.world.agiloft.press(TABLE, record, BUTTON_FIELD)
    notice = inside.world.agiloft.hooks.notices[-1]
    headers = {"Content-Type": notice.content_type, "Verification-Code": "code"}
    return lambda: requests.post(
        notice.hook.facts["webhook_url"], data=notice.body, headers=headers, timeout=10
    )


def at_once(*calls):
    """Make all calls in the same moment; their answers."""
    answers = []
    barrier = threading.Barrier(len(calls))

    def one(call):
        barrier.wait()
        answers.append(call())

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(calls)
    return answers


@pytest.mark.parametrize("work_between", [True, False])
def test_five_identical_webhooks_are_one_request(inside, work_between):
    record = inside.world.new_case(0)
    send = notice_to_hub(inside, record)
    for _ in range(5):
        assert send().status_code == 200
        if work_between:
            inside.work()
    inside.work()
    check_one(inside, record)


def test_five_identical_webhooks_in_the_same_moment_are_one_request(inside):
    record = inside.world.new_case(0)
    send = notice_to_hub(inside, record)
    assert {answer.status_code for answer in at_once(*[send] * 5)} == {200}
    inside.work()
    check_one(inside, record)


def test_webhook_api_and_button_in_the_same_moment_are_one_request(inside):
    record = inside.world.new_case(0)
    webhook = notice_to_hub(inside, record)
    key = {"Authorization": f"Bearer {inside.key()}"}
    api = f"{inside.url}/api/v1/triggers/{MAPPING}"
    browser = inside.browser()
    form = form_with(browser.open(inside.core.links.button("demo", MAPPING, str(record))), "/b/")
    answers = at_once(
        webhook,
        lambda: requests.post(api, json={"id": str(record)}, headers=key, timeout=10),
        lambda: browser.send(form),
    )
    assert len(answers) == 3
    inside.work()
    check_one(inside, record)


def test_pressing_the_button_twice_is_one_request(inside):
    record = inside.world.new_case(0)
    inside.press(record)
    inside.press(record)
    inside.pass_time(timedelta(hours=3))
    inside.press(record)
    check_one(inside, record)


def test_a_button_link_sends_only_on_the_click(inside):
    record = inside.world.new_case(0)
    browser = inside.browser()
    link = inside.core.links.button("demo", MAPPING, str(record))
    for _ in range(3):
        page = browser.open(link)
        inside.work()
    assert mobile_of(0) in page.text
    assert inside.owed() == []
    first, second = (browser.send(form_with(page, "/b/")) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    inside.work()
    check_one(inside, record)


def test_the_same_idempotency_key_is_one_wish(inside):
    record = inside.world.new_case(0)
    headers = {"Authorization": f"Bearer {inside.key()}", "Idempotency-Key": "wish-1"}
    api = f"{inside.url}/api/v1/triggers/{MAPPING}"
    answers = [
        requests.post(api, json={"id": str(record)}, headers=headers, timeout=10).json()
        for _ in range(3)
    ]
    assert [answer["repeated"] for answer in answers] == [False, True, True]
    assert len({answer["inbound_id"] for answer in answers}) == 1
    inside.work()
    check_one(inside, record)


def test_the_same_webhook_after_a_failed_request_is_a_new_request(inside):
    record = inside.world.new_case(0, customer_mobile="070-17")
    send = notice_to_hub(inside, record)
    for _ in range(2):
        assert send().status_code == 200
        inside.work()
    states = [request.state for request in inside.entry(record).requests]
    assert states == ["failed", "failed"]


def test_a_late_repetition_after_the_signature_asks_nobody_again(inside):
    record = inside.world.new_case(0)
    send = notice_to_hub(inside, record)
    send()
    inside.work()
    inside.sign(inside.link(mobile_of(0)))
    inside.pass_time(timedelta(hours=1))
    assert send().status_code == 200
    inside.work()
    check_one(inside, record)


@pytest.mark.parametrize("instance", ["hub_register", "agiloft", "sms"])
def test_what_was_done_is_not_done_again_when_the_hub_could_not_note_it(
    inside, monkeypatch, instance
):
    """As if the process died after every first effect, before it was stored."""
    plugin = inside.core.registry.plugin(inside.core.instance(inside.workspace_id, instance))
    method = "send" if instance == "sms" else "apply"
    done, seen = getattr(plugin, method), set()

    def do_and_die(what, key, **told):
        result = done(what, key, **told)
        if key not in seen:
            seen.add(key)
            raise SystemExit
        return result

    monkeypatch.setattr(plugin, method, do_and_die)
    record = inside.world.new_case(0)
    inside.press(record)
    inside.pass_time(timedelta(minutes=5), step=timedelta(seconds=10))
    inside.sign(inside.link(mobile_of(0)))
    inside.pass_time(timedelta(minutes=5), step=timedelta(seconds=10))
    assert seen
    check_one(inside, record)
    entry = inside.entry(record)
    assert len(entry.customers) == len(entry.cases) == len(entry.notes) == 1
    assert len(inside.world.writes_to(record)) == 2
    assert {one.state for one in entry.deliveries} == {"delivered"}
    assert inside.upstream(record)["sign_state"] == "Signed"
