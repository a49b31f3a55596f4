"""How each step of placing waits, looks and goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from hub.contracts.agreements import Placed
from hub.kernel.clock import ManualClock
from hub.kernel.errors import OutcomeUnknown, Retryable, Unfit
from providers.getaccept.client import Client
from providers.getaccept.lookup import find
from providers.getaccept.settings import TOKEN, GetAcceptSettings
from providers.getaccept.wire import Wire
from tests.contracts.hosted_driver import ALICE, BOB, read_again
from tests.contracts.provider_driver import STARTED, caught

LANGUAGES = {"en", "sv", "da", "nb", "fi", "ro", "fr", "de"}


def until(provider, agreement, driver, step):
    """Placed as far as the step that comes next."""
    placed = Placed()
    while placed.state.get("step") != step:
        placed = read_again(provider.place(agreement, placed))
        driver.wait(placed.again_after)
    return placed


def test_a_slow_import_is_waited_for_less_and_less_often(driver, provider, site):
    site.control("POST", "modes", {"import_delay_ms": 120_000})
    agreement, placed = driver.agreement(), Placed()
    waits = []
    while not placed.ready:
        placed = read_again(provider.place(agreement, placed))
        driver.wait(placed.again_after)
        waits.append(placed.again_after)
    waited = [one for one in waits if one > 1]
    assert waited == sorted(waited)
    assert waited[0] == 3.0
    assert max(waited) <= 60.0
    assert site.control("GET", "calls")["status"] <= 12


def test_a_file_that_lay_too_long_is_handed_over_again(driver, provider, site):
    agreement = driver.agreement(attachments=(driver.file("a.pdf", "A"),))
    placed = Placed()
    while not placed.state.get("creating"):
        placed = read_again(provider.place(agreement, placed))
    first = placed.state["file"]
    driver.wait(timedelta(hours=47, minutes=30).total_seconds())
    placed = read_again(provider.place(agreement, placed))
    assert placed.state["file"] != first
    while not placed.ready:
        placed = read_again(provider.place(agreement, placed))
        driver.wait(placed.again_after)
    assert site.control("GET", "calls")["create"] == 1
    assert driver.standing_there("request-1") == 1


def test_sending_too_early_is_tried_again_and_sends_once(driver, provider, site):
    site.control("POST", "modes", {"import_delay_ms": 9_000})
    agreement = driver.agreement(invited_by="provider")
    placed = until(provider, agreement, driver, "import")
    placed = replace(placed, state={**placed.state, "step": "deliver"})
    tries = 0
    while not placed.ready:
        placed = read_again(provider.place(agreement, placed))
        driver.wait(placed.again_after)
        tries += 1
    assert tries > 2
    assert driver.told(ALICE) == 1


def test_an_answer_that_is_compressed_in_the_odd_way_is_read(driver, provider, site):
    site.fault("create.deflate")
    driver.placed(provider, driver.agreement())
    assert site.control("GET", "calls")["create"] == 1
    assert driver.standing_there("request-1") == 1


def test_what_somebody_sent_in_the_app_is_not_sent_again(driver, provider, site):
    agreement = driver.agreement(invited_by="provider")
    placed = until(provider, agreement, driver, "deliver")
    site.api("POST", f"/documents/{placed.reference}/send")
    while not placed.ready:
        placed = read_again(provider.place(agreement, placed))
        driver.wait(placed.again_after)
    assert driver.told(ALICE) == 1


def test_what_somebody_withdrew_before_it_was_sent_is_refused_with_words(driver, provider, site):
    agreement = driver.agreement()
    placed = until(provider, agreement, driver, "import")
    site.api("DELETE", f"/documents/{placed.reference}")
    error = caught(lambda: provider.place(agreement, placed))
    assert isinstance(error, Unfit)
    assert error.code == "gone_there"
    assert set(error.words) == LANGUAGES


def test_an_unknown_status_before_sending_is_asked_again_and_a_failed_import_ends(
    driver, provider, site
):
    agreement = driver.agreement()
    placed = until(provider, agreement, driver, "import")
    for status, kind, code in (
        ("archived", Retryable, "unknown_status"), ("import failed", Unfit, "import_failed"),
    ):  # fmt: skip
        site.control("POST", f"documents/{placed.reference}/set", {"status": status})
        error = caught(lambda: provider.place(agreement, placed))
        assert (type(error), error.code) == (kind, code)


def test_boxes_that_a_broken_try_has_made_are_taken_over(driver, provider, site):
    agreement = driver.agreement(choices=tuple(driver.choice(str(n)) for n in range(4)))
    placed = until(provider, agreement, driver, "boxes")
    site.fault("add_field.throttled")
    assert isinstance(caught(lambda: provider.place(agreement, placed)), Retryable)
    driver.wait(120)
    site.fault("add_field.drop_after")
    caught(lambda: provider.place(agreement, placed))
    done = provider.place(agreement, placed, uncertain=True)
    told = site.control("GET", f"documents/{placed.reference}")["fields"]
    assert sorted(done.state["boxes"].values()) == sorted(one["field_id"] for one in told)
    assert len(told) == 4


def test_boxes_belong_to_who_signs_first(driver, provider, site):
    people = (replace(BOB, turn=2), replace(ALICE, turn=1), replace(BOB, key="v", role="viewer"))
    agreement = driver.agreement(people=people, choices=(driver.choice("10"),))
    placed = driver.placed(provider, agreement)
    (field,) = site.control("GET", f"documents/{placed.reference}")["fields"]
    assert field["recipient_id"] == placed.state["people"][ALICE.key]


@pytest.fixture
def there(httpserver: HTTPServer):
    """A client whose account answers with these rows and documents."""
    settings = GetAcceptSettings(
        base_url=httpserver.url_for("/v1"), auth=TOKEN, access_token="pasted"
    )
    wire = Wire(settings, ManualClock(STARTED))

    def made(*documents):
        rows = [{k: v for k, v in one.items() if k != "external_id"} for one in documents]
        httpserver.expect_request("/v1/documents").respond_with_json(rows)
        for one in documents:
            httpserver.expect_request(f"/v1/documents/{one['id']}").respond_with_json(one)
        return Client(wire)

    yield made
    wire.close()


def links_after(driver, httpserver, agreement, without):
    """The last step, before an account that shows no address in its first answers."""
    row = {"id": "r1", "email": ALICE.email, "role": "signer"}
    path = "/v1/documents/abc/recipients"
    for _ in range(without):
        httpserver.expect_ordered_request(path).respond_with_json({"recipients": [row]})
    shown = {"recipients": [{**row, "document_url": "https://app.example/v/1"}]}
    httpserver.expect_ordered_request(path).respond_with_json(shown)
    more = {"base_url": httpserver.url_for("/v1"), "auth": TOKEN, "access_token": "t"}
    provider, placed = driver.provider(**more), Placed("abc", {"step": "links"})
    try:
        while not placed.ready:
            placed = read_again(provider.place(agreement, placed))
    finally:
        provider.close()
    return placed, len(httpserver.log)


def test_links_that_show_late_are_waited_for(driver, httpserver):
    placed, calls = links_after(driver, httpserver, driver.agreement(), 3)
    assert placed.links == {ALICE.key: "https://app.example/v/1"}
    assert placed.state["people"] == {ALICE.key: "r1"}
    assert calls == 4


def test_where_getaccept_invites_missing_links_hold_nobody_up_for_long(driver, httpserver):
    agreement = driver.agreement(invited_by="provider")
    placed, calls = links_after(driver, httpserver, agreement, 30)
    assert (placed.links, calls) == ({}, 9)


def test_where_the_hub_invites_it_is_not_ready_without_links(driver, httpserver):
    error = caught(lambda: links_after(driver, httpserver, driver.agreement(), 30))
    assert (type(error), error.code) == (Retryable, "no_link")


@pytest.mark.parametrize(
    ("path", "reference", "state", "kind"),
    [
        ("upload", "", {}, Retryable),
        ("documents", "", {"creating": True, "file": "a", "attachments": []}, OutcomeUnknown),
        ("documents/abc/fields", "abc", {"step": "boxes"}, OutcomeUnknown),
    ],
)
def test_a_step_that_is_told_no_id_may_have_happened(
    driver, httpserver, path, reference, state, kind
):
    row = {"id": "r1", "email": ALICE.email, "role": "signer"}
    httpserver.expect_request("/v1/documents/abc/recipients").respond_with_json([row])
    httpserver.expect_request(f"/v1/{path}").respond_with_json({"id": None})
    more = {"base_url": httpserver.url_for("/v1"), "auth": TOKEN, "access_token": "t"}
    provider = driver.provider(**more)
    if "file" in state:
        state = {**state, "file_at": driver.clock.now().isoformat()}
    agreement = driver.agreement(choices=(driver.choice("10"),))
    error = caught(lambda: provider.place(agreement, Placed(reference, state)))
    assert type(error) is kind
    provider.close()


def test_a_lookup_takes_only_what_bears_exactly_the_id(there, httpserver):
    client = there(
        {"id": "a", "status": "sent", "external_id": "request-11"},
        {"id": "b", "status": "sent", "external_id": "request-1", "created_at": "2026-03-02"},
        {"id": "c", "status": "sent"},
    )
    assert find(client, "request-1", "one") == "b"
    assert find(client, "request-2", "one") == ""
    asked = httpserver.log[0][0].args
    assert asked["external_id"] == "request-1"
    assert asked["showall"] == "true"  # the sender may be another user
    assert (asked["sort_by"], asked["sort_order"]) == ("created", "desc")


def test_of_several_the_oldest_in_force_is_taken_and_it_is_logged(there, capsys):
    client = there(
        {"id": "c", "status": "draft", "external_id": "x", "created_at": "2026-03-03"},
        {"id": "b", "status": "draft", "external_id": "x", "created_at": "2026-03-02"},
        {"id": "a", "status": "recalled", "external_id": "x", "created_at": "2026-03-01"},
    )
    assert find(client, "x", "one") == "b"
    assert "getaccept_external_id_twice" in capsys.readouterr().out


def test_a_create_that_shows_late_is_found_by_the_second_look(driver, provider, site):
    agreement = driver.agreement()
    placed = Placed()
    while not placed.state.get("creating"):
        placed = read_again(provider.place(agreement, placed))
    looked = read_again(provider.place(agreement, placed, uncertain=True))
    assert (looked.reference, looked.again_after) == ("", 10.0)
    late = site.made(external_id="request-1", is_automatic_sending=False)
    found = provider.place(agreement, looked)
    assert found.reference == late
    assert driver.standing_there("request-1") == 1
