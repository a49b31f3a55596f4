"""The phone on screen and the control address: what people and tests do with the sandbox."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from tests.providers.bankid.bankid_driver import ALICE, BOB

RETURN_URL = "https://hub.example/s/x/return?n=once"


@pytest.fixture
def phone(sandbox):
    """A browser with the app in it."""
    return Client(sandbox.wsgi())


@pytest.fixture
def task(driver):
    return driver.task()


@pytest.fixture
def order(provider, task):
    return provider.begin(task).order


def follow(phone, response):
    assert response.status_code in {302, 303}, response.text
    return phone.get(response.location)


class TestScanning:
    def test_one_tap_picks_up_the_code_on_the_screen(self, driver, provider, phone, task, order):
        home = phone.get("/app")
        assert "Paraph Sandbox AB" in home.text
        assert task.visible_text[:30] in home.text
        form = {"person": ALICE, "order": order.reference}
        page = follow(phone, phone.post("/app/scan", data=form))
        assert task.visible_text in page.text
        assert "Alice Andersson" in page.text
        assert driver.poll(provider, order, task).code == "userSign"
        page = follow(
            phone, phone.post(f"/app/order/{order.reference}", data={"action": "approve"})
        )
        assert "Signed" in page.text
        done = driver.poll(provider, order, task)
        assert provider.conclude(done.order, task, done.raw).accepted

    def test_a_code_that_was_begun_again_meanwhile_is_still_picked_up(
        self, driver, provider, phone, task, order
    ):
        driver.clock.advance(timedelta(seconds=31))
        fresh = driver.poll(provider, order, task).order
        form = {"person": ALICE, "order": order.reference}
        response = phone.post("/app/scan", data=form)
        assert response.location == f"/app/order/{fresh.reference}"

    def test_a_code_that_left_the_screen_is_said_to_be_gone(self, phone, provider, order):
        provider.cancel(order)
        response = phone.post("/app/scan", data={"person": ALICE, "order": order.reference})
        assert response.status_code == 409
        assert "no longer on the screen" in response.text

    def test_the_person_who_is_named_is_chosen_already(self, phone, order):
        page = re.sub(r"\s+", " ", phone.get("/app").text)
        assert f'value="{ALICE}" checked' in page

    def test_a_code_can_be_typed_in(self, provider, phone, task, order):
        content = provider.next_step(order, task, task.client).qr_content
        form = {"person": ALICE, "qr": content}
        assert phone.post("/app/scan", data=form).status_code == 303

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"person": ALICE, "qr": "bankid.a.0.b"}, "no longer valid"),
            ({"person": ALICE, "qr": ""}, "not a BankID code"),
            ({"person": ALICE, "order": "unknown"}, "not known"),
        ],
    )
    def test_what_cannot_be_scanned_is_said(self, phone, order, form, words):
        response = phone.post("/app/scan", data=form)
        assert response.status_code == 409
        assert words in response.text

    def test_the_wrong_person_is_told(self, phone, order):
        response = phone.post("/app/scan", data={"person": BOB, "order": order.reference})
        assert response.status_code == 409
        assert "another person" in response.text

    def test_a_phone_without_codes_nearby_looks_again_by_itself(self, phone):
        assert 'http-equiv="refresh"' in phone.get("/app").text

    @pytest.mark.parametrize(
        ("action", "hint", "words"),
        [("cancel", "userCancel", "You cancelled"), ("wrong_code", "certificateErr", "Wrong code")],
    )
    def test_other_endings(self, driver, provider, phone, task, order, action, hint, words):
        phone.post("/app/scan", data={"person": ALICE, "order": order.reference})
        page = follow(phone, phone.post(f"/app/order/{order.reference}", data={"action": action}))
        assert words in page.text
        assert driver.poll(provider, order, task).code == hint


class TestOnTheSameDevice:
    @pytest.fixture
    def task(self, driver):
        return driver.task(return_url=RETURN_URL)

    def open_app(self, driver, provider, phone, order, task):
        url = urlsplit(provider.next_step(order, task, task.client).start_url)
        assert f"{url.scheme}://{url.netloc}{url.path}" == "http://sandbox.example/bankid/app"
        return phone.get(f"/app?{url.query}")

    @pytest.mark.parametrize("action", ["approve", "cancel"])
    def test_the_start_link_leads_to_the_order_and_back_to_the_return_address(
        self, driver, provider, phone, task, order, action
    ):
        opened = self.open_app(driver, provider, phone, order, task)
        page = follow(phone, opened)
        assert "Which BankID?" in page.text
        assert driver.poll(provider, order, task).code == "started"
        place = opened.location
        back = parse_qs(urlsplit(place).query).get("redirect", [""])[0]
        form = {"action": "choose", "person": ALICE, "redirect": back}
        page = follow(phone, phone.post(place, data=form))
        assert task.visible_text in page.text
        ended = phone.post(place, data={"action": action, "redirect": "https://evil.example/"})
        assert ended.location == RETURN_URL

    def test_an_old_start_link_is_said_to_be_old(self, phone):
        response = phone.get("/app?autostarttoken=unknown&redirect=null")
        assert response.status_code == 409
        assert "no longer valid" in response.text


def test_what_the_customer_is_shown_cannot_become_markup(driver, phone):
    provider = driver.provider(text_format="simpleMarkdownV1")
    text = "# Kostnad\nSumma *1 250 kr* <script>alert(1)</script>"
    order = provider.begin(driver.anybody(visible_text=text)).order
    page = follow(phone, phone.post("/app/scan", data={"person": BOB, "order": order.reference}))
    assert "<h2>Kostnad</h2>" in page.text
    assert "<strong>1 250 kr</strong>" in page.text
    assert "<script" not in page.text
    assert html.escape("<script>") in page.text
    assert "script" not in page.headers["Content-Security-Policy"]
    provider.close()


def test_links_and_forms_stay_under_the_mount_point(sandbox):
    app = DispatcherMiddleware(Response("elsewhere", 404), {"/bankid": sandbox.wsgi()})
    page = Client(app).get("/bankid/app")
    assert page.status_code == 200
    addresses = re.findall(r'(?:href|action|src)="([^"]+)"', page.text)
    assert addresses
    assert all(address.startswith("/bankid/") for address in addresses)
    with Client(app).get(next(a for a in addresses if a.endswith(".css"))) as style:
        assert style.status_code == 200


class TestControl:
    def test_the_customer_can_be_played_without_a_page(self, driver, provider, phone, task, order):
        assert phone.post("/_control/pick_up", json={}).json["person"] == ALICE
        assert phone.post("/_control/approve", json={"order": order.reference}).json["status"] == (
            "complete"
        )
        done = driver.poll(provider, order, task)
        assert provider.conclude(done.order, task, done.raw).accepted
        counts = phone.get("/_control/counts").json
        assert counts["calls"] == {"sign": 1, "collect": 1}
        assert counts["orders"] == {"pending": 0, "failed": 0, "complete": 1}

    def test_by_code_by_link_and_other_endings(self, driver, provider, phone):
        task = driver.anybody()
        order = provider.begin(task).order
        content = provider.next_step(order, task, task.client).qr_content
        assert (
            phone.post("/_control/pick_up", json={"qr": content, "person": BOB}).status_code == 200
        )
        assert phone.post("/_control/wrong_code", json={}).json["hint"] == "certificateErr"
        second = provider.begin(driver.anybody(return_url=RETURN_URL)).order
        token = second.state["auto_start_token"]
        answer = phone.post("/_control/approve", json={"autostarttoken": token, "person": BOB})
        assert answer.json["return_url"] == RETURN_URL
        assert len(phone.get("/_control/orders").json["orders"]) == 2

    def test_what_makes_no_sense_is_said(self, phone, order):
        assert phone.post("/_control/approve", json={"person": BOB}).status_code == 409
        assert phone.post("/_control/approve", json={"person": "1"}).status_code == 400
        assert phone.post("/_control/dance", json={}).status_code == 400
        assert phone.post("/_control/faults", json={"name": "fire"}).status_code == 400

    def test_faults_and_conditions_are_switched_on_and_off(self, sandbox, phone):
        phone.post("/_control/faults", json={"name": "maintenance", "operation": "sign"})
        assert [f["name"] for f in phone.get("/_control/faults").json["on"]] == ["maintenance"]
        assert phone.delete("/_control/faults").json == {"on": []}
        phone.post("/_control/conditions", json={"risk": "high", "strict_rate": True})
        assert (sandbox.risk, sandbox.orders.strict_rate) == ("high", True)
        phone.post("/_control/reset")
        assert (sandbox.risk, sandbox.orders.strict_rate) == ("low", False)
        assert phone.get("/_control/orders").json == {"orders": []}

    def test_the_settings_for_the_hub_can_be_asked_for(self, sandbox, phone):
        assert phone.get("/_control/settings").json == dict(sandbox.settings())


def test_the_start_page_is_offered_the_phone(sandbox, phone):
    assert [link.path for link in sandbox.links()] == ["/app"]
    assert phone.get("/").location == "/app"
