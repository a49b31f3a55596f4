"""The simulated 46elks account speaks the vendor's wire, reports included."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import requests
from werkzeug import Response

from hub.channels.sms_46elks.sandbox import PASSWORD, USERNAME
from tests.channels.sms_46elks.elks_driver import ElksDriver

SMS = {"from": "Verkstaden", "to": "+46701740605", "message": "Hej Alice"}


@pytest.fixture
def driver(tmp_path):
    driver = ElksDriver(tmp_path)
    yield driver
    driver.stop()


@pytest.fixture
def api(driver):
    session = requests.Session()
    session.trust_env = False
    session.auth = (USERNAME, PASSWORD)
    yield lambda method, path, **options: session.request(
        method, driver.url + path, timeout=10, **options
    )
    session.close()


class Hub:
    """A receiver of reports that can be told what to answer."""

    def __init__(self, httpserver):
        self.url = httpserver.url_for("/report?message=m1")
        self.statuses: list[int] = []
        self.body = ""
        self.calls: list[dict[str, str]] = []
        httpserver.expect_request("/report").respond_with_handler(self._take)

    def _take(self, request):
        form = parse_qs(request.get_data(as_text=True))
        self.calls.append({name: values[0] for name, values in form.items()})
        return Response(self.body, self.statuses.pop(0) if self.statuses else 204)

    @property
    def told(self):
        return [call["status"] for call in self.calls]


@pytest.fixture
def hub(httpserver):
    return Hub(httpserver)


def test_a_wrong_login_is_told_as_plain_text_with_a_challenge(api):
    answer = api("GET", "/a1/me", auth=("u", "wrong"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="46elks API"'
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_sent_sms_is_answered_shown_on_the_phone_and_charged(driver, api):
    before = api("GET", "/a1/me").json()["balance"]
    answer = api("POST", "/a1/sms", data={**SMS, "message": "å" * 161}).json()
    assert answer["id"].startswith("s")
    assert len(answer["id"]) == 33
    assert (answer["status"], answer["direction"]) == ("created", "outgoing")
    assert (answer["parts"], answer["cost"]) == (2, 7000)
    assert driver.phone[0].text == "å" * 161
    assert api("GET", "/a1/me").json()["balance"] == before - 7000


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"message": ""}, "Missing key message"),
        ({"from": "x"}, "Invalid from number"),
        ({"to": "070"}, "Invalid to number"),
        ({"to": "+46701740694"}, "Invalid to number"),
        ({"whendelivered": "nowhere"}, "Invalid URL in whendelivered"),
    ],
)
def test_what_is_wrong_is_said_in_plain_text_under_403(api, changes, text):
    answer = api("POST", "/a1/sms", data={**SMS, **changes})
    assert (answer.status_code, answer.text) == (403, text)
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_dry_run_prices_and_sends_nothing(driver, api):
    answer = api("POST", "/a1/sms", data={**SMS, "dryrun": "yes"}).json()
    assert answer["estimated_cost"] == 3500
    assert "id" not in answer
    assert driver.phone == []


def test_a_text_that_is_not_to_be_kept_is_echoed_once_and_then_gone(api):
    answer = api("POST", "/a1/sms", data={**SMS, "dontlog": "message"}).json()
    assert answer["message"] == "Hej Alice"
    assert "message" not in api("GET", f"/a1/sms/{answer['id']}").json()


def test_history_pages_backwards_with_start_older_than_end(driver, api):
    ids = []
    for minute in range(5):
        ids.append(api("POST", "/a1/sms", data={**SMS, "message": str(minute)}).json()["id"])
        driver.clock.advance(timedelta(minutes=1))
    page = api("GET", "/a1/sms", params={"limit": 2}).json()
    assert [row["id"] for row in page["data"]] == [ids[4], ids[3]]
    older = api("GET", "/a1/sms", params={"limit": 3, "start": page["next"]}).json()
    assert [row["id"] for row in older["data"]] == [ids[2], ids[1], ids[0]]
    assert "next" not in older
    newer = api("GET", "/a1/sms", params={"end": page["data"][1]["created"]}).json()
    assert [row["id"] for row in newer["data"]] == [ids[4]]


def test_a_deleted_message_is_gone(api):
    reference = api("POST", "/a1/sms", data=SMS).json()["id"]
    assert api("DELETE", f"/a1/sms/{reference}").json()["id"] == reference
    assert api("GET", f"/a1/sms/{reference}").status_code == 404


def later(driver, **span):
    driver.clock.advance(timedelta(**span))
    driver.sandbox.reporter.run_due()


def test_reports_say_sent_then_delivered(driver, api, hub):
    reference = api("POST", "/a1/sms", data={**SMS, "whendelivered": hub.url}).json()["id"]
    driver.sandbox.reporter.run_due()
    assert hub.told == []
    later(driver, seconds=5)
    assert hub.told == ["sent", "delivered"]
    assert {call["id"] for call in hub.calls} == {reference}
    assert "delivered" not in hub.calls[0]
    assert hub.calls[1]["delivered"]
    assert api("GET", f"/a1/sms/{reference}").json()["status"] == "delivered"


@pytest.mark.parametrize(
    ("suffix", "told"),
    [
        ("0690", ["sent", "failed"]),
        ("0691", ["sent", "sent", "delivered", "delivered"]),
        ("0692", ["delivered", "sent"]),
        ("0695", []),
        ("0696", ["sent", "failed", "delivered"]),
    ],
)
def test_special_numbers_choose_what_is_reported(driver, api, hub, suffix, told):
    api("POST", "/a1/sms", data={**SMS, "to": f"+4670174{suffix}", "whendelivered": hub.url})
    later(driver, hours=1)
    assert hub.told == told


def test_an_early_report_comes_before_the_answer(driver, api, hub):
    to = {**SMS, "to": "+46701740693", "whendelivered": hub.url}
    answer = api("POST", "/a1/sms", data=to).json()
    assert [call["id"] for call in hub.calls] == [answer["id"]]


def test_a_report_that_is_not_taken_comes_again_for_hours(driver, api, hub):
    hub.statuses = [500, 302, 503, 204, 204]
    api("POST", "/a1/sms", data={**SMS, "to": "+46701740695"})
    driver.sandbox.reporter.owe(timedelta(0), hub.url, {"id": "s1", "status": "delivered"})
    counts = []
    for minutes in (0, 1, 5, 15, 60):
        later(driver, minutes=minutes)
        counts.append(len(hub.calls))
    assert counts == [1, 2, 3, 4, 4]
    assert [made.status for made in driver.sandbox.reporter.made] == [500, 302, 503, 204]


def test_reporting_gives_up_after_six_repeats(driver, hub):
    hub.statuses = [500] * 20
    driver.sandbox.reporter.owe(timedelta(0), hub.url, {"id": "s1", "status": "sent"})
    for _ in range(10):
        later(driver, hours=4)
    assert len(hub.calls) == 7


def test_the_thread_sends_reports_by_itself(driver, api, hub):
    driver.sandbox.start()
    api("POST", "/a1/sms", data={**SMS, "whendelivered": hub.url})
    driver.clock.advance(timedelta(seconds=5))
    for _ in range(200):
        if len(hub.calls) == 2:
            break
        driver.sandbox.reporter._stopping.wait(0.05)
    assert hub.told == ["sent", "delivered"]
    driver.sandbox.stop()
    driver.sandbox.stop()


def test_the_text_of_an_answer_to_an_incoming_sms_goes_to_the_customer(driver, api, hub):
    hub.body, hub.statuses = "Tack!", [200]
    api(
        "POST", "/_control/incoming",
        json={"from": "+46701740606", "to": "+46701740605", "message": "STOPP", "url": hub.url},
    )  # fmt: skip
    driver.sandbox.reporter.run_due()
    assert hub.calls[0]["direction"] == "incoming"
    reply = api("GET", "/a1/sms", params={"to": "+46701740606"}).json()["data"][0]
    assert (reply["direction"], reply["message"]) == ("outgoing-reply", "Tack!")
    assert driver.phone[0].text == "Tack!"


def test_an_empty_answer_to_an_incoming_sms_sends_nothing(driver, api, hub):
    api("POST", "/a1/numbers/+46701740605", data={"sms_url": hub.url})
    api(
        "POST", "/_control/incoming",
        json={"from": "+46701740606", "to": "+46701740605", "message": "Hej"},
    )  # fmt: skip
    driver.sandbox.reporter.run_due()
    assert len(hub.calls) == 1
    assert driver.phone == []


def test_control_switches_faults_counts_calls_and_resets(driver, api):
    on = api("POST", "/_control/faults", json={"fault": "error_500", "times": 1}).json()
    assert on["on"] == {"error_500": 1}
    assert api("GET", "/a1/me").status_code == 500
    assert api("GET", "/a1/me").status_code == 200
    assert api("POST", "/_control/faults", json={"fault": "earthquake"}).status_code == 400
    api("POST", "/a1/sms", data=SMS)
    assert api("GET", "/_control/calls").json() == {"GET /a1/me": 1, "POST /a1/sms": 1}
    assert len(api("GET", "/_control/messages").json()) == 1
    api("POST", "/_control/reset")
    assert api("GET", "/_control/messages").json() == []
    assert api("GET", "/_control/calls").json() == {}


def test_the_call_hook_is_told_before_and_after_the_message_is_taken(driver, api):
    told = []
    driver.sandbox.switches.on_call = lambda moment, operation: told.append(
        (moment, operation, len(driver.taken()))
    )
    api("POST", "/a1/sms", data=SMS)
    assert told == [("before", "POST /a1/sms", 0), ("after", "POST /a1/sms", 1)]
