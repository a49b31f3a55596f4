"""Webhooks from both sides: registered by the connector, sent by the simulator up its ladder."""

from __future__ import annotations

import threading
from datetime import timedelta

import orjson
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from connectors.agiloft.sandbox.store import Actor
from hub.contracts.records import Update
from hub.kernel.errors import AuthenticationFailed, Refused
from tests.connectors.agiloft.driver import CASE, AgiloftDriver

FILTER = "sign_state=='Requested'"
ALICE = Actor("alice", "Web")


class Receiver:
    """Stands where the hub would: echoes the code, or does what a test wants."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("/hook")
        self.echo, self.status, self.in_body = True, 200, False
        self.handshakes = 0
        self.bodies: list[dict] = []
        self.headers: list[dict] = []
        server.expect_request("/hook").respond_with_handler(self.answer)

    def answer(self, request) -> Response:
        code = request.headers["Verification-Code"]
        if request.method == "GET":
            self.handshakes += 1
        else:
            self.bodies.append(request.get_json(silent=True) or dict(request.form))
            self.headers.append(dict(request.headers))
        headers = {"Verification-Code": code} if self.echo else {}
        body = f'{{"Verification-Code": "{code}"}}' if self.in_body else ""
        return Response(body, self.status, headers)


@pytest.fixture
def receiver(httpserver):
    return Receiver(httpserver)


@pytest.fixture
def connector(driver):
    connector = driver.make_instance(webhook_state_key="state-key-1")
    yield connector
    connector.close()


@pytest.fixture
def hooked(driver, connector, receiver):
    """A registered webhook; gives the driver."""
    fields = ["id", "case_number", "sign_state"]
    connector.ensure_webhook(receiver.url, "service_case", fields, record_filter=FILTER)
    return driver


def request_signature(driver, actor=ALICE, state="Requested"):
    driver.sandbox.store.update("service_case", 2, {"sign_state": state}, actor)


def states(driver):
    return [(n.state, n.tries) for n in driver.sandbox.hooks.notices]


def test_registering_shakes_hands_and_is_active_at_once(hooked, connector, receiver):
    assert receiver.handshakes == 1
    (hook,) = connector.webhooks.registered("service_case")
    assert hook.active
    assert receiver.url not in repr(hook)


def test_the_command_line_registers_it_in_words(connector, receiver):
    said = connector.register_hook(receiver.url, CASE.table, ("id", "date_updated"), FILTER)
    assert said == f"the webhook for {CASE.table} is active"
    assert receiver.handshakes == 1
    assert connector.register_hook(receiver.url, CASE.table, ("id", "date_updated"), FILTER) == said
    assert receiver.handshakes == 1


def test_ensuring_again_changes_nothing(hooked, connector, receiver):
    (before,) = connector.webhooks.registered()
    fields = ["id", "case_number", "sign_state"]
    again = connector.ensure_webhook(receiver.url, "service_case", fields, record_filter=FILTER)
    assert again.key == before.key
    assert len(connector.webhooks.registered()) == 1
    assert receiver.handshakes == 1


def test_ensuring_mends_a_webhook_that_somebody_changed(hooked, connector, receiver):
    (hook,) = connector.webhooks.registered()
    connector.webhooks.disable(hook)
    connector.ensure_webhook(receiver.url, "service_case", ["id"], record_filter=FILTER)
    (mended,) = connector.webhooks.registered()
    assert (mended.key, mended.active) == (hook.key, True)


def test_removing_switches_off_first_so_that_nothing_lives_on(hooked, connector):
    (hook,) = connector.webhooks.registered()
    connector.webhooks.remove(hook)
    assert hooked.sandbox.hooks.hooks == []


def test_an_address_that_does_not_echo_is_refused(connector, receiver):
    receiver.echo = False
    with pytest.raises(Refused) as caught:
        connector.ensure_webhook(receiver.url, "service_case")
    assert caught.value.code == "handshake_failed"


def test_an_unknown_table_or_field_is_refused(connector, receiver):
    for table, fields in (("no_table", ["id"]), ("service_case", ["no_field"])):
        with pytest.raises(Refused) as caught:
            connector.ensure_webhook(receiver.url, table, fields)
        assert caught.value.code == "bad_field"


@pytest.mark.parametrize("variant", [{"surface": "ew", "auth": "inline"}, {"surface": "soap"}])
def test_webhooks_are_registered_from_every_surface(site, receiver, variant):
    connector = AgiloftDriver(site, variant).make_instance()
    assert connector.ensure_webhook(receiver.url, "service_case").active
    connector.close()


def test_wrong_credentials_are_told_from_a_bad_webhook(site, receiver):
    connector = AgiloftDriver(site, {"surface": "ew", "auth": "inline"}).make_instance(password="x")
    with pytest.raises(AuthenticationFailed):
        connector.ensure_webhook(receiver.url, "service_case")


def test_a_press_in_the_browser_reaches_the_receiver_with_the_state_key(hooked, receiver):
    hooked.sandbox.press("service_case", 2, "send_for_signature")
    hooked.sandbox.hooks.run_due()
    (body,) = receiver.bodies
    assert (body["id"], body["table"], body["sign_state"]) == (2, "service_case", "Requested")
    assert "state-key-1" in receiver.headers[0].values()
    assert states(hooked) == [("delivered", 1)]


def test_the_hubs_own_writes_do_not_come_back(hooked, connector, receiver):
    connector.apply(Update(CASE, {"sign_state": "Requested"}), "key-1")
    assert hooked.sandbox.hooks.run_due() == 0


def test_the_filter_keeps_other_changes_away(hooked):
    request_signature(hooked, state="Sent")
    assert hooked.sandbox.hooks.run_due() == 0


def test_an_echo_in_the_body_counts_as_well(hooked, receiver):
    receiver.echo, receiver.in_body = False, True
    request_signature(hooked)
    hooked.sandbox.hooks.run_due()
    assert states(hooked) == [("delivered", 1)]


def test_the_ladder_has_five_steps_and_the_bytes_stay_the_same(hooked, receiver):
    receiver.status = 503
    request_signature(hooked)
    assert hooked.sandbox.hooks.run_due() == 1
    for tries, wait in enumerate((10, 30, 300, 900, 2400), 2):
        hooked.clock.advance(timedelta(seconds=wait - 1))
        assert hooked.sandbox.hooks.run_due() == 0
        hooked.clock.advance(timedelta(seconds=1))
        assert hooked.sandbox.hooks.run_due() == 1
        assert len(receiver.bodies) == tries
    assert states(hooked) == [("gave up", 6)]
    hooked.clock.advance(timedelta(days=1))
    assert hooked.sandbox.hooks.run_due() == 0
    assert all(body == receiver.bodies[0] for body in receiver.bodies)


def test_without_an_echo_a_notification_comes_again(hooked, receiver):
    receiver.echo = False
    request_signature(hooked)
    hooked.sandbox.hooks.run_due()
    assert states(hooked) == [("waiting", 1)]
    receiver.echo = True
    hooked.clock.advance(timedelta(seconds=10))
    hooked.sandbox.hooks.run_due()
    assert states(hooked) == [("delivered", 2)]


def test_switching_off_drops_what_is_queued(hooked, connector, receiver):
    receiver.status = 500
    request_signature(hooked)
    hooked.sandbox.hooks.run_due()
    (hook,) = connector.webhooks.registered()
    connector.webhooks.disable(hook)
    hooked.clock.advance(timedelta(hours=2))
    assert hooked.sandbox.hooks.run_due() == 0
    assert states(hooked) == [("cancelled", 1)]


@pytest.mark.parametrize("shape", ["flat", "nested", "form"])
def test_the_connector_reads_every_shape_that_the_simulator_sends(
    driver, receiver, connector, httpserver, shape
):
    driver.sandbox.modes.hook_body = shape
    connector.ensure_webhook(receiver.url, "service_case", ["id"], record_filter=FILTER)
    request_signature(driver)
    driver.sandbox.hooks.run_due()
    request, _ = httpserver.log[-1]
    headers = {name.lower(): value for name, value in request.headers.items()}
    raw = driver.hook(headers=headers, body=request.get_data())
    reading = connector.read_hook(raw)
    assert reading.references == (CASE,)
    assert reading.answer.headers["Verification-Code"] == headers["verification-code"]


def test_connecting_registers_the_webhook_as_an_administrator_would(driver, receiver):
    driver.sandbox.connect({"hook": receiver.url, "button": "https://hub.example/b/x?t=1"})
    assert receiver.handshakes == 1
    driver.sandbox.connect({"hook": receiver.url})
    assert len(driver.sandbox.hooks.hooks) == 1


def test_connecting_to_a_hub_that_is_not_up_leaves_it_to_the_button(driver, receiver):
    receiver.status = 500
    driver.sandbox.connect({"hook": receiver.url})
    assert driver.sandbox.hooks.hooks == []
    receiver.status = 200
    assert driver.sandbox.register_webhook().active


def test_a_second_press_later_is_another_notification_and_a_retry_is_not(driver, receiver):
    connector = driver.make_instance()
    driver.sandbox.connect({"hook": receiver.url})
    names = set()
    for _ in range(2):
        driver.sandbox.press("service_case", 2, "send_for_signature")
        receiver.status = 503
        driver.sandbox.hooks.run_due()
        receiver.status = 200
        driver.clock.advance(timedelta(seconds=10))
        driver.sandbox.hooks.run_due()
        for body in receiver.bodies[-2:]:
            names.add(connector.read_hook(driver.hook(body=orjson.dumps(body))).dedupe)
    connector.close()
    assert len(receiver.bodies) == 4
    assert len(names) == 2


def test_the_running_simulator_sends_by_itself(driver, receiver):
    arrived = threading.Event()
    driver.sandbox.connect({"hook": receiver.url})
    driver.sandbox.start()
    try:
        original = driver.sandbox.hooks.run_due
        driver.sandbox.hooks.run_due = lambda: (original(), receiver.bodies and arrived.set())[0]
        request_signature(driver)
        assert arrived.wait(10)
    finally:
        del driver.sandbox.hooks.run_due
        driver.sandbox.stop()
    assert receiver.bodies[0]["id"] == 2
