"""Faults of the simulated account: what tests switch on, and how it looks on the wire."""

from __future__ import annotations

import pytest
import requests

from tests.providers.getaccept.sandbox_site import PAPER_TEXT


def test_each_fault_looks_as_it_should(site):
    document = f"/documents/{site.made()}"
    for kind, status, says in (
        ("html", 200, "<html>"),
        ("error_500", 500, "Unexpected error"),
        ("error_200", 200, '"error"'),
        ("unauthorized", 401, ""),
        ("forbidden", 403, "Access denied"),
    ):
        site.fault(f"read.{kind}")
        answer = site.api("GET", document)
        assert answer.status_code == status, kind
        assert says in answer.text
        assert site.api("GET", document).json()["status"] == "sent"


def test_a_throttled_call_has_headers_or_none(site):
    site.fault("read.throttled")
    answer = site.api("GET", f"/documents/{site.made()}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert "X-Rate-Limit-Reset" in answer.headers
    site.fault("any.throttled_bare")
    answer = site.api("GET", "/test")
    assert answer.status_code == 429
    assert not [name for name in answer.headers if "Rate" in name or name == "Retry-After"]


def test_a_broken_call_has_had_its_effect_or_not(site):
    for kind, effect in (("drop_before", 0), ("drop_after", 1)):
        site.fault(f"create.{kind}")
        with pytest.raises(requests.RequestException):
            site.create(external_id="deal_1")
        assert len(site.get("/documents", external_id="deal_1")) == effect
    assert site.control("GET", "effects")["create"] == 1
    assert site.control("GET", "calls")["create"] == 2


def test_a_slow_call_is_answered_when_it_is_let_go(site):
    site.control("POST", "faults", {"fault": "test.slow", "times": 1, "seconds": 0.05})
    assert site.api("GET", "/test").status_code == 200


def test_storage_has_faults_of_its_own(site):
    url = site.get(f"/documents/{site.made()}/download")["document_url"]
    site.fault("storage.error_500")
    assert requests.get(url, timeout=10).status_code == 500
    site.fault("storage.not_pdf")
    assert not requests.get(url, timeout=10).content.startswith(b"%PDF")
    for kind in ("drop_before", "drop_after"):
        site.fault(f"storage.{kind}")
        with pytest.raises(requests.RequestException):
            requests.get(url, timeout=10)
    assert requests.get(url, timeout=10).status_code == 200


def test_the_rate_limit_is_told_with_each_answer_and_kept(site):
    site.control("POST", "modes", {"rate_limit": 2, "rate_window": 60})
    site.later(seconds=61)
    first = site.api("GET", "/test")
    assert first.headers["X-Rate-Limit-Limit"] == "2"
    assert first.headers["X-Rate-Limit-Remaining"] == "1"
    site.later(seconds=20)
    assert site.api("GET", "/test").status_code == 200
    refused = site.api("GET", "/test")
    assert (refused.status_code, refused.headers["X-Rate-Limit-Reset"]) == (429, "40")
    site.later(seconds=40)
    assert site.api("GET", "/test").status_code == 200


def test_the_busiest_minute_is_known(site):
    for _ in range(3):
        site.api("GET", "/test")
    site.later(seconds=61)
    site.api("GET", "/test")
    assert site.control("GET", "busiest") == {"calls": 3}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"fault": "read.flood"}),
        ("modes", {"error_profile": "rude"}),
        ("modes", {"import_delay_ms": "soon"}),
        ("modes", {"retry_schedule": ["soon"]}),
        ("modes", {"unheard_of": 1}),
    ],
)
def test_switches_that_do_not_exist_are_told(site, path, body):
    assert requests.post(f"{site.url}/_control/{path}", json=body, timeout=10).status_code == 400


def test_a_token_revoked_under_way_shows_as_401(site):
    site.control("POST", "tokens/revoke")
    assert site.create().status_code == 401
    assert site.violations()[-1]["status"] == 401


def test_a_reset_leaves_the_seed_and_the_subscriptions(site):
    body = {"event": "document.signed", "target_url": "https://hub.example/hook"}
    site.api("POST", "/subscriptions", body)
    site.api("POST", "/upload", {"file_name": "a.pdf", "file_content": PAPER_TEXT})
    site.made()
    site.control("POST", "modes", {"strict": False})
    site.control("POST", "reset")
    assert site.get("/documents") == []
    assert site.control("GET", "modes")["strict"] is True
    assert len(site.get("/subscriptions")) == 1
    assert site.control("DELETE", "violations") == []


def test_its_settings_reach_it_and_its_links_open(site):
    settings = site.sandbox.settings()
    answer = requests.post(
        f"{settings['base_url']}/auth",
        json={"email": settings["email"], "password": settings["password"]},
        timeout=10,
    )
    assert answer.status_code == 200
    for link in site.sandbox.links():
        assert requests.get(site.url + link.path, timeout=10).status_code == 200


def test_an_answer_may_be_packed_in_an_unusual_way(site):
    site.fault("read.deflate")
    answer = site.api("GET", f"/documents/{site.made()}")
    assert answer.headers["Content-Encoding"] == "deflate"
    assert answer.json()["status"] == "sent"


def test_a_call_that_the_simulator_does_not_know_is_told_as_an_error_of_the_api(site):
    for method, path, status in (("GET", "/contacts", 404), ("PATCH", "/documents", 405)):
        answer = site.api(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert [one["operation"] for one in site.violations()] == ["unknown", "unknown"]
    assert requests.get(f"{site.url}/nowhere", timeout=10).status_code == 404


def test_each_call_is_told_before_and_after(site):
    told = []
    site.sandbox.on_call = lambda moment, operation: told.append((moment, operation))
    site.api("GET", "/test")
    site.sandbox.on_call = None
    assert told == [("before", "test"), ("after", "test")]
